"""Fixes made in a text: only their spans change, and never for the worse."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.lint.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from policyeval.lint.finding import Edit, Finding, Fix

# A fix may make room for another: `--fix` ends where a second run would find nothing to do.
_ROUNDS: Final = 20


class Mended(NamedTuple):
    """A text with its fixes made, how many there were, and what is found in it now."""

    text: str
    made: int
    findings: Sequence[Finding]


def mend(text: str, lint: Callable[[str], Sequence[Finding]]) -> Mended:
    """Make the fixes of a text's findings until there is none left.

    `lint` gives the findings whose fixes are wanted. A fix after which a rule finds more errors than before is not
    made.
    """
    mended = Mended(text, 0, lint(text))
    for _ in range(_ROUNDS):
        chosen = _disjoint(finding.fix for finding in mended.findings if finding.fix is not None)
        better = _better(mended, chosen, lint) if chosen else mended
        if better.made == mended.made:
            break
        mended = better
    return mended


def _better(before: Mended, chosen: list[Fix], lint: Callable[[str], Sequence[Finding]]) -> Mended:
    """Make the fixes that make nothing worse: all at once, or else each half of them."""
    kept: list[Fix] = []
    best, waiting = before, [chosen]
    while waiting:
        group = waiting.pop()
        text = apply([edit for fix in (*kept, *group) for edit in fix.edits], before.text)
        found = lint(text)
        # More of one error for less of another is not better: a Sid that is proper may be another's.
        if not _errors(found) - _errors(best.findings):
            kept += group
            best = Mended(text, before.made + len(kept), found)
        elif len(group) > 1:
            half = len(group) // 2
            waiting += [group[half:], group[:half]]
    return best


def apply(edits: Iterable[Edit], text: str) -> str:
    """Make edits that do not overlap."""
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits):
        pieces += text[at : edit.start], edit.text
        at = edit.end
    return "".join((*pieces, text[at:]))


def _disjoint(fixes: Iterable[Fix]) -> list[Fix]:
    """Choose fixes of which no two touch the same text; the others wait for the next round."""
    chosen: dict[Fix, None] = {}
    taken: list[tuple[int, int]] = []
    for fix in fixes:
        spans = [(edit.start, edit.end) for edit in fix.edits]
        if fix not in chosen and not any(_touches(span, taken) for span in spans):
            chosen[fix] = None
            for span in spans:
                insort(taken, span)
    return list(chosen)


def _touches(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a span touches one of others, which are sorted: the nearest begins last before its end."""
    start, end = span
    before = bisect_right(taken, end, key=itemgetter(0))
    return bool(before) and taken[before - 1][1] >= start


def _errors(findings: Iterable[Finding]) -> Counter[str]:
    return Counter(finding.code for finding in findings if finding.severity is Severity.ERROR)
