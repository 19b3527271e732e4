"""T103: a principal in a resource control policy other than `*`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Value


def check(principal: Value) -> Iterator[Flaw]:
    """Look for a principal that is not `*`."""
    if principal.text != "*":
        yield Flaw(
            principal.place(),
            f"a resource control policy names {ticked(principal.text)} as principal, and only `*` can stand there",
            'write `"Principal": "*"`, and say whom it is about in a condition on `aws:PrincipalArn`',
        )


RULE = Rule(
    code="T103",
    name="rcp-principal",
    severity=Severity.ERROR,
    level=Level.PRINCIPAL,
    check=check,
    types=frozenset({PolicyType.RCP}),
    summary="A resource control policy names a principal other than `*`.",
    why="AWS Organizations refuses it. Which callers a Deny hits is said by its conditions.",
    instead='Write `"Principal": "*"` with a condition on `aws:PrincipalArn`, `aws:PrincipalOrgID` or the like.',
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html#rcp-syntax-principal",
)
