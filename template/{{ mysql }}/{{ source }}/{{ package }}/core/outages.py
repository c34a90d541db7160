"""Which errors say that MySQL or MariaDB cannot work now, and which that a statement is wrong."""

# The disk or a table is full, too many connections, the server stops, a lock, a deadlock, it only
# reads as another server has taken over, a statement that was stopped or took too long.
OUTAGES = {1021, 1040, 1053, 1114, 1203, 1205, 1213, 1290, 1317, 1927, 1969, 3024}
# The server ends a connection that was idle, and what drivers say themselves: no connection, or one
# that is lost.
OUTAGES |= {4031, 0, 2002, 2003, 2006, 2013, 2014, 2045, 2055}


def is_outage(error: BaseException | None) -> bool:
    """Whether the driver's error tells of a database that is down, slow or locked.

    Else the statement is wrong.
    """
    code = next(iter(getattr(error, "args", ())), None)
    return not isinstance(code, int) or code in OUTAGES
