"""C109: `Bool` with several values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Count the values."""
    if condition.base == "Bool" and len(condition.values) > 1:
        yield Flaw(
            condition.place(),
            f"{ticked(condition.key)} is compared with several booleans",
            "write the one that is meant",
        )


RULE = Rule(
    code="C109",
    name="invalid-condition-multiple-boolean",
    severity=Severity.ERROR,
    access_analyzer="INVALID_CONDITION_MULTIPLE_BOOLEAN",
    level=Level.CONDITION,
    check=check,
    summary="A condition compares with several booleans.",
    why=(
        "The key has one value, `true` or `false`: with both it always holds where it is there. AWS refuses the policy."
    ),
    instead="Write the one value that is meant.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-condition-multiple-boolean",
)
