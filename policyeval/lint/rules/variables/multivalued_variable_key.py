"""V302: a variable of a key that holds several values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import MARKS, Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import find_key
from policyeval.lint.rules.variables._found import values_with_variables, variables
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look the keys up."""
    for value in values_with_variables(statement):
        for found in variables(value.text):
            key = find_key(found.key.lower())
            if key is not None and key.multivalued:
                yield Flaw(
                    value.place(found.start, found.end),
                    f"{ticked(found.key)} holds several values, and no variable takes one of them",
                    "use a key that has one value",
                )


RULE = Rule(
    code="V302",
    name="multivalued-variable-key",
    severity=Severity.WARNING,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({MARKS}),
    summary="A policy variable names a key that holds several values.",
    why="AWS takes no variable from a list: it never has a value, and what it stands in matches nothing (S22).",
    instead="Use a key that has one value.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
)
