"""Endpoints to sign in and out, and to ask who one is."""

from apiflask import APIBlueprint
from flask import request

from ..core.csrf_protection import request_headers
from ..core.errors import UnauthorizedError
from ..core.openapi import problems
from ..extensions import authentication
from .caller import CHALLENGE
from .credentials import Credentials
from .password_changes import PasswordChangedError
from .protection import current_caller, forbid_storing
from .schemas import Me
from .scheme import auth
from .session_cookie import get_secret
from .stored_session import StoredSession

bp = APIBlueprint("auth", __name__, url_prefix="/auth", tag="auth")
bp.after_request(forbid_storing)


@bp.post("/login")
@bp.input(Credentials, arg_name="body")
@bp.output(Me)
@bp.doc(responses=problems(401, 403, 422, 429, 503), security="session")
def log_in(body: Credentials) -> tuple[Me, dict[str, str]]:
    """Sign in with name and password: begins a session with a new cookie and CSRF token."""
    secret = get_secret()
    # Demanded also of those who have no cookie: nobody is signed in by another site.
    authentication.csrf.check(request.method, request_headers(), secret)
    refusal = UnauthorizedError("The name or the password is wrong.", challenge=CHALLENGE)
    user = authentication.accounts.sign_in(body.username, body.password.get_secret_value())
    if user is None:
        raise refusal
    try:
        secret = authentication.sessions.begin(StoredSession(user=user), instead_of=secret)
    except PasswordChangedError as error:
        raise refusal from error
    return Me.of(user.to_principal()), {"Set-Cookie": authentication.cookie.give(secret)}


@bp.post("/logout")
@bp.auth_required(auth)
@bp.output({}, status_code=204)
@bp.doc(responses=problems(401, 403, 503))
def log_out() -> tuple[str, int, dict[str, str]]:
    """End the session."""
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
