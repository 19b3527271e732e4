"""W207: everything on everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.reach import EVERY_ACTION, every_resource, unlimited
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for `*` in both Action and Resource, without a condition that limits it."""
    action, resource = statement.action, statement.resource
    if not statement.allows or action is None or resource is None or action.negated or resource.negated:
        return
    where = every_resource(resource)
    if where is None:
        return
    every = next((value for value in action.values if value.text in EVERY_ACTION), None)
    if every is not None and unlimited(statement):
        yield Flaw(
            every.place(),
            "the statement allows every action on every resource",
            "name the services and resources that the work needs",
            (where.place(),),
        )


RULE = Rule(
    code="W207",
    name="full-admin",
    severity=Severity.SECURITY_WARNING,
    level=Level.STATEMENT,
    check=check,
    types=frozenset({PolicyType.IDENTITY}),
    summary="A statement allows every action on every resource.",
    why=(
        "Whoever has this policy is an administrator, and so is whoever takes over a session, a key or a machine "
        "of theirs: one leaked credential is then the whole account."
    ),
    instead=(
        "Allow the actions that the work needs. Administrators need it; let them take on a role for it, with MFA."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
)
