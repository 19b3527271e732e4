"""An account that a condition narrows to one ARN delegates to it; the ARN as Principal lets it in (S8, S10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from policyeval.model.arn import split_arn
from policyeval.model.policy import Condition, Effect, NamedPolicy, PrincipalElement, PrincipalValue, Statement
from tests.laws.changes import Change, change_policies, decided, lives, with_statements


def _narrowed(statement: Statement, effect: Effect, principal: str) -> Iterator[Statement]:
    """Say of each ARN of a user or a role that it is the caller's, and let `principal` stand for its account."""
    element = statement.principal
    if statement.effect != effect or element is None or element.negated:
        yield statement
        return
    for value in element.values:
        parts = split_arn(value.value)
        one = replace(statement, principal=PrincipalElement((value,)))
        if parts is not None and parts.service == "iam" and parts.resource.startswith(("user/", "role/")):
            named = PrincipalElement((PrincipalValue("AWS", principal.format(parts.account)),))
            condition = Condition("ArnEquals", "aws:PrincipalArn", (value.value,))
            one = replace(one, principal=named, conditions=(*one.conditions, condition))
        yield one


def _change(effect: Effect, principal: str) -> Change:
    def change(policy: NamedPolicy, _kind: str) -> NamedPolicy:
        made = [part for one in policy.policy.statements for part in _narrowed(one, effect, principal)]
        return with_statements(policy, made)

    return change


def test_an_account_narrowed_to_an_arn_is_never_wider_than_the_arn() -> None:
    closed = 0
    for life in lives(22):
        silent = replace(life.world, people=[replace(one, identity_policies=()) for one in life.world.people])
        for world in (life.world, silent):
            before = decided(world, life.request)
            after = decided(*change_policies(world, life.request, _change("Allow", "{}")))
            assert before.allowed or not after.allowed, f"seed {life.seed}: {life.request}"
            closed += before.allowed and not after.allowed
    assert closed > 3, "it is narrower for who has no identity policy"


def test_everyone_narrowed_to_an_arn_is_denied_as_the_arn_is() -> None:
    """But for a session that a user made: it goes by another ARN, and as its user (S8, S14)."""
    seen: Counter[str] = Counter()
    for life in lives(19):
        before = decided(life.world, life.request)
        after = decided(*change_policies(life.world, life.request, _change("Deny", "*")))
        federated = ":federated-user/" in life.request.principal or life.request.session is not None
        assert after == before or (federated and before.reason == "explicit_deny"), f"seed {life.seed}: {life.request}"
        seen[before.reason] += 1
    assert seen["explicit_deny"] > 50
