"""What the provider sends the browser back with."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from pydantic import BaseModel
from structlog.typing import FilteringBoundLogger

from ..core.errors import BadRequestError, UnauthorizedError
from .authentication import Authentication
from .caller import CHALLENGE
from .login_attempts import InvalidAttemptError, LoginAttempt
from .provider_messages import ERROR_CODE

logger: FilteringBoundLogger = structlog.get_logger()


class ProviderAnswer(BaseModel):
    """A code that stands for somebody, or the reason why there is none."""

    state: str
    code: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes next, and what it takes along, each a ``Set-Cookie``."""

    address: str
    cookies: tuple[str, ...]


class SignInError(UnauthorizedError):
    """The provider did not let anybody sign in; the browser forgets the attempt."""

    def __init__(self, detail: str, auth: Authentication) -> None:
        super().__init__(detail, challenge=CHALLENGE)
        self._set_cookie = auth.attempt_cookie.take_back()

    @property
    def headers(self) -> Mapping[str, str]:
        return {**super().headers, "Set-Cookie": self._set_cookie}


def read_answer(
    auth: Authentication, answer: ProviderAnswer, cookies: Mapping[str, str]
) -> LoginAttempt:
    """Return the attempt that the provider answers, which the browser has in one of its cookies.

    Raises ``BadRequestError`` when this browser has not made it, and ``SignInError`` when the
    provider let nobody sign in.
    """
    sealed = cookies.get(auth.attempt_cookie.name, "")
    try:
        attempt = auth.attempts.unseal(sealed, state=answer.state)
    except InvalidAttemptError as error:
        msg = "Nobody has begun to sign in here, or it is too long ago: begin at /auth/login."
        raise BadRequestError(msg) from error
    if not answer.code:
        # Those who sign in can put anything into the address.
        reason = answer.error if ERROR_CODE.fullmatch(answer.error) else "no error code"
        logger.warning("sign-in refused by the provider", error=reason)
        msg = "The provider did not let anybody sign in."
        raise SignInError(msg, auth)
    return attempt
