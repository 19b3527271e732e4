"""S301: a policy without Version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look for Version; where a part of the policy is unknown it may be there."""
    if policy.complete and policy.entries and "Version" not in policy.entries:
        yield Flaw(policy.place(), "a policy has no `Version`", 'add `"Version": "2012-10-17"`')


RULE = Rule(
    code="S301",
    name="missing-version",
    severity=Severity.WARNING,
    access_analyzer="MISSING_VERSION",
    level=Level.POLICY,
    check=check,
    summary="The policy has no Version.",
    why="Without it a policy is read as version 2008-10-17, in which `${aws:username}` and the like are plain text.",
    instead='Begin the policy with `"Version": "2012-10-17"`.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
