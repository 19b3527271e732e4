"""Write docs/semantics.md from the facts and the cases that say they exercise them.

Run it as `python -m tests.semantics.table`; a test holds the page against what this makes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from policyeval.scenarios import load_scenarios
from tests.semantics import test_bad_input, test_grant_delay
from tests.semantics.facts import CHAPTERS, DEPARTURES, FACTS, OURS, Note
from tests.semantics.refusals import Refusal

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "semantics.md"
SCENARIOS = ROOT / "fixtures" / "scenarios"
HEAD = """\
# What AWS does, and the case that proves it

<!-- Made by `python -m tests.semantics.table` from tests/semantics/facts.yaml and from the `facts` that
scenarios and tests say they exercise; edit those. -->

The rules by which AWS decides are numbered, so that code, messages and tests can cite them. Each stands
here in one line, with the cases that exercise it; the cases come in pairs, one allowed and one denied,
that differ in one field. Where AWS's pages leave something open, a decision was taken
([Ours](#ours)); where a page says more than the line or something else, it is noted
([Where AWS's pages differ](#where-awss-pages-differ)).
"""


class Exercise(NamedTuple):
    """A case or a test: where it stands, what it says, what it expects, and its facts."""

    path: Path
    name: str
    expected: str
    facts: tuple[str, ...]


def scenario_files() -> list[Path]:
    """Give the scenario files in order."""
    return sorted(SCENARIOS.glob("*.scenario.yaml"))


def exercises() -> Iterator[Exercise]:
    """Give every case of every scenario file, and the tests that mark their facts."""
    for path in scenario_files():
        for case in load_scenarios(path).cases:
            yield Exercise(path, case.name, case.expect, case.facts)
    for refusal in test_bad_input.CASES:
        expected = "refused" if isinstance(refusal, Refusal) else "taken"
        yield Exercise(Path(test_bad_input.__file__), refusal.name, expected, refusal.facts)
    for moment in test_grant_delay.CASES:
        yield Exercise(
            Path(test_grant_delay.__file__), moment.name, "allow" if moment.allowed else "deny", moment.facts
        )


def render() -> str:
    """Give the page's text."""
    by_fact: dict[str, list[Exercise]] = {number: [] for number in FACTS}
    for exercise in exercises():
        for number in exercise.facts:
            by_fact[number].append(exercise)
    parts = [HEAD, _overview(by_fact)]
    for chapter in CHAPTERS:
        parts.append(f"## {chapter.title}\n")
        parts += [_section(number, line, by_fact[number]) for number, line in chapter.facts.items()]
    parts.append(_list("Ours", "Decided here, because AWS leaves it unclear:", OURS))
    parts.append(_list("Where AWS's pages differ", "Read in 2026, and what is done here:", DEPARTURES))
    return "\n".join(parts)


def _overview(by_fact: dict[str, list[Exercise]]) -> str:
    rows = ["| Fact | | Cases |", "| --- | --- | --- |"]
    rows += [f"| [{number}](#{number.lower()}) | {line} | {len(by_fact[number])} |" for number, line in FACTS.items()]
    return "\n".join(rows) + "\n"


def _section(number: str, line: str, found: list[Exercise]) -> str:
    lines = [f"### {number}", "", line, ""]
    for path in dict.fromkeys(exercise.path for exercise in found):
        lines.append(f"- [{path.name}]({Path(os.path.relpath(path, PAGE.parent)).as_posix()})")
        lines += [f"  - {one.expected}: {_text(one.name)}" for one in found if one.path == path]
    return "\n".join(lines) + "\n"


def _text(name: str) -> str:
    # Names hold stars, dollars and angle brackets that Markdown would take for its own.
    return "".join(f"\\{character}" if character in "*_`<>[]$" else character for character in name)


def _list(title: str, introduction: str, notes: Iterable[Note]) -> str:
    lines = [f"## {title}", "", introduction, ""]
    lines += [f"- **{note.about}** {note.text}" for note in notes]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
