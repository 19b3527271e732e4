"""C305: a value that is not base64."""

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
    yield from flaws(misread(condition, "Binary", values.binary), "not base64", "write base64, with its padding")


RULE = Rule(
    code="C305",
    name="type-mismatch-string",
    severity=Severity.WARNING,
    access_analyzer="TYPE_MISMATCH_STRING",
    level=Level.CONDITION,
    check=check,
    summary="A value under `BinaryEquals` is not base64.",
    why="What cannot be read never compares: an Allow does nothing, a Deny hits whoever has the key.",
    instead="Write the bytes in base64.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-type-mismatch-string",
)
