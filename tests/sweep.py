"""Which answers the render sweep renders: every stack, and every extra with each of its choices."""

from collections.abc import Iterator

from tests.covering import pairs_in, pairs_of, pairwise
from tests.questionnaire import EXTRAS, STACK, Answers, choices, combinations

# Beyond this many combinations the extras take turns instead of being multiplied.
FULL = 60
SHORT_PACKAGE = "a"
LONG_PACKAGE = "a_package_name_as_long_as_ever"
LONG_NAME = (
    "R\u00e9sum\u00e9, \u0421\u043b\u0443\u0436\u0431\u0430 + \u670d\u52a1 "
    "of the Very-Long_Name Department No. 123"
)
LONG_DESCRIPTION = (
    "It (really) sells: things, more things & whatever else; why not? Yes/no + everything that is "
    "needed to fill a line of two hundred characters, "
    "which is as long as a description can be: and so, it ends."
)


def every_stack() -> Iterator[Answers]:
    """Yield every combination that exists, each with its extras."""
    full = list(combinations(STACK + EXTRAS, built=True))
    if len(full) <= FULL:
        yield from full
        return
    extras = list(combinations(EXTRAS, built=True))
    missing = pairs_of({name: choices(name, built=True) for name in STACK + EXTRAS})
    for turn, stack in enumerate(combinations(STACK, built=True)):
        turned = extras[turn % len(extras) :] + extras[: turn % len(extras)]
        best = max(
            (stack | extra for extra in turned), key=lambda row: len(pairs_in(row) & missing)
        )
        missing -= pairs_in(best)
        yield best


def every_name() -> Iterator[Answers]:
    """Yield a pairwise set of stacks, with the shortest names and with the longest."""
    axes = {name: choices(name, built=True) for name in STACK}
    for stack in pairwise(axes):
        yield stack | {"package": SHORT_PACKAGE, "project_name": "X", "description": "X"}
        yield stack | {
            "package": LONG_PACKAGE,
            "project_name": LONG_NAME,
            "description": LONG_DESCRIPTION,
        }
