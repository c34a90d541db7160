"""HTML from outside is made harmless before it is stored."""

from typing import Annotated

import nh3
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

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

MAX_TAKEN = 2000
MAX_KEPT = 5 * MAX_TAKEN  # an ampersand becomes five characters


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


def not_inflated(value: str) -> str:
    """Return ``value`` unchanged if cleaning has not made it many times longer.

    Raises ``PydanticCustomError`` otherwise: where tags stay open, each new paragraph repeats
    them all, so that 2000 characters can become 200,000.
    """
    if len(value) > MAX_KEPT:
        raise PydanticCustomError("too_many_open_tags", "too many tags are left open")
    return value


Html = Annotated[
    Text, Field(max_length=MAX_TAKEN), AfterValidator(clean_html), AfterValidator(not_inflated)
]
"""HTML that is safe to show; at most 2000 characters are taken."""
