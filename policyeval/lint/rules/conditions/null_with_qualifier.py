"""C402: `Null` with a set operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.evaluator.operators import NULL
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._operators import operators
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look at each operator."""
    for operator in operators(statement):
        if operator.base == NULL and operator.quantifier:
            holds = "always" if operator.quantifier.startswith("ForAll") else "never"
            yield Flaw(operator.place(statement), f"{ticked(operator.text)} {holds} holds", "write `Null`")


RULE = Rule(
    code="C402",
    name="null-with-qualifier",
    severity=Severity.SUGGESTION,
    access_analyzer="NULL_WITH_QUALIFIER",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Condition"}),
    summary="The operator `Null` has `ForAllValues` or `ForAnyValue` before it.",
    why="With `ForAllValues` it always holds, with `ForAnyValue` never, whatever the request has.",
    instead="Write `Null` alone to ask whether the key is there, or `StringLike` with the set operator.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-null-with-qualifier",
)
