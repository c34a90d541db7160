"""The service does what it can without the provider."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fixtures.app import MakeApp
from tests.fixtures.issuer import Issuer


def assert_unavailable(answer: TestResponse) -> None:
    assert answer.status_code == 503
    assert answer.content_type == "application/problem+json"
    assert int(answer.headers["Retry-After"]) >= 1


def test_nobody_can_begin_to_sign_in(client: FlaskClient, issuer: Issuer) -> None:
    issuer.down = True
    answer = client.get("/auth/login")
    assert_unavailable(answer)
    assert answer.json is not None
    assert answer.json["detail"] == "The sign-in provider is not available."
    assert "Set-Cookie" not in answer.headers


def test_who_comes_back_can_try_again_later(client: FlaskClient, issuer: Issuer) -> None:
    answer = issuer.sign_in(client.get("/auth/login").headers["Location"], "ada")
    issuer.down = True
    assert_unavailable(client.get("/auth/callback", query_string=answer))
    issuer.down = False
    assert client.get("/auth/callback", query_string=answer).status_code == 303


def test_sessions_go_on(editor: FlaskClient, issuer: Issuer) -> None:
    issuer.down = True
    assert editor.put("/state/key", json={"value": 1}).status_code == 200


def test_tokens_of_known_keys_are_good_still(client: FlaskClient, issuer: Issuer) -> None:
    headers = {"Authorization": f"Bearer {issuer.access_token()}"}
    assert client.get("/auth/me", headers=headers).status_code == 200
    issuer.down = True
    assert client.get("/auth/me", headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/auth/me", "/flags"])
def test_tokens_cannot_be_told_apart_without_keys(
    client: FlaskClient, issuer: Issuer, path: str
) -> None:
    issuer.down = True
    headers = {"Authorization": f"Bearer {issuer.access_token()}"}
    assert_unavailable(client.get(path, headers=headers))


def test_the_service_is_ready_but_not_fully(client: FlaskClient, issuer: Issuer) -> None:
    issuer.down = True
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["status"] == "degraded"
    assert answer.json["components"]["oidc"] == {"status": "degraded"}


def test_in_development_the_service_does_without_one(make_app: MakeApp) -> None:
    client = make_app(oidc_issuer="").test_client()
    answer = client.get("/auth/login")
    assert_unavailable(answer)
    assert "OIDC_ISSUER" in answer.text
