"""Settings: the OpenID provider."""

import pytest

from config.environment import Environment
from config.provider import check_provider

REGISTRATION = {
    "OIDC_CLIENT_ID": "the-service",
    "OIDC_CLIENT_SECRET": "of the tests",
    "OIDC_AUDIENCE": "https://service.test",
}


def refusal(environment: str, issuer: str, **changes: str) -> str:
    """Return what is wrong with the settings, nothing when they will do."""
    env = Environment()
    check_provider(env, environment, issuer, REGISTRATION | changes)
    try:
        env.check()
    except SystemExit as error:
        return str(error.code).removeprefix("The settings are not valid: ").removesuffix(".")
    return ""


@pytest.mark.parametrize("environment", ["development", "test", "production"])
def test_a_provider_is_taken(environment: str) -> None:
    assert refusal(environment, "https://issuer.example/realms/a") == ""


@pytest.mark.parametrize("environment", ["development", "production"])
@pytest.mark.parametrize("name", REGISTRATION)
def test_a_registration_is_whole(environment: str, name: str) -> None:
    assert refusal(environment, "https://issuer.example", **{name: ""}) == f"{name} must be set"


@pytest.mark.parametrize("environment", ["test", "production"])
def test_outside_development_there_must_be_a_provider(environment: str) -> None:
    assert refusal(environment, "") == "OIDC_ISSUER must be set outside development"


def test_all_that_is_missing_is_named_at_once() -> None:
    said = refusal("production", "", **dict.fromkeys(REGISTRATION, ""))
    assert all(f"{name} must be set" in said for name in ("OIDC_ISSUER", *REGISTRATION))


def test_development_does_without_a_provider() -> None:
    assert refusal("development", "", **dict.fromkeys(REGISTRATION, "")) == ""


@pytest.mark.parametrize(
    "address",
    [
        "issuer.example",
        "ftp://issuer.example",
        "https://",
        "https://a b",
        "https://a?b",
        "https://a:b",
        "https://[::1",
    ],
)
def test_an_issuer_is_an_address(address: str) -> None:
    said = refusal("production", address)
    assert said == "OIDC_ISSUER must look like https://login.example.com"


@pytest.mark.parametrize(
    "address", ["http://issuer.example", "http://localhost.example", "http://127.0.0.10"]
)
def test_in_production_nobody_on_the_way_can_change_what_it_says(address: str) -> None:
    said = refusal("production", address)
    assert said == "OIDC_ISSUER must be an https address in production"
    assert refusal("development", address) == ""


@pytest.mark.parametrize(
    "address", ["http://localhost:9000", "http://127.0.0.1", "http://[::1]/realms/a"]
)
def test_on_the_same_machine_there_is_nobody_on_the_way(address: str) -> None:
    assert refusal("production", address) == ""
