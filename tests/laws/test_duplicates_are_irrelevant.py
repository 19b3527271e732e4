from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from policyeval.model.policy import Condition, Element, NamedPolicy, PrincipalElement, Statement
from policyeval.model.request import Request, Session
from tests.laws.changes import change_policies, decided, lives, with_statements
from tests.reference.world import World

T = TypeVar("T", Element, PrincipalElement, Condition)


def _values(holder: T) -> T:
    return replace(holder, values=holder.values * 2)


def _statement(one: Statement) -> Statement:
    return replace(
        one,
        principal=one.principal and _values(one.principal),
        action=one.action and _values(one.action),
        resource=one.resource and _values(one.resource),
        conditions=tuple(_values(condition) for condition in one.conditions * 2),
    )


def _doubled(world: World, request: Request) -> tuple[World, Request]:
    """Say everything twice: values, conditions, statements, policies, grants."""

    def change(policy: NamedPolicy, _kind: str) -> NamedPolicy:
        return with_statements(policy, [_statement(one) for one in policy.policy.statements * 2])

    world, request = change_policies(world, request, change)
    people = [replace(one, identity_policies=one.identity_policies * 2) for one in world.people]
    again = [replace(grant, grant_id=f"{grant.grant_id} again") for grant in world.all_grants]
    session = request.session
    if session is not None:
        policies = [*session.policies, *session.policies]
        request = request.replace(session=Session(session.name, policies, session.tags, session.source_identity))
    return replace(world, people=people, all_grants=[*world.all_grants, *again]), request


def test_saying_everything_twice_changes_nothing() -> None:
    for life in lives(17, worlds=120):
        before = decided(life.world, life.request)
        after = decided(*_doubled(life.world, life.request))
        assert before == after, f"seed {life.seed}: {life.request}"
