"""What to tell of the place that a person points at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.lint.editor.cursor import find_spot
from policyeval.lint.editor.documents import shown
from policyeval.lint.editor.meanings import action_text, key_text, operator_text
from policyeval.lint.editor.slots import Slot, place
from policyeval.lint.rules.table import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from policyeval.lint.finding import Finding


class Hover(NamedTuple):
    """What to tell, in Markdown, of the text from `start` to `end`."""

    text: str
    start: int
    end: int


_MEANINGS: Final[Mapping[Slot, Callable[[str], str | None]]] = {
    Slot.ACTION: action_text,
    Slot.CONDITION_KEY: key_text,
    Slot.OPERATOR: operator_text,
}


def hover(text: str, offset: int, findings: Iterable[Finding] = (), *, yaml: bool = False) -> Hover | None:
    """Tell of the character at an offset: what was found there, and what the word there means."""
    # A cursor stands between characters: behind this one it is in the word that has it.
    spot = find_spot(text, min(offset + 1, len(text)), yaml=yaml)
    placed = place(spot)
    meaning = _MEANINGS.get(placed.slot) if placed is not None else None
    said = meaning(spot.word) if meaning is not None else None
    places = [(shown(finding), finding) for finding in findings]
    here = [(place, finding) for place, finding in places if place[0] <= offset < place[1]]
    parts = [*([said] if said is not None else []), *(finding_text(finding) for _, finding in here)]
    if not parts:
        return None
    start, end = (spot.start, spot.end) if said is not None else here[0][0]
    return Hover("\n\n---\n\n".join(parts), start, end)


def finding_text(finding: Finding) -> str:
    """Tell of a finding, and of its rule."""
    rule = load(finding.code)
    lines = [f"**{rule.code} {rule.name}** ({rule.severity.replace('_', ' ')})", finding.message]
    if finding.hint is not None:
        lines.append(f"Hint: {finding.hint}")
    lines += [rule.why, f"Instead: {rule.instead}"]
    if rule.source.startswith("https:"):
        lines.append(f"[AWS's page]({rule.source})")
    return "\n\n".join(lines)
