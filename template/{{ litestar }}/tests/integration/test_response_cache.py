"""An answer that Litestar keeps for others has nothing of the request that it was made for."""

import httpx2
from litestar import Litestar, get


async def test_a_kept_answer_has_the_id_of_each_request(
    app: Litestar, client: httpx2.AsyncClient
) -> None:
    calls = []

    @app.register
    @get("/kept", cache=True)
    async def kept() -> None:
        calls.append(1)

    first = await client.get("/kept", headers={"X-Request-ID": "first"})
    second = await client.get("/kept", headers={"X-Request-ID": "second"})
    assert len(calls) == 1
    assert first.headers.get_list("X-Request-ID") == ["first"]
    assert second.headers.get_list("X-Request-ID") == ["second"]
    assert second.headers.get_list("X-Frame-Options") == ["DENY"]
