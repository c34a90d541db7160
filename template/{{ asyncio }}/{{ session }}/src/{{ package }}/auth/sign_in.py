"""Signing in with name and password."""

from ..core.errors import UnauthorizedError
from .accounts import User
from .authentication import Authentication
from .caller import CHALLENGE
from .credentials import Credentials
from .password_changes import PasswordChangedError
from .stored_session import StoredSession


async def sign_in(
    auth: Authentication, credentials: Credentials, *, instead_of: str | None
) -> tuple[User, str]:
    """Begin a session, and return whose it is and the value of its cookie.

    The session with the value ``instead_of`` ends. Raises ``UnauthorizedError`` for a wrong name
    or password.
    """
    refusal = UnauthorizedError("The name or the password is wrong.", challenge=CHALLENGE)
    password = credentials.password.get_secret_value()
    user = await auth.accounts.sign_in(credentials.username, password)
    if user is None:
        raise refusal
    try:
        return user, await auth.sessions.begin(StoredSession(user=user), instead_of=instead_of)
    except PasswordChangedError as error:
        raise refusal from error
