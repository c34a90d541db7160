"""Deliberate faults: what the contract suite has to notice in a generated service.

Each breaks one line of the contract in one place of a service that is otherwise sound: one with the
default answers, or one with cookies on servers. `tests/test_faults.py` puts them in, one at a time.
"""

from dataclasses import dataclass

# What the default answers make.
DEFAULT = "fastapi-sqlite-memory-jwt-example"
SERVERS = "fastapi-postgresql-redis-session-example"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and the tests of the contract suite that must fail of it."""

    section: int
    name: str
    module: str
    right: str
    wrong: str
    tests: tuple[str, ...]
    stack: str = DEFAULT


FAULTS = (
    Fault(
        1,
        "the request id of the caller is not sent back",
        "core/middleware.py",
        '(b"x-request-id", id_.encode())]',
        '(b"x-request-id", b"another")]',
        ("test_conventions.py::test_request_id_of_the_caller",),
    ),
    Fault(
        1,
        "bodies have no limit",
        "app.py",
        "limit=settings.max_body_bytes",
        "limit=10**12",
        ("test_conventions.py::test_body_over_the_limit",),
    ),
    Fault(
        2,
        "a status that is answered is not documented",
        "products/router.py",
        "responses=problems(409, 415),",
        "responses=problems(415),",
        ("test_schema.py::test_whatever_an_editor_sends", "test_products.py"),
    ),
    Fault(
        2,
        "streams are not ended when the service stops",
        "app.py",
        "with on_termination(shared.state.end_subscriptions):",
        "with on_termination(lambda: None):",
        ("test_failures.py::test_sigterm",),
    ),
    Fault(
        3,
        "what the database says is told to the caller",
        "core/failures.py",
        'UnavailableError("The database is not available.", retry_after=5)',
        "UnavailableError(str(error), retry_after=5)",
        ("test_failures.py::test_locked_database",),
    ),
    Fault(
        3,
        "a problem is plain JSON",
        "core/errors.py",
        'MEDIA_TYPE = "application/problem+json"',
        'MEDIA_TYPE = "application/json"',
        ("test_errors.py", "test_conventions.py::test_unknown_path"),
    ),
    Fault(
        4,
        "HTML is stored as it came",
        "core/sanitization.py",
        "AfterValidator(clean_html), ",
        "",
        ("test_product_values.py::test_dangers_are_gone",),
    ),
    Fault(
        4,
        "wildcards work in a search",
        "products/repository.py",
        "autoescape=True",
        "autoescape=False",
        ("test_product_list.py::test_wildcards_are_characters",),
    ),
    Fault(
        5,
        "the version that a change is meant for does not matter",
        "core/state.py",
        "if expected is not None and expected != current:",
        "if expected == -1:",
        ("test_state.py::test_if_match",),
    ),
    Fault(
        6,
        "flags of the environment are not heeded",
        "resources.py",
        "FeatureFlags(FLAGS, settings.flags | off)",
        "FeatureFlags(FLAGS, off)",
        ("test_flags.py::test_flag_off_with_a_service_to_ask",),
    ),
    Fault(
        7,
        "any password is right",
        "auth/accounts.py",
        "return None\n            await self._forget(LoginFailure.account == account)",
        "pass\n            await self._forget(LoginFailure.account == account)",
        ("test_accounts.py::test_wrong_password_and_unknown_account",),
    ),
    Fault(
        7,
        "whoever is known may do everything",
        "auth/authorization.py",
        "if missing := sorted(set(permissions) - caller.permissions):",
        "if missing := sorted(set(permissions) & set()):",
        ("test_auth.py::test_writing_state_needs_the_permission",),
    ),
    Fault(
        7,
        "a refresh token that was stolen goes on",
        "auth/refresh_tokens.py",
        "            family.revoked_at = utc_now()\n        msg",
        "        msg",
        ("test_jwt.py::test_reuse_revokes_the_family",),
    ),
    Fault(
        8,
        "the last known rate is not fallen back on",
        "rates.py",
        "if last is None:",
        "if last is None or last:",
        ("test_prices.py::test_last_known_rate",),
    ),
    Fault(
        8,
        "a database that is locked is an unexpected error",
        "core/failures.py",
        "DATABASE_ERRORS = (OperationalError, ",
        "DATABASE_ERRORS = (",
        ("test_failures.py::test_locked_database",),
    ),
    Fault(
        9,
        "requests are counted by path",
        "core/middleware.py",
        'getattr(scope.get("route"), "path", None)',
        'scope["path"]',
        ("test_metrics.py::test_route_is_the_template",),
    ),
    Fault(
        9,
        "credentials are logged",
        "core/middleware.py",
        "bind_contextvars(request_id=id_)",
        "bind_contextvars(request_id=id_, headers=str(scope['headers']))",
        ("test_auth.py::test_no_secrets_in_the_log",),
    ),
    Fault(
        10,
        "a port that is taken is told as the server likes",
        "__main__.py",
        "    _require_free_port(settings)\n",
        "",
        ("test_running.py::test_port_taken",),
    ),
    Fault(
        5,
        "what other processes change is never heard",
        "core/state_feed.py",
        "        if changed:\n",
        "        if not versions:\n",
        ("test_workers.py::test_a_change_in_another_process_is_heard",),
        SERVERS,
    ),
    Fault(
        5,
        "writers in other processes are not waited for",
        "core/state.py",
        "session.get(StateRecord, key, with_for_update=True)",
        "session.get(StateRecord, key)",
        ("test_workers.py::test_no_lost_updates_between_processes",),
        SERVERS,
    ),
    Fault(
        7,
        "a session goes on beside the one that a login begins",
        "auth/sessions.py",
        "            if instead_of is not None:\n",
        "            if instead_of is None:\n",
        ("test_session.py::test_new_session_at_login",),
        SERVERS,
    ),
    Fault(
        7,
        "the cookie goes over HTTP in production",
        "auth/authentication.py",
        'secure=settings.environment == "production"',
        "secure=False",
        ("test_session.py::test_cookie_is_secure_in_production",),
        SERVERS,
    ),
    Fault(
        7,
        "pages of other origins may ask for changes",
        "core/csrf.py",
        "if origin is not None and not is_at(",
        'if origin == "" and not is_at(',
        ("test_session.py::test_foreign_origin", "test_session.py::test_products_need_the_token"),
        SERVERS,
    ),
    Fault(
        7,
        "signing out leaves the session as it is",
        "auth/router.py",
        "    await resources.auth.sessions.end(secret)\n",
        "",
        ("test_session.py::test_logout",),
        SERVERS,
    ),
    Fault(
        8,
        "what the cache fails of reaches the caller",
        "core/cache.py",
        "error=repr(error))\n            return None\n",
        "error=repr(error))\n            raise\n",
        ("test_cache_down.py::test_cache_down_in_mid_traffic",),
        SERVERS,
    ),
    Fault(
        9,
        "the log of production is for people",
        "core/logging.py",
        'if form == "json"\n',
        'if form == "xml"\n',
        ("test_production.py::test_every_line_of_the_log_is_json",),
        SERVERS,
    ),
)
