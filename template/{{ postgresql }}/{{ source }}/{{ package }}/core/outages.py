"""Which errors say that PostgreSQL cannot work now, and which that a statement is wrong."""

# No connection, a conflict with another transaction, no resources, a lock or a statement that took
# too long, a server that is stopping (https://www.postgresql.org/docs/current/errcodes-appendix.html).
OUTAGES = ("08", "40", "53", "55P03", "57")


def is_outage(error: BaseException | None) -> bool:
    """Whether the driver's error tells of a database that is down, slow or locked.

    Else the statement is wrong.
    """
    state = getattr(error, "sqlstate", None)
    return state is None or state.startswith(OUTAGES)
