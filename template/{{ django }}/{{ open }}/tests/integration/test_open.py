from django.test import Client


def test_everybody_may_write(client: Client) -> None:
    assert client.put("/state/key", {"value": 1}, "application/json").status_code == 200


def test_nobody_is_asked_who_they_are(client: Client) -> None:
    assert client.get("/auth/me").status_code == 404
    assert "securitySchemes" not in client.get("/openapi.json").json()["components"]
