"""Which values of a list say nothing that another does not say, and which stars of a pattern."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from policyeval.lint.fixes import remove_values
from policyeval.lint.patterns import has_wildcard, literal_head
from policyeval.lint.rule import Flaw, TextFlaw
from policyeval.lint.words import listed
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from policyeval.evaluator.globs import Matcher
    from policyeval.lint.view import Condition, Element, Value

_STARS: Final = re.compile(r"\*{2,}")
_WILDCARDS: Final = re.compile(r"[*?]")
_END: Final = "\0"
# To look through all texts for a part of a pattern takes as long as to match about one in so many of them.
_FEW: Final = 32


def repeated_stars(text: str) -> Iterator[TextFlaw]:
    """Find two stars side by side in a pattern: the check of a rule."""
    at = text.find("**")
    if at >= 0:
        message = f"two stars in {ticked(text)} mean what one does"
        yield TextFlaw(message, "write one", at, at + len("**"), _STARS.sub("*", text))


def redundancies(
    element: Element | Condition, key: Callable[[str], str], covering: Callable[[str], Matcher]
) -> Iterator[Flaw]:
    """Say which values of an element or condition another one makes redundant, with the wider one among the places.

    `key` is what of a text counts; `covering` gives for a text what tells whether it matches all that another does.
    """
    for wider, rest in _redundant(element.values, key, covering):
        values = sorted((wider, *rest), key=_index)
        yield Flaw(
            values[0].place(),
            _message(wider, rest),
            "take out what is redundant",
            tuple(value.place() for value in values[1:]),
            remove_values(rest),
        )


def _message(wider: Value, rest: Sequence[Value]) -> str:
    if any(value.text != wider.text for value in rest):
        return f"{ticked(wider.text)} makes {listed(rest)} redundant"
    return f"{ticked(wider.text)} is listed {'twice' if len(rest) == 1 else f'{len(rest) + 1} times'}"


def _redundant(
    values: Sequence[Value], key: Callable[[str], str], covering: Callable[[str], Matcher]
) -> Iterator[tuple[Value, list[Value]]]:
    """Give each value that makes others redundant, and those, equal ones among them.

    A value that is redundant itself is not given for what it covers: that is redundant without it.
    """
    texts = [key(value.text) for value in values]
    if len(set(texts)) == len(texts) and not has_wildcard("".join(texts)):
        return
    alike: dict[str, list[Value]] = {}
    for text, value in zip(texts, values, strict=True):
        alike.setdefault(text, []).append(value)
    patterns = [text for text in alike if "*" in text or "?" in text]
    covered = _covered(patterns, alike, covering)
    redundant = {text for texts in covered.values() for text in texts}
    for text, same in alike.items():
        rest = [*same[1:], *(value for other in covered.get(text, ()) for value in alike[other])]
        if rest and text not in redundant:
            yield same[0], sorted(rest, key=_index)


def _covered(patterns: Sequence[str], texts: Iterable[str], covering: Callable[[str], Matcher]) -> dict[str, set[str]]:
    """Give for each pattern what it covers."""
    holders = _Holders(texts)
    found: dict[str, set[str]] = {}
    for pattern in patterns:
        covers = covering(pattern)
        for text in holders.to_compare(pattern):
            # Two patterns may cover each other, as `a**` and `a*` do: then the first one stays.
            if text != pattern and covers(text) and pattern not in found.get(text, ()):
                found.setdefault(pattern, set()).add(text)
    return found


class _Holders:
    """Texts in one, in which those that have something are found without a look at each."""

    __slots__ = ("_counts", "_starts", "_texts", "_whole")

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = sorted(texts)
        self._starts = list(accumulate((len(text) + 1 for text in self._texts), initial=0))
        self._whole = _END + _END.join(self._texts) + _END
        self._counts: dict[str, int] = {}

    def to_compare(self, pattern: str) -> Iterable[str]:
        """Give the texts that a pattern may cover: those that begin as it does, or fewer where these are many."""
        head = literal_head(pattern)
        first = bisect_left(self._texts, head)
        end = bisect_right(self._texts, head, lo=first, key=lambda text: text[: len(head)])
        few = (end - first) * _FEW <= len(self._texts)
        return self._texts[first:end] if few else self._of_literals(pattern)

    def _of_literals(self, pattern: str) -> Iterator[str]:
        """Give the texts that have the rarest of what a pattern has between its wildcards: what it covers has it all.

        An end of the pattern that is no wildcard is the text's end as well.
        """
        literals = set(_WILDCARDS.split(f"{_END}{pattern}{_END}")) - {_END, ""}
        if not literals:
            yield from self._texts
            return
        rarest = min(literals, key=self._count)
        at = self._whole.find(rarest)
        while at >= 0:
            holder = bisect_right(self._starts, at) - 1
            yield self._texts[holder]
            at = self._whole.find(rarest, self._starts[holder + 1])

    def _count(self, literal: str) -> int:
        known = self._counts.get(literal)
        if known is None:
            known = self._counts[literal] = self._whole.count(literal)
        return known


def _index(value: Value) -> int:
    return value.index or 0
