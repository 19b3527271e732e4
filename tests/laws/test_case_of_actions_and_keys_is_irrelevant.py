from __future__ import annotations

from dataclasses import replace

from policyeval.model.policy import Element, NamedPolicy, Statement
from policyeval.model.request import Request
from tests.differential.dice import Dice, chance
from tests.laws.changes import change_policies, decided, lives, with_statements
from tests.reference.world import World


def _cased(dice: Dice, text: str) -> str:
    return "".join(letter.swapcase() if chance(dice, 50) else letter for letter in text)


def _statement(dice: Dice, statement: Statement) -> Statement:
    action = statement.action
    if action is not None:
        action = Element(tuple(_cased(dice, value) for value in action.values), action.negated)
    conditions = tuple(replace(one, key=_cased(dice, one.key)) for one in statement.conditions)
    return replace(statement, action=action, conditions=conditions)


def _recased(dice: Dice, world: World, request: Request) -> tuple[World, Request]:
    def change(policy: NamedPolicy, _kind: str) -> NamedPolicy:
        return with_statements(policy, [_statement(dice, one) for one in policy.policy.statements])

    world, request = change_policies(world, request, change)
    context = {_key(dice, key): value for key, value in (request.context or {}).items()}
    return world, request.replace(action=_cased(dice, request.action), context=context)


def _key(dice: Dice, key: str) -> str:
    family, slash, name = key.partition("/")
    return _cased(dice, family) + slash + name  # a tag's name is a value of aws:TagKeys, too


def test_case_of_actions_and_condition_keys_is_irrelevant() -> None:
    for life in lives(5):
        before = decided(life.world, life.request)
        after = decided(*_recased(life.dice, life.world, life.request))
        assert before == after, f"seed {life.seed}: {life.request}"
