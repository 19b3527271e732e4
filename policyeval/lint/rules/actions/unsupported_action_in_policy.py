"""A107: an action that the policy is never asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.catalog.service_data import service_data
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.actions._parts import split_action
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Value

_SERVICES: Final = {PolicyType.KEY: "kms", PolicyType.TRUST: "sts"}
_NAMES: Final = {PolicyType.KEY: "key policy", PolicyType.TRUST: "role's trust policy"}


def check(action: Value) -> Iterator[Flaw]:
    """Compare the service with the one that asks this policy."""
    policy_type = action.statement.policy.type
    parts = split_action(action.text)
    if policy_type is None or parts is None or has_wildcard(parts.service):
        return
    service = _SERVICES[policy_type]
    if parts.service != service and parts.service in service_data().services:
        yield Flaw(
            action.place(),
            f"a {_NAMES[policy_type]} is never asked about the action {ticked(action.text)}",
            f"only actions of `{service}` have an effect here",
        )


RULE = Rule(
    code="A107",
    name="unsupported-action-in-policy",
    severity=Severity.ERROR,
    access_analyzer="UNSUPPORTED_ACTION_IN_POLICY",
    level=Level.ACTION,
    check=check,
    types=frozenset({PolicyType.KEY, PolicyType.TRUST}),
    summary="The action is of a service that never asks this kind of policy.",
    why=(
        "A key policy is asked about actions on its key, a trust policy about taking on its role. Other actions in"
        " it say nothing."
    ),
    instead="Put the action into an identity policy, or into the policy of the resource that it acts on.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-action-in-policy",
)
