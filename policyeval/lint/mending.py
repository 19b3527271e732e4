"""Fixes made in a text: only their spans change, and never for the worse."""

from __future__ import annotations

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

    `lint` gives the findings whose fixes are wanted. A round of fixes after which there are more errors than
    before is not made.
    """
    findings, made = lint(text), 0
    for _ in range(_ROUNDS):
        chosen = _disjoint(finding.fix for finding in findings if finding.fix is not None)
        if not chosen:
            break
        better = apply([edit for fix in chosen for edit in fix.edits], text)
        found = lint(better)
        if _errors(found) > _errors(findings):
            break
        text, findings, made = better, found, made + len(chosen)
    return Mended(text, made, findings)


def apply(edits: Iterable[Edit], text: str) -> str:
    """Make edits that do not overlap."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _disjoint(fixes: Iterable[Fix]) -> list[Fix]:
    """Choose fixes of which no two touch the same text; the others wait for the next round."""
    chosen: dict[Fix, None] = {}
    taken: list[tuple[int, int]] = []
    for fix in fixes:
        spans = [(edit.start, edit.end) for edit in fix.edits]
        if fix not in chosen and not any(
            start <= last and first <= end for start, end in spans for first, last in taken
        ):
            chosen[fix] = None
            taken += spans
    return list(chosen)


def _errors(findings: Iterable[Finding]) -> int:
    return sum(finding.severity is Severity.ERROR for finding in findings)
