"""C106: `aws:ARN`, which AWS does not support any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look at the key."""
    if condition.folded == "aws:arn":
        yield Flaw(
            condition.key_place(),
            f"the global key {ticked(condition.key)} is not supported any more",
            "write `aws:PrincipalArn` or `aws:SourceArn`",
        )


RULE = Rule(
    code="C106",
    name="unsupported-global-condition-key",
    severity=Severity.ERROR,
    access_analyzer="UNSUPPORTED_GLOBAL_CONDITION_KEY",
    level=Level.CONDITION,
    check=check,
    summary="A policy uses the global key `aws:ARN`, which is not supported.",
    why="No request has the key any more: a condition on it fails, or with a negated operator always holds.",
    instead="Write `aws:PrincipalArn` for who calls, `aws:SourceArn` for the resource on whose behalf a service calls.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-global-condition-key",
)
