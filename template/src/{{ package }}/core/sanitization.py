"""HTML from outside is made harmless before it is stored."""

from typing import Annotated

import nh3
from pydantic import AfterValidator, Field

from .validation import Text

ALLOWED_TAGS = {
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "em",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "u",
    "ul",
}
ALLOWED_ATTRIBUTES = {"a": {"href", "title"}}
ALLOWED_SCHEMES = {"http", "https", "mailto"}


def clean_html(value: str) -> str:
    """Keep harmless formatting and drop everything else.

    Scripts and styles go with their content; unknown tags go and leave their text; event
    handlers, styles and links to other schemes than http, https and mailto are gone.
    """
    return nh3.clean(
        value,
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes=ALLOWED_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


Html = Annotated[Text, Field(max_length=2000), AfterValidator(clean_html)]
"""HTML that is safe to show; at most 2000 characters are taken."""
