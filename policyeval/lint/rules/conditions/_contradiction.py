"""Conditions on one key that no value satisfies together; not all such pairs are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.evaluator import values
from policyeval.evaluator.operators import OPERATORS
from policyeval.lint.patterns import Texts, covers, matcher
from policyeval.lint.reach import is_null_check, is_positive
from policyeval.lint.rules.conditions._keys import operand_type

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from policyeval.lint.view import Condition

_READERS: Final[dict[str, Callable[[str], Decimal]]] = {"Date": values.instant, "Numeric": values.number}
# How often patterns of two conditions are compared: a thousand of each are more than most policies have room for.
_MOST: Final = 1_000_000


def contradict(one: Condition, other: Condition) -> bool:
    """Tell whether two conditions on one key certainly never hold together."""
    return _contradict(one, other) or _contradict(other, one)


def _contradict(one: Condition, other: Condition) -> bool:
    if not is_positive(one):
        return False
    if is_null_check(other):
        return {value.text.lower() for value in other.values} == {"true"}
    kind = operand_type(one.base)
    if kind != operand_type(other.base) or any("${" in value.text for value in (*one.values, *other.values)):
        return False
    if kind == "String":
        return _no_text(one, other)
    return kind in _READERS and _no_number(one, other, _READERS[kind])


def _no_text(one: Condition, other: Condition) -> bool:
    """Tell whether no text is among the values of the first and as the second wants it."""
    folds, other_folds = one.base.endswith("IgnoreCase"), other.base.endswith("IgnoreCase")
    mine, theirs = (_texts(each, lower=folds or other_folds) for each in (one, other))
    if mine.comparisons(theirs) > _MOST:
        return False
    if not OPERATORS[other.base].negated:
        return not other.if_exists and not mine.meets(theirs)
    # Who wants a text in any case is not kept from it by one case alone.
    return (other_folds or not folds) and _excludes(theirs, mine)


def _texts(condition: Condition, *, lower: bool) -> Texts:
    texts = (value.text.lower() if lower else value.text for value in condition.values)
    return Texts.of(texts, wildcards=OPERATORS[condition.base].wildcards)


def _excludes(out: Texts, wanted: Texts) -> bool:
    """Tell whether all that is wanted is out."""
    return all(any(matcher(each)(text) for each in out.wild) for text in wanted.plain - out.plain) and all(
        any(covers(each, pattern) for each in out.wild) for pattern in wanted.wild
    )


def _no_number(one: Condition, other: Condition, read: Callable[[str], Decimal]) -> bool:
    """Tell whether the first wants less than the second does."""
    if "LessThan" not in one.base or "GreaterThan" not in other.base or other.if_exists:
        return False
    try:
        most, least = (max(read(v.text) for v in one.values), min(read(v.text) for v in other.values))
    except ValueError:
        return False
    inclusive = one.base.endswith("Equals") and other.base.endswith("Equals")
    return most < least or (most == least and not inclusive)
