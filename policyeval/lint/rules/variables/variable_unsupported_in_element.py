"""V106: a variable where none is replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import MARKS, Flaw, Level, Rule
from policyeval.lint.rules.variables._found import variables
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement
    from policyeval.model.source import Place


def check(statement: Statement) -> Iterator[Flaw]:
    """Look at actions, principals, the keys of conditions and the Sid."""
    for element in (statement.action, *statement.principals):
        for value in element.values if element is not None else ():
            if "${" in value.text and variables(value.text):
                yield _flaw(value.place(), value.text, element.name if element is not None else "")
    for condition in statement.conditions:
        if "${" in condition.key and variables(condition.key):
            yield _flaw(condition.key_place(), condition.key, "a condition key")
    if statement.sid is not None and "${" in statement.sid:
        yield _flaw(statement.place("Sid"), statement.sid, "Sid")


def _flaw(place: Place, text: str, where: str) -> Flaw:
    said = where if " " in where else f"`{where}`"
    return Flaw(place, f"the variable in {ticked(text)} is not replaced in {said}", "write out what is meant")


RULE = Rule(
    code="V106",
    name="variable-unsupported-in-element",
    severity=Severity.ERROR,
    access_analyzer="VARIABLE_UNSUPPORTED_IN_ELEMENT",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({MARKS}),
    summary="A policy variable stands in an element that takes none.",
    why="It is not replaced: the text is compared as it stands, and matches nothing.",
    instead="Use variables in Resource and in the values of conditions; compare principals by `aws:PrincipalArn`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-variable-unsupported-in-element",
)
