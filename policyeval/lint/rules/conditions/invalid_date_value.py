"""C308: a date in seconds since 1970."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import operand_type
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_SECONDS: Final = re.compile(r"-?(\d{1,3}|\d{5,})(\.\d+)?")  # four digits are a year


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for numbers under date operators; `aws:EpochTime` is one itself."""
    if operand_type(condition.base) != "Date" or condition.folded == "aws:epochtime":
        return
    for value in condition.values:
        if _SECONDS.fullmatch(value.text) is not None:
            yield Flaw(
                value.place(),
                f"{ticked(value.text)} is a date in seconds since 1970",
                "write a date such as `2027-01-31T12:00:00Z`",
            )


RULE = Rule(
    code="C308",
    name="invalid-date-value",
    severity=Severity.WARNING,
    access_analyzer="INVALID_DATE_VALUE",
    level=Level.CONDITION,
    check=check,
    summary="A date is written as a number of seconds.",
    why="It is easily off by a factor, and nobody can read it.",
    instead="Write a date such as `2027-01-31T12:00:00Z`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-invalid-date-value",
)
