"""C303: a value that is no date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.evaluator import values
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._values import flaws, misread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Read the values."""
    yield from flaws(
        misread(condition, "Date", values.instant), "no date", "write a date such as `2027-01-31T12:00:00Z`"
    )


RULE = Rule(
    code="C303",
    name="type-mismatch-date",
    severity=Severity.WARNING,
    access_analyzer="TYPE_MISMATCH_DATE",
    level=Level.CONDITION,
    check=check,
    summary="A value under a date operator is no date.",
    why="What cannot be read never compares: an Allow does nothing, a Deny hits whoever has the key.",
    instead="Write a date of ISO 8601.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-type-mismatch-date",
)
