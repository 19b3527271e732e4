"""C107: a key of several values under an operator that compares one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.evaluator.operators import OPERATORS
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import holds_several
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look the key up."""
    if not condition.quantifier and condition.base in OPERATORS and holds_several(condition):
        yield Flaw(
            condition.key_place(),
            f"{ticked(condition.key)} holds several values, and {ticked(condition.operator)} compares one",
            f"write `ForAnyValue:{condition.operator}` or `ForAllValues:{condition.operator}`",
        )


RULE = Rule(
    code="C107",
    name="missing-qualifier",
    severity=Severity.ERROR,
    access_analyzer="MISSING_QUALIFIER",
    level=Level.CONDITION,
    check=check,
    summary="A key that holds several values is compared without `ForAllValues` or `ForAnyValue`.",
    why="AWS does not say what such a condition means: it may hold for values that nobody meant, or never.",
    instead=(
        "Write `ForAnyValue:` if one matching value is enough, `ForAllValues:` (with a `Null` check) if none "
        "may differ."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-qualifier",
)
