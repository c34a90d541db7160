"""Endpoints to sign in and out, and to ask who one is."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, current_app, request, url_for
from pydantic import BaseModel, Field

from ..core.openapi import Responses, problems
from ..extensions import authentication
from .login_attempts import LOCAL_PATH, LoginAttempt
from .protection import current_caller, forbid_storing
from .provider_answer import Departure, ProviderAnswer, SignInError, read_answer
from .schemas import Me
from .scheme import auth
from .session_cookie import get_secret
from .stored_session import StoredSession
from .tokens import InvalidTokenError

bp = APIBlueprint("auth", __name__, url_prefix="/auth", tag="auth")
bp.after_request(forbid_storing)

REDIRECT: Responses = {303: {"description": "See Other"}}


class Destination(BaseModel):
    """Where to go after signing in."""

    next: Annotated[
        str,
        Field(
            pattern=LOCAL_PATH,
            max_length=1000,
            description="Where to go afterwards: a path of this service",
        ),
    ] = "/auth/me"


@bp.get("/login")
@bp.input(Destination, location="query", arg_name="wanted")
@bp.doc(responses=REDIRECT | problems(422, 503))
def begin_login(wanted: Destination) -> Response:
    """Send the browser to the provider, where somebody signs in."""
    attempt = LoginAttempt.begin(wanted.next)
    address = authentication.provider.authorization_url(attempt, _callback())
    sealed = authentication.attempts.seal(attempt)
    return _redirect(Departure(address, (authentication.attempt_cookie.give(sealed),)))


@bp.get("/callback")
@bp.input(ProviderAnswer, location="query", arg_name="answer")
@bp.doc(responses=REDIRECT | problems(401, 422, 503))
def finish_login(answer: ProviderAnswer) -> Response:
    """Take the provider's answer: begins a session with a new cookie and CSRF token."""
    attempt = read_answer(authentication, answer, request.cookies)
    try:
        principal = authentication.provider.finish(attempt, answer.code, _callback())
    except InvalidTokenError as error:
        msg = "The provider's answer is not valid."
        raise SignInError(msg, authentication) from error
    session = StoredSession(subject=principal.subject, permissions=sorted(principal.permissions))
    secret = authentication.sessions.begin(session, instead_of=get_secret())
    cookies = (authentication.cookie.give(secret), authentication.attempt_cookie.take_back())
    return _redirect(Departure(attempt.next_path, cookies))


@bp.post("/logout")
@bp.auth_required(auth)
@bp.output({}, status_code=204)
@bp.doc(responses=problems(401, 403, 503))
def log_out() -> tuple[str, int, dict[str, str]]:
    """End the session here; the one at the provider goes on."""
    if (secret := get_secret()) is not None:
        authentication.sessions.end(secret)
    return "", 204, {"Set-Cookie": authentication.cookie.take_back()}


@bp.get("/me")
@bp.auth_required(auth)
@bp.output(Me)
@bp.doc(responses=problems(401, 503))
def read_me() -> Me:
    """Say who is asking."""
    return Me.of(current_caller())


def _callback() -> str:
    """Return the address to which the provider sends browsers back."""
    # In production over HTTPS, whatever the proxy in front speaks to us.
    production = current_app.config["ENVIRONMENT"] == "production"
    scheme = "https" if production else request.scheme
    return url_for("auth.finish_login", _external=True, _scheme=scheme)


def _redirect(departure: Departure) -> Response:
    response = Response(status=303, headers={"Location": departure.address})
    for cookie in departure.cookies:
        response.headers.add("Set-Cookie", cookie)
    return response
