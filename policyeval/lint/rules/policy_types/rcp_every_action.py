"""T104: `*` as the action of a resource control policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Value


def check(action: Value) -> Iterator[Flaw]:
    """Look for a bare `*` in a Deny."""
    if action.text == "*" and action.statement.denies:
        yield Flaw(
            action.place(),
            "a resource control policy cannot deny `*`",
            "name the services, as in `s3:*`",
        )


RULE = Rule(
    code="T104",
    name="rcp-every-action",
    severity=Severity.ERROR,
    level=Level.ACTION,
    check=check,
    types=frozenset({PolicyType.RCP}),
    summary="A resource control policy denies `*`.",
    why=(
        "AWS Organizations refuses a bare `*` in a resource control policy of yours: only some services ask such "
        "policies, and the policy has to say which of them it means."
    ),
    instead='List the services: `["s3:*", "kms:*"]`.',
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html#rcp-syntax-action",
)
