"""T302: an action that no resource control policy restricts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.services import RCP_EXEMPT_ACTIONS
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(action: str) -> Iterator[TextFlaw]:
    """Look for what AWS exempts by name (S3)."""
    if action.lower() in RCP_EXEMPT_ACTIONS:
        yield TextFlaw(
            f"a resource control policy does not restrict {ticked(action)}",
            "deny it in a service control policy or an identity policy",
        )


RULE = Rule(
    code="T302",
    name="rcp-exempt-action",
    severity=Severity.WARNING,
    level=Level.ACTION_TEXT,
    check=check,
    types=frozenset({PolicyType.RCP}),
    summary="A resource control policy denies an action that AWS exempts.",
    why=(
        "Whoever may retire a grant by the grant itself goes on retiring it: `kms:RetireGrant` is the one action "
        "of AWS KMS that a resource control policy does not reach."
    ),
    instead="Deny it to principals: in a service control policy or an identity policy.",
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-effects-on-permissions",
)
