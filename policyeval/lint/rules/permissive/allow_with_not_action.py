"""W208: an Allow of everything but what is listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for NotAction in an Allow."""
    action = statement.action
    if statement.allows and action is not None and action.negated and action.values:
        yield Flaw(
            action.key_place(),
            "`NotAction` in an Allow allows every other action, of every service",
            "list the actions that are allowed; to take some away, allow more and deny those",
        )


RULE = Rule(
    code="W208",
    name="allow-with-not-action",
    severity=Severity.SECURITY_WARNING,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"NotAction"}),
    types=frozenset({PolicyType.IDENTITY, PolicyType.RESOURCE, PolicyType.KEY, PolicyType.TRUST}),
    summary="An Allow says with NotAction what it does not allow.",
    why=(
        "NotAction is no Deny: what it lists is merely not allowed here, and everything else is, the actions of "
        'services that AWS launches next year included. `"NotAction": "iam:*"` still allows creating keys, '
        "buckets and databases without limit, and another statement may allow `iam:*` all the same."
    ),
    instead="List what is allowed with `Action`. To take something away from a wide Allow, add a Deny.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
)
