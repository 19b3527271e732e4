"""What to tell of the place that a person points at."""

from __future__ import annotations

import re
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


_STRING: Final = re.compile(r'"([^"\\\r\n]*)"')
_MEANINGS: Final[Mapping[Slot, Callable[[str], str | None]]] = {
    Slot.ACTION: action_text,
    Slot.CONDITION_KEY: key_text,
    Slot.OPERATOR: operator_text,
}


def hover(text: str, offset: int, findings: Iterable[Finding] = (), *, yaml: bool | None = False) -> Hover | None:
    """Tell of the character at an offset: what was found there, and what the word there means.

    `yaml` is None for what is neither YAML nor JSON.
    """
    words = _quoted(text, offset) if yaml is None else _placed(text, offset, yaml=yaml)
    places = [(shown(finding), finding) for finding in findings]
    here = [(place, finding) for place, finding in places if place[0] <= offset < place[1]]
    parts = [*([words.text] if words is not None else []), *(finding_text(finding) for _, finding in here)]
    if not parts:
        return None
    start, end = (words.start, words.end) if words is not None else here[0][0]
    return Hover("\n\n---\n\n".join(parts), start, end)


def _placed(text: str, offset: int, *, yaml: bool) -> Hover | None:
    """Tell what a word means where it stands in a policy."""
    # A cursor stands between characters: behind this one it is in the word that has it.
    spot = find_spot(text, min(offset + 1, len(text)), yaml=yaml)
    placed = place(spot)
    meaning = _MEANINGS.get(placed.slot) if placed is not None else None
    said = meaning(spot.word) if meaning is not None else None
    return Hover(said, spot.start, spot.end) if said is not None else None


def _quoted(text: str, offset: int) -> Hover | None:
    """Tell what a string means in a language whose structure is not followed here."""
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    string = next((match for match in _STRING.finditer(text, start) if match.end() > offset), None)
    if string is None or string.start() > offset:
        return None
    word = string[1]
    meanings = _MEANINGS.values() if ":" in word else (operator_text,)
    said = next(filter(None, (meaning(word) for meaning in meanings)), None)
    return Hover(said, string.start(1), string.end(1)) if said is not None else None


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
