"""Changes to whole worlds, and the walk over many worlds that every law here takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from policyeval import Authorizer
from policyeval.model.policy import NamedPolicy, Policy, Statement
from policyeval.model.records import PolicyLevels, PolicySource
from policyeval.model.request import PolicyLike, Request, Session
from tests.differential.dice import Dice, SeededDice
from tests.differential.worlds import generate
from tests.reference.decide import Outcome
from tests.reference.world import World

WORLDS = 250

Change = Callable[[NamedPolicy, str], NamedPolicy]


@dataclass(frozen=True)
class Lived:
    """One world and request, with its dice for what the law still has to choose."""

    seed: int
    dice: Dice
    world: World
    request: Request


def lives(law: int, worlds: int = WORLDS) -> Iterator[Lived]:
    """Give many worlds, each law its own."""
    for seed in range(law * 1_000_000, law * 1_000_000 + worlds):
        made = generate(SeededDice(seed))
        for request in made.requests[:2]:
            yield Lived(seed, SeededDice(seed + 1), made.world, request)


def decided(world: PolicySource, request: Request) -> Outcome:
    decision = Authorizer(world).authorize(request)
    return Outcome(decision.allowed, decision.reason, decision.layer, decision.rule)


def change_policies(world: World, request: Request, change: Change) -> tuple[World, Request]:
    """Change every policy in force; `change` is told what kind of policy it is."""

    def levels(found: PolicyLevels, kind: str) -> PolicyLevels:
        return tuple(tuple(change(policy, kind) for policy in level) for level in found)

    accounts = {
        id(account): replace(
            account,
            service_control_policies=levels(account.service_control_policies, "scp"),
            resource_control_policies=levels(account.resource_control_policies, "rcp"),
        )
        for account in world.accounts
    }
    people = [
        replace(
            person,
            account=accounts[id(person.account)],
            identity_policies=tuple(change(policy, "identity") for policy in person.identity_policies),
            permissions_boundary=person.permissions_boundary and change(person.permissions_boundary, "boundary"),
        )
        for person in world.people
    ]
    resources = [
        replace(
            resource,
            account=accounts[id(resource.account)],
            policy=resource.policy and change(resource.policy, "trust" if ":role/" in resource.arn else "resource"),
        )
        for resource in world.resources
    ]
    endpoints = [replace(one, policy=one.policy and change(one.policy, "endpoint")) for one in world.endpoints]
    changed = replace(
        world,
        accounts=list(accounts.values()),
        people=people,
        resources=resources,
        endpoints=endpoints,
        managed_policies=[change(policy, "session") for policy in world.managed_policies],
    )
    return changed, change_session(request, change)


def change_session(request: Request, change: Change) -> Request:
    """Change the session policies that the request itself carries."""
    session = request.session
    if session is None:
        return request
    policies: list[PolicyLike] = []
    for policy in session.policies:
        if isinstance(policy, Policy):
            policies.append(change(NamedPolicy("session", policy), "session").policy)
        else:
            policies.append(change(policy, "session") if isinstance(policy, NamedPolicy) else policy)
    return request.replace(session=Session(session.name, policies, session.tags, session.source_identity))


def with_statements(policy: NamedPolicy, statements: Iterator[Statement] | list[Statement]) -> NamedPolicy:
    return replace(policy, policy=replace(policy.policy, statements=tuple(statements)))
