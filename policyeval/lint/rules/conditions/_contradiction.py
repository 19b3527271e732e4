"""Conditions on one key that no value satisfies together; not all such pairs are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.evaluator import values
from policyeval.evaluator.operators import OPERATORS
from policyeval.lint.patterns import covers, matcher, overlap
from policyeval.lint.reach import is_null_check, is_positive
from policyeval.lint.rules.conditions._keys import operand_type

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from policyeval.lint.view import Condition

_READERS: Final[dict[str, Callable[[str], Decimal]]] = {"Date": values.instant, "Numeric": values.number}


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
    if not OPERATORS[other.base].negated:
        return not other.if_exists and not any(_meet(text, wanted) for text in mine for wanted in theirs)
    # Who wants a text in any case is not kept from it by one case alone.
    return (other_folds or not folds) and all(any(_excludes(text, out) for out in theirs) for text in mine)


class _Pattern(NamedTuple):
    text: str
    wild: bool


def _texts(condition: Condition, *, lower: bool) -> list[_Pattern]:
    wild = OPERATORS[condition.base].wildcards
    texts = (value.text.lower() if lower else value.text for value in condition.values)
    return [_Pattern(text, wild and ("*" in text or "?" in text)) for text in texts]


def _meet(one: _Pattern, other: _Pattern) -> bool:
    if one.wild and other.wild:
        return overlap(one.text, other.text)
    if one.wild:
        return matcher(one.text)(other.text)
    return matcher(other.text)(one.text) if other.wild else one.text == other.text


def _excludes(wanted: _Pattern, out: _Pattern) -> bool:
    if not out.wild:
        return not wanted.wild and wanted.text == out.text
    return covers(out.text, wanted.text) if wanted.wild else matcher(out.text)(wanted.text)


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
