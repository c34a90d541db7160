"""A small set of combinations in which every pair of answers to two questions meets."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, product

from tests.questionnaire import Answer, Answers

Axes = Mapping[str, Sequence[Answer]]
Pair = tuple[tuple[str, Answer], tuple[str, Answer]]


def pairs_of(axes: Axes) -> set[Pair]:
    """Return every pair of answers that two different questions can have."""
    return {
        ((first, one), (second, two))
        for first, second in combinations(axes, 2)
        for one, two in product(axes[first], axes[second])
    }


def pairs_in(row: Answers) -> set[Pair]:
    """Return the pairs that one combination covers."""
    return set(combinations(row.items(), 2))


def missing_pairs(axes: Axes, rows: Iterable[Answers]) -> set[Pair]:
    """Return the pairs that no row covers."""
    missing = pairs_of(axes)
    for row in rows:
        missing -= pairs_in(row)
    return missing


def pairwise(axes: Axes) -> list[Answers]:
    """Return combinations that cover every pair, the same ones every time.

    Greedy: each row is the combination, of all there are, that covers most of what is missing.
    """
    every = [dict(zip(axes, answers, strict=True)) for answers in product(*axes.values())]
    missing = pairs_of(axes)
    rows: list[Answers] = []
    while missing:
        best = max(every, key=lambda row: len(pairs_in(row) & missing))
        rows.append(best)
        missing -= pairs_in(best)
    return rows
