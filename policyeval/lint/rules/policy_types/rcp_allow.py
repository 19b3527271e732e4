"""T102: Allow in a resource control policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.reach import unconditional, whole
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for an Allow; AWS's own RCPFullAWSAccess is the one that has it."""
    if statement.allows and not _is_aws_own(statement):
        yield Flaw(
            statement.place("Effect"),
            "a resource control policy can only deny",
            "write what is forbidden as a Deny; RCPFullAWSAccess, always attached, allows the rest",
        )


def _is_aws_own(statement: Statement) -> bool:
    own = [statement.action, statement.resource, *statement.principals]
    return unconditional(statement) and all(
        element is not None and (whole(element) or not element.complete) for element in own
    )


RULE = Rule(
    code="T102",
    name="rcp-allow",
    severity=Severity.ERROR,
    level=Level.STATEMENT,
    check=check,
    types=frozenset({PolicyType.RCP}),
    summary="A resource control policy has an Allow.",
    why=(
        "AWS Organizations refuses it: only its own RCPFullAWSAccess may allow. A resource control policy takes "
        "away from what resources may be used for, and never gives."
    ),
    instead="Turn it around: deny what the Allow was meant to leave out.",
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html#rcp-syntax-effect",
)
