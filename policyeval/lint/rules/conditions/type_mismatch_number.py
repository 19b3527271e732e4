"""C304: a value that is no number."""

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
    yield from flaws(misread(condition, "Numeric", values.number), "no number", "write a number")


RULE = Rule(
    code="C304",
    name="type-mismatch-number",
    severity=Severity.WARNING,
    access_analyzer="TYPE_MISMATCH_NUMBER",
    level=Level.CONDITION,
    check=check,
    summary="A value under a numeric operator is no number.",
    why="What cannot be read never compares: an Allow does nothing, a Deny hits whoever has the key.",
    instead="Write an integer or a decimal number.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-type-mismatch-number",
)
