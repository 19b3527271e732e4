"""C201: an ARN compared as a plain string with wildcards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import find_key
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look the key up."""
    if condition.base not in {"StringLike", "StringNotLike"}:
        return
    key = find_key(condition.folded)
    if key is not None and key.type == "Arn":
        better = condition.operator.replace("String", "Arn")
        yield Flaw(
            condition.key_place(),
            f"{ticked(condition.key)} is an ARN, and {ticked(condition.operator)} lets a star run over its fields",
            f"write `{better}`",
        )


RULE = Rule(
    code="C201",
    name="string-like-operator-with-arn-condition-keys",
    severity=Severity.SECURITY_WARNING,
    access_analyzer="STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
    level=Level.CONDITION,
    check=check,
    summary="A key that holds an ARN is compared with `StringLike` or `StringNotLike`.",
    why=(
        "Under `StringLike` a star runs over the ARN's colons: a pattern for one account can match the ARN of another."
    ),
    instead="Write `ArnLike` or `ArnNotLike`: they compare field by field.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-string-like-operator-with-arn-condition-keys",
)
