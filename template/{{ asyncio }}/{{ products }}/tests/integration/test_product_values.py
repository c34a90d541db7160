import httpx2
import pytest

from tests.fixtures.products import product

HARMFUL = '<p onclick="steal()">Good <script>steal()</script><em>tea</em></p><img src=x>'
HARMLESS = "<p>Good <em>tea</em></p>"


async def test_a_description_is_made_harmless_when_a_product_is_created(
    editor: httpx2.AsyncClient,
) -> None:
    response = await editor.post("/products", json=product(description=HARMFUL))
    assert response.json()["description"] == HARMLESS
    assert (await editor.get(response.headers["Location"])).json()["description"] == HARMLESS


async def test_a_description_is_made_harmless_when_a_product_is_changed(
    editor: httpx2.AsyncClient,
) -> None:
    path = (await editor.post("/products", json=product())).headers["Location"]
    response = await editor.patch(path, json={"description": HARMFUL})
    assert response.json()["description"] == HARMLESS
    assert (await editor.get(path)).json()["description"] == HARMLESS


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  Green tea  ", "Green tea"),
        ("Gru\u0308ner Tee", "Gr\u00fcner Tee"),
        ("<b>Tea</b> & more", "<b>Tea</b> & more"),
        ("\U0001f375 " + "a" * 98, "\U0001f375 " + "a" * 98),
        ("   " + "a" * 100, "a" * 100),
    ],
)
async def test_a_name_is_one_line_of_plain_text(
    editor: httpx2.AsyncClient, sent: str, kept: str
) -> None:
    response = await editor.post("/products", json=product(name=sent))
    assert response.json()["name"] == kept
    patched = await editor.patch(response.headers["Location"], json={"name": sent})
    assert patched.json()["name"] == kept
