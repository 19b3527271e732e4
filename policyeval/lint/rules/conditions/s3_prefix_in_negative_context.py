"""C210: a prefix to keep out, which a shorter one evades."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_negated
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import operand_type
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for a Deny of prefixes, or an Allow of all others."""
    if condition.folded != "s3:prefix" or operand_type(condition.base) != "String":
        return
    statement, negated = condition.statement, is_negated(condition)
    if (statement.denies and not negated) or (statement.allows and negated):
        yield Flaw(
            condition.key_place(),
            f"a listing with a shorter {ticked(condition.key)} shows the same objects",
            "allow with `StringLike`, or deny with `StringNotLike`",
        )


RULE = Rule(
    code="C210",
    name="s3-prefix-in-negative-context",
    severity=Severity.SECURITY_WARNING,
    access_analyzer="S3_PREFIX_IN_NEGATIVE_CONTEXT",
    level=Level.CONDITION,
    check=check,
    summary="A condition keeps listings with a prefix out.",
    why="Whoever lists with a shorter prefix (`priv` for `private/`) does not match, and sees the same objects.",
    instead="Allow with `StringLike` on `s3:prefix`, or deny with `StringNotLike`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-s3-prefix-in-negative-context",
)
