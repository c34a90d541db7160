"""The service does what it can without the provider."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.fixtures.issuer import Issuer

JSON = "application/json"


def assert_unavailable(answer: Any) -> None:  # noqa: ANN401 - an answer of the client
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert int(answer["Retry-After"]) >= 1


def test_nobody_can_begin_to_sign_in(browser: Client, issuer: Issuer) -> None:
    issuer.down = True
    answer = browser.get("/auth/login")
    assert_unavailable(answer)
    assert answer.json()["detail"] == "The sign-in provider is not available."
    assert not answer.cookies


def test_who_comes_back_can_try_again_later(browser: Client, issuer: Issuer) -> None:
    answer = issuer.sign_in(browser.get("/auth/login")["Location"], "ada")
    issuer.down = True
    assert_unavailable(browser.get("/auth/callback", answer))
    issuer.down = False
    assert browser.get("/auth/callback", answer).status_code == 303


def test_sessions_go_on(editor: Client, issuer: Issuer) -> None:
    issuer.down = True
    assert editor.put("/state/key", {"value": 1}, JSON).status_code == 200


def test_tokens_of_known_keys_are_good_still(browser: Client, issuer: Issuer) -> None:
    headers = {"Authorization": f"Bearer {issuer.access_token()}"}
    assert browser.get("/auth/me", headers=headers).status_code == 200
    issuer.down = True
    assert browser.get("/auth/me", headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/auth/me", "/flags"])
def test_tokens_cannot_be_told_apart_without_keys(
    browser: Client, issuer: Issuer, path: str
) -> None:
    issuer.down = True
    headers = {"Authorization": f"Bearer {issuer.access_token()}"}
    assert_unavailable(browser.get(path, headers=headers))


def test_the_service_is_ready_but_not_fully(
    transactional_db: None, browser: Client, issuer: Issuer
) -> None:
    del transactional_db  # components are checked in threads
    assert browser.get("/health/ready").json()["components"]["oidc"] == {"status": "ok"}
    issuer.down = True
    answer = browser.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["components"]["oidc"] == {"status": "degraded"}


def test_in_development_the_service_does_without_one(
    transactional_db: None, browser: Client, settings: Settings
) -> None:
    del transactional_db
    settings.OIDC_ISSUER = ""
    answer = browser.get("/auth/login")
    assert_unavailable(answer)
    assert "OIDC_ISSUER" in answer.json()["detail"]
    assert browser.get("/health/ready").json()["components"]["oidc"] == {"status": "ok"}
