"""Which errors say that SQLite cannot work now, and which that a statement is wrong."""

import sqlite3

OUTAGES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
}


def is_outage(error: BaseException | None) -> bool:
    """Whether the driver's error tells of a database that is locked or out of reach.

    Else the statement is wrong.
    """
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF in OUTAGES  # the rest of the code says more about it
