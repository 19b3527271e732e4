"""C315: two denials of which each denies what the other spares."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.evaluator.operators import OPERATORS
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import Texts
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import find_key
from policyeval.lint.rules.conditions._sparing import MOST, are_of_the_same, sole
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition, PolicyView

# How often patterns of one policy are compared: what it has no room for is not found.
_MOST_COMPARISONS: Final = 4_000_000


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look for a Deny of all other values of a key beside one before it that spares none of these."""
    before: dict[str, list[_Spared]] = defaultdict(list)
    room = _MOST_COMPARISONS
    for statement in policy.statements:
        condition = sole(statement)
        if condition is None or not _is_comparable(condition):
            continue
        spared = _Spared.by(condition)
        others = before[condition.folded]
        other = None
        for each in others:
            room -= each.texts.comparisons(spared.texts)
            if room < 0:
                return
            if each.differs(spared) and are_of_the_same(each.condition.statement, statement):
                other = each.condition
                break
        if other is not None:
            yield Flaw(
                condition.key_place(),
                f"every request is denied: none has a {ticked(condition.key)} that both denials spare",
                "put the values into one Deny",
                (other.key_place(),),
            )
        if len(others) < MOST:
            others.append(spared)


class _Spared(NamedTuple):
    """What a condition spares: its values as patterns, and as they stand."""

    condition: Condition
    texts: Texts
    exact: frozenset[str]

    @classmethod
    def by(cls, condition: Condition) -> _Spared:
        exact = frozenset(value.text.lower() for value in condition.values)
        return cls(condition, Texts.of(exact), exact)

    def differs(self, other: _Spared) -> bool:
        """Tell whether two conditions certainly spare nothing in common."""
        if OPERATORS[self.condition.base].wildcards or OPERATORS[other.condition.base].wildcards:
            return not self.texts.meets(other.texts)
        return self.exact.isdisjoint(other.exact)


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
