"""What a plan was made of can be asked again: each question with its arguments and its very answer (docs/adr/0002)."""

from __future__ import annotations

import pytest

from policyeval import Entities
from policyeval.authorizer.recorded import Recorded, still
from tests.authorizer.estates import ALICE, KEY, A, estate, grant

QUESTIONS = [
    ("account", (A,)),
    ("principal", (ALICE,)),
    ("role", (A, "app")),
    ("user", (A, "alice")),
    ("resource", (KEY,)),
    ("grants", (KEY, ALICE)),
]


@pytest.mark.parametrize(("asked", "arguments"), QUESTIONS)
def test_a_question_is_noted_as_it_was_asked(asked: str, arguments: tuple[str, ...]) -> None:
    entities = estate(grants=[grant(ALICE, "Decrypt")])
    recorded = Recorded(entities)
    answer = getattr(recorded, asked)(*arguments)
    assert answer is getattr(entities, asked)(*arguments)
    assert recorded.answers == [(asked, arguments, answer)]
    assert still(entities, recorded.answers)


@pytest.mark.parametrize(("asked", "arguments"), QUESTIONS)
def test_another_answer_is_not_the_same(asked: str, arguments: tuple[str, ...]) -> None:
    recorded = Recorded(estate(grants=[grant(ALICE, "Decrypt")]))
    getattr(recorded, asked)(*arguments)
    other: Entities = estate(grants=[grant(ALICE, "Decrypt")])
    assert not still(other, recorded.answers)
