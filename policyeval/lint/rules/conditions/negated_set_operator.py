"""C208: a negated operator over a set, which one more value defeats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_negated
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import find_key
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

# What the platform sets nobody can add a value to.
_SET_BY_AWS: Final = ("aws:calledvia", "aws:principal", "aws:resource", "aws:source", "aws:vpce")


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for ForAnyValue in an Allow and ForAllValues in a Deny, on keys that the caller fills."""
    if not is_negated(condition) or condition.folded.startswith(_SET_BY_AWS):
        return
    key = find_key(condition.folded)
    if key is not None and not key.multivalued:
        return  # there is no other value: C202 says what ForAllValues does here
    statement = condition.statement
    if statement.allows and condition.quantifier == "ForAnyValue":
        said, hint = "allows a request that has these values and one other", "write `ForAllValues:` and a `Null` check"
    elif statement.denies and condition.quantifier == "ForAllValues":
        said, hint = "spares a request that has one of these values among others", "write `ForAnyValue:`"
    else:
        return
    yield Flaw(condition.operator_place(), f"{ticked(condition.operator)} {said}", hint, (condition.key_place(),))


RULE = Rule(
    code="C208",
    name="negated-set-operator",
    severity=Severity.SECURITY_WARNING,
    level=Level.CONDITION,
    check=check,
    summary="A negated operator stands under the set operator that one more value defeats.",
    why=(
        "`ForAnyValue` with a negated operator holds as soon as one value is outside of the list, "
        "`ForAllValues` only when all are: whoever makes the request adds a value and passes the Allow, or is "
        "not hit by the Deny."
    ),
    instead=(
        "In an Allow write `ForAllValues:` with the plain operator and a `Null` check; in a Deny write "
        "`ForAnyValue:` with the negated one."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html",
)
