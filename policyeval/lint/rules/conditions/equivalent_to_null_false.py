"""C401: a pattern that any value matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for a lone star under StringLike; with IfExists or ForAllValues it asks for nothing (C412)."""
    if condition.base != "StringLike" or condition.if_exists or condition.quantifier == "ForAllValues":
        return
    for value in condition.values:
        if value.text == "*":
            yield Flaw(
                value.place(),
                f"`*` matches whatever {ticked(condition.key)} is: it only asks that the key is there",
                f'write `"Null": {{"{condition.key}": "false"}}`',
            )


RULE = Rule(
    code="C401",
    name="equivalent-to-null-false",
    severity=Severity.SUGGESTION,
    access_analyzer="EQUIVALENT_TO_NULL_FALSE",
    level=Level.CONDITION,
    check=check,
    summary="A condition asks for any value at all.",
    why="It only asks that the key is there, and `Null` says so; the star looks like an unfinished pattern.",
    instead='Write `"Null": {"key": "false"}`.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-equivalent-to-null-false",
)
