"""C412: a pattern that all requests match, with the key or without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for a lone star where a missing key is as good."""
    if condition.base not in {"StringLike", "ArnLike", "ArnEquals"}:
        return
    if not condition.if_exists and condition.quantifier != "ForAllValues":
        return
    if condition.quantifier != "ForAnyValue" and any(value.text == "*" for value in condition.values):
        yield Flaw(
            condition.key_place(),
            f"{ticked(condition.operator)} with `*` holds for every request",
            "leave it out, or write what is meant",
        )


RULE = Rule(
    code="C412",
    name="redundant-key-due-to-wildcard-in-condition",
    severity=Severity.SUGGESTION,
    access_analyzer="REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION",
    level=Level.CONDITION,
    check=check,
    summary="A condition holds for every request, with the key or without it.",
    why="It looks as if it narrowed the statement down, and does not.",
    instead="Leave it out, or write what is meant.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-redundant-key-due-to-wildcard-in-condition",
)
