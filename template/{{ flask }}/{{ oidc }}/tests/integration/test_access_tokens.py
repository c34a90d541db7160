"""Programs come with access tokens of the provider."""

import pytest
from flask.testing import FlaskClient

from tests.fixtures.issuer import Issuer


def bearer(issuer: Issuer, permissions: str = "") -> dict[str, str]:
    """Header fields of a program with these permissions."""
    return {"Authorization": f"Bearer {issuer.access_token(permissions=permissions)}"}


def subject(client: FlaskClient, headers: dict[str, str]) -> str:
    """Who the service takes a caller for."""
    answer = client.get("/auth/me", headers=headers).json
    assert answer is not None
    name: str = answer["subject"]
    return name


def test_a_token_says_who_is_asking(client: FlaskClient, issuer: Issuer) -> None:
    answer = client.get("/auth/me", headers=bearer(issuer, "state:write"))
    assert answer.json == {"subject": "robot", "permissions": ["state:write"]}
    assert "Set-Cookie" not in answer.headers


def test_a_token_needs_no_csrf_token(client: FlaskClient, issuer: Issuer) -> None:
    headers = bearer(issuer, "state:write")
    assert client.put("/state/key", json={"value": 1}, headers=headers).status_code == 200


def test_a_program_has_no_session_to_end(
    editor: FlaskClient, client: FlaskClient, issuer: Issuer
) -> None:
    assert client.post("/auth/logout", headers=bearer(issuer)).status_code == 204
    assert editor.get("/auth/me").status_code == 200


def test_a_token_without_the_permission_may_read_only(client: FlaskClient, issuer: Issuer) -> None:
    answer = client.put("/state/key", json={"value": 1}, headers=bearer(issuer))
    assert answer.status_code == 403


def test_who_sends_a_token_is_known_by_it_and_not_by_the_cookie(
    editor: FlaskClient, issuer: Issuer
) -> None:
    headers = bearer(issuer)
    assert subject(editor, headers) == "robot"
    assert editor.put("/state/key", json={"value": 1}, headers=headers).status_code == 403


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer nonsense", "bearer a.b.c"])
def test_a_bad_token_is_refused_whatever_the_cookie_says(editor: FlaskClient, header: str) -> None:
    del editor.environ_base["HTTP_X_CSRF_TOKEN"]
    headers = {"Authorization": header}
    for answer in (
        editor.get("/auth/me", headers=headers),
        editor.put("/state/key", json={"value": 1}, headers=headers),
        editor.get("/flags", headers=headers),
    ):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize("header", ["Basic YTpi", "nonsense", ""])
def test_credentials_of_another_kind_are_none(editor: FlaskClient, header: str) -> None:
    headers = {"Authorization": header}
    assert subject(editor, headers) == "editor"
    del editor.environ_base["HTTP_X_CSRF_TOKEN"]
    assert editor.put("/state/a", json={"value": 1}, headers=headers).status_code == 403


def test_bytes_that_are_no_text_are_no_token(client: FlaskClient) -> None:
    headers = {"Authorization": "Bearer \xff\xfe"}
    assert client.get("/auth/me", headers=headers).status_code == 401


def test_the_document_names_both_ways_to_be_known(client: FlaskClient) -> None:
    document = client.get("/openapi.json").json
    assert document is not None
    put = document["paths"]["/state/{key}"]["put"]
    assert put["security"] == [
        {"bearer": ["state:write"]},
        {"session": ["state:write"], "csrf": []},
    ]
    schemes = document["components"]["securitySchemes"]
    assert (schemes["bearer"]["type"], schemes["bearer"]["scheme"]) == ("http", "bearer")
    assert (schemes["session"]["type"], schemes["session"]["in"]) == ("apiKey", "cookie")
