"""Which values of a list say nothing that another does not say, and which stars of a pattern."""

from __future__ import annotations

import re
from bisect import bisect_left
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


def _covered(patterns: Sequence[str], texts: Iterable[str], covering: Callable[[str], Matcher]) -> dict[str, list[str]]:
    """Give for each pattern what it covers. What a pattern covers begins as it does: only that is looked at."""
    ordered = sorted(texts)
    found: dict[str, list[str]] = {}
    for pattern in patterns:
        start, covers = literal_head(pattern), covering(pattern)
        for at in range(bisect_left(ordered, start), len(ordered)):
            text = ordered[at]
            if not text.startswith(start):
                break
            # Two patterns may cover each other, as `a**` and `a*` do: then the first one stays.
            if text != pattern and covers(text) and pattern not in found.get(text, ()):
                found.setdefault(pattern, []).append(text)
    return found


def _index(value: Value) -> int:
    return value.index or 0
