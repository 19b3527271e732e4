"""docs/semantics.md is what the cases make it, and no fact goes without a case on each side."""

from __future__ import annotations

import pytest

from tests.semantics.facts import FACTS
from tests.semantics.table import PAGE, exercises, render, scenario_files

ALL = list(exercises())


def test_the_page_is_made_from_the_cases() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run `python -m tests.semantics.table`"


@pytest.mark.parametrize("number", FACTS)
def test_a_fact_opens_and_closes(number: str) -> None:
    expected = {exercise.expected for exercise in ALL if number in exercise.facts}
    assert expected & {"allow", "taken"}, f"no case shows what {number} lets through"
    assert expected & {"deny", "refused"}, f"no case shows what {number} stops"


def test_a_case_says_what_it_is_about() -> None:
    assert [one.name for one in ALL if not set(one.facts) <= set(FACTS)] == []
    assert [one.name for one in ALL if len(set(one.facts)) != len(one.facts)] == []
    assert [one.name for one in ALL if len(one.name.split()) < 3] == [], "a name is a sentence"


def test_there_are_scenarios() -> None:
    assert len(scenario_files()) >= 25
