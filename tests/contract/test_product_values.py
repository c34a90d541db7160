"""Section 4: money is exact, HTML is harmless."""

from html.parser import HTMLParser

import pytest

from .client import Client
from .products import create, product

pytestmark = [pytest.mark.contract("4"), pytest.mark.only(example=True)]

DANGEROUS = {
    "script", "style", "iframe", "object", "embed", "svg", "math", "form", "input", "button",
    "meta", "link", "base", "img", "video", "audio", "template", "noscript", "body", "html",
    "blink", "custom-tag", "textarea", "title", "xmp", "marquee", "details", "select",
}  # fmt: skip


class Dangers(HTMLParser):
    """Collects what must not be in sanitized HTML, as a browser would read it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at a tag and its attributes."""
        if tag in DANGEROUS:
            self.found.append(tag)
        for name, value in attrs:
            scheme = "".join((value or "").split()).lower()
            if name.startswith("on") or name in {"style", "srcdoc", "formaction", "class", "id"}:
                self.found.append(name)
            elif scheme.startswith(("javascript:", "data:", "vbscript:")):
                self.found.append(f"{name}={value}")


# Money --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "price", ["0.01", "0.10", "1.00", "19.90", "1234567.89", "99999999.99", "0.29", "1.15", "4.35"]
)
def test_price_is_exact(editor: Client, price: str) -> None:
    """Cents that binary fractions cannot hold come back as they were."""
    created = create(editor, price=price)
    assert created["price"] == price
    assert editor.get(f"/products/{created['id']}").json()["price"] == price


@pytest.mark.parametrize(
    "price",
    [
        "0", "0.00", "-1.00", "-0.01", "100000000.00", "100000000", "99999999.999", "1.999",
        "0.001", "", " ", " 1.00", "1.00 ", "1.00\n", "+1.00", "1,00", "1 000.00", "1_000.00",
        "1e3", "1E-1", "NaN", "sNaN", "Infinity", "-Infinity", "0x10", "abc",
        "\uff11\uff19.\uff19\uff10", "\u0661\u0669.\u0669\u0660",
        "1.00\0", "9" * 400, "1." + "0" * 400, ".5", "1.", "$1.00", "--1", "1.0.0",
    ],
)  # fmt: skip
def test_price_that_is_none(editor: Client, price: str) -> None:
    """422 that names the price."""
    answer = editor.post("/products", json=product(price=price))
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/price"]


@pytest.mark.parametrize("price", [19.9, 19, 0, True, None, [], {}, ["1.00"]])
def test_price_of_a_wrong_type(editor: Client, price: object) -> None:
    """Numbers cannot hold money exactly, so they are refused too."""
    answer = editor.post("/products", json=product(price=price))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/price"]


@pytest.mark.parametrize(("price", "shown"), [("7", "7.00"), ("7.5", "7.50")])
def test_price_is_shown_with_two_places(editor: Client, price: str, shown: str) -> None:
    """Fewer places are understood and shown as two."""
    assert create(editor, price=price)["price"] == shown


# HTML ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        "<p>From <em>Uji</em>, <strong>fresh</strong>.</p>",
        "<ul><li>one</li><li>two</li></ul>",
        "<b>bold</b> and <i>italic</i>",
        "plain text",
        "1 &lt; 2 &amp; 3 &gt; 2",
    ],
)
def test_harmless_formatting_stays(editor: Client, html: str) -> None:
    """Formatting that can do nothing is kept."""
    assert create(editor, description=html)["description"] == html


def test_links_stay(editor: Client) -> None:
    """A link keeps its address; a rel may be added."""
    description = create(editor, description='<a href="https://example.com/a?b=c">x</a>')
    assert 'href="https://example.com/a?b=c"' in description["description"]


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<ScRiPt src=//evil.example></sCrIpT>",
        "<<script>script>alert(1)<</script>/script>",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        '<b onclick="alert(1)">x</b>',
        "<b onclick = alert(1) ONMOUSEOVER='x'>x</b>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        '<svg><style><img src="</style><img src=x onerror=alert(1)>"></svg>',
        '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href=" jAvAsCrIpT:alert(1)">x</a>',
        '<a href="java&#10;script:alert(1)">x</a>',
        '<a href="&#106;avascript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<a href="vbscript:x">x</a>',
        '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
        '<p style="background:url(javascript:alert(1))">x</p>',
        '<form action="//evil.example"><input name=a><button formaction="x">x</button></form>',
        '<meta http-equiv="refresh" content="0;url=//evil.example">',
        '<link rel=stylesheet href="//evil.example"><base href="//evil.example">',
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
        "<textarea><script>alert(1)</script></textarea>",
        '<!--<img src="--><img src=x onerror=alert(1)//">',
        "<custom-tag>x</custom-tag>",
        "<template><script>alert(1)</script></template>",
        "<object data=x></object><embed src=x>",
        "<b/><script/>alert(1)",
        "<details open ontoggle=alert(1)>",
        "<p\x0conclick=alert(1)>x</p>",
    ],
)
def test_dangers_are_gone(editor: Client, html: str) -> None:
    """On the way in, at creation and in a change; and nothing wakes up when it is sent again."""
    created = create(editor, description=html)
    stored = created["description"]
    dangers = Dangers()
    dangers.feed(stored)
    dangers.close()
    assert dangers.found == [], stored
    assert "<!--" not in stored
    path = f"/products/{created['id']}"
    assert editor.patch(path, json={"description": html}).json()["description"] == stored
    assert editor.patch(path, json={"description": stored}).json()["description"] == stored


def test_text_around_dangers_stays(editor: Client) -> None:
    """Scripts go with what is in them; around them nothing is lost."""
    html = "before <script>alert(1)</script><b onclick='x()'>bold</b> <blink>after</blink>"
    assert create(editor, description=html)["description"] == "before <b>bold</b> after"


@pytest.mark.parametrize("text", ["&" * 2000, "<" * 2000, "<b>" * 666, '"' * 2000, "</p>" * 500])
def test_text_that_grows(editor: Client, text: str) -> None:
    """Sanitizing may lengthen text: it is then refused, or kept whole."""
    answer = editor.post("/products", json=product(description=text))
    assert answer.status_code in {201, 422}
    if answer.status_code == 201:
        path = f"/products/{answer.json()['id']}"
        assert editor.get(path).json()["description"] == answer.json()["description"]
