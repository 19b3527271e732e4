"""C202: `ForAllValues` on a key that has one value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.evaluator.operators import OPERATORS
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import find_key
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look the key up."""
    if condition.quantifier != "ForAllValues" or condition.base not in OPERATORS:
        return
    key = find_key(condition.folded)
    if key is not None and not key.multivalued:
        yield Flaw(
            condition.key_place(),
            f"{ticked(condition.key)} has one value, and `ForAllValues` also holds where it is missing",
            f"write `{condition.operator.removeprefix('ForAllValues:')}`",
        )


RULE = Rule(
    code="C202",
    name="forallvalues-with-single-valued-key",
    severity=Severity.SECURITY_WARNING,
    access_analyzer="FORALLVALUES_WITH_SINGLE_VALUED_KEY",
    level=Level.CONDITION,
    check=check,
    summary="A key that has one value is compared with `ForAllValues`.",
    why="`ForAllValues` also holds where the key is missing: whoever sends a request without it is let in.",
    instead="Leave `ForAllValues:` out.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-forallvalues-with-single-valued-key",
)
