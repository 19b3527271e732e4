"""One statement more, somewhere in force."""

from __future__ import annotations

from policyeval.model.policy import Condition, Effect, Element, NamedPolicy, PrincipalElement, PrincipalValue, Statement
from policyeval.model.request import Request
from tests.differential.dice import Dice, chance, pick
from tests.laws.changes import change_policies, with_statements
from tests.reference.world import World

_PRINCIPALS = (
    "*",
    "111122223333",
    "arn:aws:iam::444455556666:root",
    "arn:aws:iam::111122223333:role/app",
    "arn:aws:iam::111122223333:user/alice",
)
_CONDITIONS = (
    Condition("Bool", "aws:SecureTransport", ("false",)),
    Condition("StringEqualsIfExists", "aws:PrincipalTag/team", ("blue",)),
    Condition("StringMatches", "aws:username", ("alice",)),
    Condition("ForAllValues:StringLike", "aws:TagKeys", ("t*",)),
    Condition("NumericLessThan", "aws:username", ("7",)),
)


def added(dice: Dice, effect: Effect, kind: str) -> Statement:
    """Make a statement for a kind of policy."""
    principal = None
    if kind == "rcp":
        principal = PrincipalElement((PrincipalValue("AWS", "*"),))
    elif kind in {"resource", "trust", "endpoint"}:
        principal = PrincipalElement((PrincipalValue("AWS", pick(dice, _PRINCIPALS)),))
    actions = pick(dice, [("*",), ("kms:*",), ("kms:Decrypt", "sqs:*"), ("sts:AssumeRole",)])
    resources = pick(dice, [("*",), ("arn:aws:kms:*:*:key/*",), ("arn:aws:*:::bucket*", "arn:aws:sqs:*")])
    return Statement(
        effect,
        None,
        principal,
        Element(actions, negated=chance(dice, 20)),
        None if kind == "trust" else Element(resources, negated=chance(dice, 20)),
        (pick(dice, _CONDITIONS),) if chance(dice, 40) else (),
    )


def add_everywhere_by_chance(dice: Dice, world: World, request: Request, effect: Effect) -> tuple[World, Request]:
    """Add a statement to each policy in force, or leave the policy alone."""

    def change(policy: NamedPolicy, kind: str) -> NamedPolicy:
        if chance(dice, 30):
            return policy
        return with_statements(policy, [*policy.policy.statements, added(dice, effect, kind)])

    return change_policies(world, request, change)
