"""Programs come with access tokens of the provider."""

import pytest
from django.test import Client

from tests.fixtures.issuer import Issuer

JSON = "application/json"


def bearer(issuer: Issuer, permissions: str = "") -> dict[str, str]:
    """Header fields of a program with these permissions."""
    return {"Authorization": f"Bearer {issuer.access_token(permissions=permissions)}"}


def test_a_token_says_who_is_asking(browser: Client, issuer: Issuer) -> None:
    answer = browser.get("/auth/me", headers=bearer(issuer, "state:write"))
    assert answer.json() == {"subject": "robot", "permissions": ["state:write"]}
    assert not answer.cookies


def test_a_token_needs_no_csrf_token(browser: Client, issuer: Issuer) -> None:
    headers = bearer(issuer, "state:write")
    assert browser.put("/state/key", {"value": 1}, JSON, headers=headers).status_code == 200


def test_a_program_has_no_session_to_end(editor: Client, browser: Client, issuer: Issuer) -> None:
    assert browser.post("/auth/logout", headers=bearer(issuer)).status_code == 204
    assert editor.get("/auth/me").status_code == 200


def test_a_token_without_the_permission_may_read_only(browser: Client, issuer: Issuer) -> None:
    answer = browser.put("/state/key", {"value": 1}, JSON, headers=bearer(issuer))
    assert answer.status_code == 403


def test_who_sends_a_token_is_known_by_it_and_not_by_the_cookie(
    editor: Client, issuer: Issuer
) -> None:
    headers = bearer(issuer)
    assert editor.get("/auth/me", headers=headers).json()["subject"] == "robot"
    assert editor.put("/state/key", {"value": 1}, JSON, headers=headers).status_code == 403


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer nonsense", "bearer a.b.c"])
def test_a_bad_token_is_refused_whatever_the_cookie_says(editor: Client, header: str) -> None:
    del editor.defaults["HTTP_X_CSRF_TOKEN"]
    headers = {"Authorization": header}
    for answer in (
        editor.get("/auth/me", headers=headers),
        editor.put("/state/key", {"value": 1}, JSON, headers=headers),
        editor.get("/flags", headers=headers),
    ):
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize("header", ["Basic YTpi", "nonsense", ""])
def test_credentials_of_another_kind_are_none(editor: Client, header: str) -> None:
    headers = {"Authorization": header}
    assert editor.get("/auth/me", headers=headers).json()["subject"] == "editor"
    del editor.defaults["HTTP_X_CSRF_TOKEN"]
    assert editor.put("/state/a", {"value": 1}, JSON, headers=headers).status_code == 403


def test_bytes_that_are_no_text_are_no_token(browser: Client) -> None:
    headers = {"Authorization": "Bearer \xff\xfe"}
    assert browser.get("/auth/me", headers=headers).status_code == 401


def test_the_document_names_both_ways_to_be_known(browser: Client) -> None:
    document = browser.get("/openapi.json").json()
    put = document["paths"]["/state/{key}"]["put"]
    assert put["security"] == [{"AccessToken": []}, {"Session": []}]
    schemes = document["components"]["securitySchemes"]
    assert schemes["AccessToken"] == {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    assert schemes["Session"] == {"type": "apiKey", "in": "cookie", "name": "session"}
