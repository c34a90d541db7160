from flask.testing import FlaskClient


def test_everybody_may_write(client: FlaskClient) -> None:
    assert client.put("/state/open", json={"value": 1}).status_code == 200


def test_there_is_nothing_to_sign_in_to(client: FlaskClient) -> None:
    assert client.get("/auth/me").status_code == 404
    document = client.get("/openapi.json").json
    assert document is not None
    assert "securitySchemes" not in document["components"]
