"""C108: `NullIfExists`."""

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
        if operator.base == NULL and operator.if_exists:
            yield Flaw(operator.place(statement), f"{ticked(operator.text)} does not exist", "write `Null`")


RULE = Rule(
    code="C108",
    name="null-with-if-exists",
    severity=Severity.ERROR,
    access_analyzer="NULL_WITH_IF_EXISTS",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Condition"}),
    summary="The operator `Null` has the suffix `IfExists`.",
    why="`Null` asks whether the key is there; `IfExists` would make that always true. AWS refuses the policy.",
    instead="Write `Null`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-null-with-if-exists",
)
