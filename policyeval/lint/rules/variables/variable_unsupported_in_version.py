"""V107: a variable in a version without variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.evaluator.operators import OPERATORS
from policyeval.lint.finding import Severity
from policyeval.lint.rule import MARKS, Flaw, Level, Rule
from policyeval.lint.rules.variables._found import takes_none, variables
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look at resources, and at the values of operators that take variables."""
    if not takes_none(statement.policy):
        return
    values = list(statement.resource.values) if statement.resource is not None else []
    for condition in statement.conditions:
        operator = OPERATORS.get(condition.base)
        values += condition.values if operator is not None and operator.takes_variables else ()
    for value in values:
        if "${" in value.text and variables(value.text):
            yield Flaw(
                value.place(),
                f"the variable in {ticked(value.text)} is not replaced in a policy of the old version",
                'write `"Version": "2012-10-17"`',
            )


RULE = Rule(
    code="V107",
    name="variable-unsupported-in-version",
    severity=Severity.ERROR,
    access_analyzer="VARIABLE_UNSUPPORTED_IN_VERSION",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({MARKS}),
    summary="A policy has variables, and its Version is not `2012-10-17`.",
    why=(
        "In the old version, which also applies where Version is missing, `${…}` is text like any: it matches nothing."
    ),
    instead='Write `"Version": "2012-10-17"`.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-variable-unsupported-in-version",
)
