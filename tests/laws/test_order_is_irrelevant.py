from __future__ import annotations

from dataclasses import replace

from policyeval.model.policy import Condition, NamedPolicy
from policyeval.model.records import PolicyLevels
from policyeval.model.request import Request, Session
from tests.differential.dice import Dice, shuffled
from tests.laws.changes import change_policies, decided, lives, with_statements
from tests.reference.world import World


def _levels(dice: Dice, levels: PolicyLevels) -> PolicyLevels:
    return tuple(tuple(shuffled(dice, level)) for level in shuffled(dice, levels))


def _mixed(dice: Dice, condition: Condition) -> Condition:
    return replace(condition, values=tuple(shuffled(dice, condition.values)))


def _shuffle(dice: Dice, world: World, request: Request) -> tuple[World, Request]:
    def change(policy: NamedPolicy, _kind: str) -> NamedPolicy:
        statements = [
            replace(one, conditions=tuple(_mixed(dice, condition) for condition in shuffled(dice, one.conditions)))
            for one in policy.policy.statements
        ]
        return with_statements(policy, shuffled(dice, statements))

    world, request = change_policies(world, request, change)
    for account in list(world.accounts):
        mixed = replace(
            account,
            service_control_policies=_levels(dice, account.service_control_policies),
            resource_control_policies=_levels(dice, account.resource_control_policies),
        )
        world = world.with_account(account, mixed)
    people = [replace(one, identity_policies=tuple(shuffled(dice, one.identity_policies))) for one in world.people]
    session = request.session
    if session is not None:
        policies = shuffled(dice, session.policies)
        request = request.replace(session=Session(session.name, policies, session.tags, session.source_identity))
    return replace(world, people=people, all_grants=shuffled(dice, world.all_grants)), request


def test_order_of_statements_policies_conditions_their_values_and_grants_is_irrelevant() -> None:
    for life in lives(3):
        before = decided(life.world, life.request)
        after = decided(*_shuffle(life.dice, life.world, life.request))
        assert before == after, f"seed {life.seed}: {life.request}"
