"""C302: a value that is no boolean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.evaluator import values
from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_null_check
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._values import flaws, misread, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Read the values; `Null` compares a boolean, too: whether the key is missing."""
    read = values.boolean
    wrong = unread(condition, read) if is_null_check(condition) else misread(condition, "Bool", read)
    yield from flaws(wrong, "neither `true` nor `false`", "write `true` or `false`")


RULE = Rule(
    code="C302",
    name="type-mismatch-boolean",
    severity=Severity.WARNING,
    access_analyzer="TYPE_MISMATCH_BOOLEAN",
    level=Level.CONDITION,
    check=check,
    summary="A value under `Bool` or `Null` is no boolean.",
    why="What cannot be read never compares: an Allow does nothing, a Deny hits whoever has the key.",
    instead="Write `true` or `false`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-type-mismatch-boolean",
)
