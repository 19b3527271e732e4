"""T301: an action that no resource control policy is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.services import RCP_SERVICES
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(action: str) -> Iterator[TextFlaw]:
    """Look the service up in AWS's list."""
    service = action.partition(":")[0].lower()
    if ":" in action and not has_wildcard(service) and service not in RCP_SERVICES:
        yield TextFlaw(
            f"{ticked(service)} does not ask resource control policies: {ticked(action)} is not denied",
            "deny it in a service control policy, or in the resource's own policy",
        )


RULE = Rule(
    code="T301",
    name="rcp-unsupported-service",
    severity=Severity.WARNING,
    level=Level.ACTION_TEXT,
    check=check,
    types=frozenset({PolicyType.RCP}),
    summary="A resource control policy is about a service that does not ask such policies.",
    why=(
        "Only some services ask resource control policies. The Deny is stored, reads like protection, and stops "
        "nobody. AWS extends its list; ours has a date (`RCP_SERVICES_DATE`)."
    ),
    instead=(
        "Use a service control policy, which binds the principals of your accounts, or the policies of the resources."
    ),
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services",
)
