"""Statements that deny all but what one condition spares, and whether two of them are about the same requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.patterns import action_covers, resource_covers
from policyeval.lint.reach import covers_each, is_negated

if TYPE_CHECKING:
    from collections.abc import Callable

    from policyeval.lint.view import Condition, Element, Statement

MOST: Final = 32
"""To how many of the others a Deny is compared: each to each would take too long where there are thousands."""


def sole(statement: Statement, keys: frozenset[str] | None = None) -> Condition | None:
    """Give the condition of a Deny that has but one, on one of these keys, and it hits who has no such key as well."""
    if not statement.denies or not statement.complete or len(statement.conditions) != 1:
        return None
    (condition,) = statement.conditions
    missing_is_denied = is_negated(condition) and condition.quantifier != "ForAnyValue"
    return condition if (keys is None or condition.folded in keys) and missing_is_denied else None


def are_of_the_same(one: Statement, other: Statement) -> bool:
    """Tell whether two statements are about the same requests, or one about some of the other's."""
    return (
        [(each.kind, each.negated, _texts(each)) for each in one.principals]
        == [(each.kind, each.negated, _texts(each)) for each in other.principals]
        and _meet(one.action, other.action, action_covers)
        and _meet(one.resource, other.resource, resource_covers)
    )


def _texts(element: Element) -> set[str]:
    return {value.text for value in element.values}


def _meet(one: Element | None, other: Element | None, covering: Callable[[str, str], bool]) -> bool:
    """Tell whether one of two elements covers all of the other, so that both are about the same requests."""
    if one is None or other is None or one.negated or other.negated or not (one.complete and other.complete):
        return one is other
    return covers_each(one, other, covering) or covers_each(other, one, covering)
