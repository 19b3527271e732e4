"""Nearest names, for hints, where there may be very many names."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from policyeval.syntax.faults import nearest

# A hint may cost some milliseconds, not the seconds that a comparison with every ARN of an estate takes.
_LIMIT = 2_000


def near(word: str, names: Iterable[str]) -> str | None:
    """Give the nearest name, or None when nothing is near."""
    return nearest(word, islice(names, _LIMIT))


def did_you_mean(word: str, names: Iterable[str]) -> str | None:
    """Give the hint `did you mean …?`, or None when nothing is near."""
    name = near(word, names)
    return f"did you mean `{name}`?" if name is not None else None
