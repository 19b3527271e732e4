"""C110: values of different JSON types in one array."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Compare the types of the values."""
    kinds = {type(value.node) for value in condition.values}
    if len(kinds) > 1:
        named = " and ".join(sorted(kind.kind for kind in kinds))
        yield Flaw(
            condition.place(), f"{ticked(condition.key)} is compared with {named}", "write all values as strings"
        )


RULE = Rule(
    code="C110",
    name="invalid-condition-data-type",
    severity=Severity.ERROR,
    access_analyzer="INVALID_CONDITION_DATA_TYPE",
    level=Level.CONDITION,
    check=check,
    summary="The values of a condition are of different JSON types.",
    why="AWS refuses an array that mixes strings, numbers and booleans.",
    instead="Write all of them as strings.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-condition-data-type",
)
