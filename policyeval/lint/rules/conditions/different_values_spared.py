"""C315: two denials of which each denies what the other spares."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from policyeval.evaluator.operators import OPERATORS
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import overlap
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import find_key
from policyeval.lint.rules.conditions._sparing import MOST, are_of_the_same, sole
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition, PolicyView


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look for a Deny of all other values of a key beside one before it that spares none of these."""
    before: dict[str, list[Condition]] = defaultdict(list)
    for statement in policy.statements:
        condition = sole(statement)
        if condition is None or not _is_comparable(condition):
            continue
        others = before[condition.folded]
        other = next((each for each in others if _differ(each, condition) and _same(each, condition)), None)
        if other is not None:
            yield Flaw(
                condition.key_place(),
                f"every request is denied: none has a {ticked(condition.key)} that both denials spare",
                "put the values into one Deny",
                (other.key_place(),),
            )
        if len(others) < MOST:
            others.append(condition)


def _is_comparable(condition: Condition) -> bool:
    """Tell whether a condition is on one value, and all that it spares is known."""
    key = find_key(condition.folded)
    return (
        key is not None
        and not key.multivalued
        and not condition.quantifier
        and condition.base.startswith(("String", "Arn"))
        and condition.complete
        and bool(condition.values)
        and not any("${" in value.text for value in condition.values)
    )


def _differ(one: Condition, other: Condition) -> bool:
    """Tell whether two conditions certainly spare nothing in common."""
    patterns = OPERATORS[one.base].wildcards or OPERATORS[other.base].wildcards
    return not any(
        overlap(mine.text.lower(), theirs.text.lower()) if patterns else mine.text.lower() == theirs.text.lower()
        for mine in one.values
        for theirs in other.values
    )


def _same(one: Condition, other: Condition) -> bool:
    return are_of_the_same(one.statement, other.statement)


RULE = Rule(
    code="C315",
    name="different-values-spared",
    severity=Severity.WARNING,
    level=Level.POLICY,
    check=check,
    summary="Two denials spare different values of a key, and so each denies what the other spares.",
    why=(
        "A Deny with a negated operator hits all requests but those with one of its values. Two of them are not two "
        "ways in: a request would need both values at once. Nobody gets through, the administrators included."
    ),
    instead="Put the values into one Deny, which then spares who has either.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html",
)
