"""Pages of other origins may call the service only when they are allowed to."""

import pytest
from flask.testing import FlaskClient

from tests.fixtures.app import MakeApp

ORIGIN = "https://app.example.com"
LOCAL = "http://[::1]:3000"
PREFLIGHT = {
    "Origin": ORIGIN,
    "Access-Control-Request-Method": "PUT",
    "Access-Control-Request-Headers": "if-match,content-type",
}


@pytest.fixture
def page(make_app: MakeApp) -> FlaskClient:
    """A page of an origin that is configured; what fails is answered as outside of tests."""
    app = make_app(cors_origins=[ORIGIN, LOCAL])
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/crash")
    def crash() -> None:
        raise KeyError

    return app.test_client()


def test_without_origins_nothing_is_allowed(client: FlaskClient) -> None:
    for answer in (
        client.get("/health/live", headers={"Origin": ORIGIN}),
        client.options("/state/key", headers=PREFLIGHT),
    ):
        assert not [name for name in answer.headers if name[0].startswith("Access-Control")]


@pytest.mark.parametrize(
    ("path", "status"), [("/health/live", 200), ("/nowhere", 404), ("/crash", 500)]
)
def test_a_configured_origin_may_read_answers(page: FlaskClient, path: str, status: int) -> None:
    answer = page.get(path, headers={"Origin": ORIGIN})
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    exposed = answer.headers["Access-Control-Expose-Headers"]
    assert exposed == "ETag, Location, Retry-After, X-Request-ID"


def test_an_origin_may_be_an_address(page: FlaskClient) -> None:
    answer = page.get("/health/live", headers={"Origin": LOCAL})
    assert answer.headers["Access-Control-Allow-Origin"] == LOCAL


@pytest.mark.parametrize(
    "origin",
    [f"{ORIGIN}.evil", f"{LOCAL}1", "http://app.example.com", "https://appXexample.com", "null"],
)
def test_another_origin_may_not(page: FlaskClient, origin: str) -> None:
    answer = page.get("/health/live", headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_configured_origin_may_ask_beforehand(page: FlaskClient) -> None:
    answer = page.options("/state/key", headers=PREFLIGHT)
    assert answer.status_code == 200
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].split(", ")
    assert sorted(allowed) == ["content-type", "if-match"]
    assert answer.headers["X-Request-ID"]


def test_cookies_of_the_caller_are_not_sent(page: FlaskClient) -> None:
    answer = page.options("/state/key", headers=PREFLIGHT)
    assert "Access-Control-Allow-Credentials" not in answer.headers
