"""Signing in at the provider: there and back, and the session that begins then."""

from collections.abc import Mapping

from .authentication import Authentication
from .login_attempts import LoginAttempt
from .provider_answer import Departure, ProviderAnswer, SignInError, read_answer
from .stored_session import StoredSession
from .tokens import InvalidTokenError


async def begin(auth: Authentication, next_path: str, callback: str) -> Departure:
    """Send the browser to the provider, which sends it back to ``callback``.

    Raises ``UnavailableError`` when the provider cannot be reached.
    """
    attempt = LoginAttempt.begin(next_path)
    address = await auth.provider.authorization_url(attempt, callback)
    return Departure(address, (auth.attempt_cookie.give(auth.attempts.seal(attempt)),))


async def finish(
    auth: Authentication, answer: ProviderAnswer, cookies: Mapping[str, str], callback: str
) -> Departure:
    """Begin a session for whoever has signed in; the one of the browser's ``cookies`` ends.

    ``callback`` is the address that the provider was given. Raises ``BadRequestError`` when this
    browser has not begun to sign in, ``SignInError`` when the provider let nobody sign in or its
    answer is not valid, and ``UnavailableError`` when it cannot be reached.
    """
    attempt = read_answer(auth, answer, cookies)
    try:
        caller = await auth.provider.finish(attempt, answer.code, callback)
    except InvalidTokenError as error:
        msg = "The provider's answer is not valid."
        raise SignInError(msg, auth) from error
    session = StoredSession(subject=caller.subject, permissions=sorted(caller.permissions))
    secret = await auth.sessions.begin(session, instead_of=cookies.get(auth.cookie.name))
    return Departure(attempt.next_path, (auth.cookie.give(secret), auth.attempt_cookie.take_back()))
