"""Which errors say that MySQL or MariaDB cannot work now, and which that a statement is wrong."""

from sqlalchemy.exc import DBAPIError

# The disk or a table is full, too many connections, the server stops, a lock, a deadlock, it only
# reads as another server has taken over, a statement that was stopped or took too long, and those
# above 2000 which the driver raises itself: no connection, or one that is lost.
OUTAGES = {1021, 1040, 1053, 1114, 1203, 1205, 1213, 1290, 1317, 1927, 1969}
OUTAGES |= {2002, 2003, 2006, 2013, 3024}


def is_outage(error: DBAPIError) -> bool:
    """Whether the database is down, slow or locked; else the statement is wrong."""
    code = next(iter(getattr(error.orig, "args", ())), None)
    return error.connection_invalidated or not isinstance(code, int) or code in OUTAGES
