"""W210: an Allow to give oneself more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.permissive._ways import LIMITED, OWN_PERMISSIONS, ways_out
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.rule import Flaw
    from policyeval.lint.view import PolicyView


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look for each way whether all of its actions are allowed."""
    yield from ways_out(policy, OWN_PERMISSIONS, LIMITED)


RULE = Rule(
    code="W210",
    name="escalation-by-own-permissions",
    severity=Severity.SECURITY_WARNING,
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.IDENTITY}),
    services=frozenset({"iam"}),
    summary="The policy lets whoever has it widen their own permissions.",
    why=(
        "A policy that may change policies is as wide as the widest of them: one call to `iam:PutUserPolicy` "
        "makes its holder an administrator, and the trail shows a change of IAM where an intrusion was."
    ),
    instead="Allow these actions on named resources, under a permissions boundary, or to nobody but administrators.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
)
