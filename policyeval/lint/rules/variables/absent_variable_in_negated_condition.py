"""V201: a variable that may have no value, where that allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import conditions_unknown, ensures_key, is_negated
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.variables._found import variables
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

# Keys that every request of somebody signed in has (S14, S15, S34).
_ALWAYS: Final = frozenset(
    {
        "aws:currenttime",
        "aws:epochtime",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:principaltype",
        "aws:requestedregion",
        "aws:resourceaccount",
        "aws:securetransport",
        "aws:userid",
        "aws:viaawsservice",
    }
)


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for variables without a default whose key nothing in the statement asks for."""
    if not is_negated(condition) or not any("${" in value.text for value in condition.values):
        return
    statement = condition.statement
    if not statement.allows or not statement.policy.variables or conditions_unknown(statement):
        return
    asked = {other.folded for other in statement.conditions if not other.complete or ensures_key(other)}
    for value in condition.values:
        for found in variables(value.text) if "${" in value.text else ():
            if not found.has_default and found.key.lower() not in _ALWAYS | asked:
                yield Flaw(
                    value.place(),
                    f"a request without {ticked(found.key)} is allowed, whatever {ticked(condition.key)} is",
                    f'give it a default, or add `"Null": {{"{found.key}": "false"}}`',
                )


RULE = Rule(
    code="V201",
    name="absent-variable-in-negated-condition",
    severity=Severity.SECURITY_WARNING,
    level=Level.CONDITION,
    check=check,
    summary="An Allow has a negated condition with a variable that may have no value.",
    why=(
        "Where the key is missing from the request the variable matches nothing, and a negated operator then "
        "holds: it is allowed."
    ),
    instead="Give the variable a default (`${key, 'none'}`), or ask with `Null` that the key is there.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
)
