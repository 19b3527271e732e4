"""C123: a wildcard for an account, an organization or a VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.keys import SENSITIVE_KEYS
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for patterns under StringLike; a lone star only asks that the key is there (C401)."""
    if condition.folded not in SENSITIVE_KEYS or condition.base != "StringLike":
        return
    for value in condition.values:
        if has_wildcard(value.text) and value.text != "*":
            yield Flaw(
                value.place(),
                f"the pattern {ticked(value.text)} for {ticked(condition.key)} also matches what is not yours",
                "write the ids in full",
            )


RULE = Rule(
    code="C123",
    name="wildcard-usage-too-permissive",
    severity=Severity.ERROR,
    access_analyzer="WILDCARD_USAGE_TOO_PERMISSIVE",
    level=Level.CONDITION,
    check=check,
    summary="A pattern is compared with a key that says whose a request is.",
    why=("Account ids, organization ids and ids of VPCs are given out by AWS: whoever has one that matches is let in."),
    instead="Write the ids in full.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-wildcard-usage-too-permissive",
)
