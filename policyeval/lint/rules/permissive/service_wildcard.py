"""W401: all of a service on everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.reach import unlimited, whole
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for `service:*` on `*`, without a condition that limits it."""
    action, resource = statement.action, statement.resource
    if not statement.allows or action is None or resource is None or action.negated or resource.negated:
        return
    if whole(resource) is None or not unlimited(statement):
        return
    for value in action.values:
        if value.text.endswith(":*") and value.text.count(":") == 1 and value.text not in {":*", "*:*"}:
            yield Flaw(
                value.place(),
                f"{ticked(value.text)} allows every action of the service on every resource",
                "list the actions that the work needs, or name the resources",
            )


RULE = Rule(
    code="W401",
    name="service-wildcard",
    severity=Severity.SUGGESTION,
    level=Level.STATEMENT,
    check=check,
    types=frozenset({PolicyType.IDENTITY}),
    summary="An Allow takes in all actions of a service on all resources.",
    why=(
        "A wildcard also allows deleting, sharing and changing who has access, and whatever the service learns to "
        "do later. What was meant as `read and write` includes `s3:DeleteBucket` and `s3:PutBucketPolicy`."
    ),
    instead="List the actions, or allow all of them on the resources that belong to the work.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
)
