"""Whether another statement of the policy denies to most what an Allow is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.patterns import covers, resource_covers
from policyeval.lint.reach import conditions_unknown, covers_action, is_negated, is_one_of, takes_all

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from policyeval.lint.view import Condition, Element, Statement

# They spare services, beside those that the other conditions of a Deny spare.
_OF_SERVICES: Final = frozenset({"aws:principalisawsservice", "aws:viaawsservice"})


def narrowed_by_deny(allow: Statement, keys: Collection[str], action: str | None = None) -> bool:
    """Tell whether a Deny leaves of an Allow only those who have a value of one of these keys, in lower case.

    `action`, in lower case, is the one that counts; without it the Deny must be about all actions and resources
    of the Allow. What is unknown of the Deny narrows.
    """
    return any(
        deny.denies and _is_about(deny, allow, action) and _spares_few(deny, keys) for deny in allow.policy.statements
    )


def _is_about(deny: Statement, allow: Statement, action: str | None) -> bool:
    if not any(
        element.kind == "AWS" and not element.negated and any(value.text == "*" for value in element.values)
        for element in deny.principals
    ):
        return False
    if action is not None:
        return covers_action(deny, action)
    return _takes_in(deny.action, allow.action, _covers_name) and _takes_in(
        deny.resource, allow.resource, resource_covers
    )


def _covers_name(pattern: str, other: str) -> bool:
    return covers(pattern.lower(), other.lower())


def _takes_in(wide: Element | None, narrow: Element | None, covering: Callable[[str, str], bool]) -> bool:
    if wide is None or narrow is None:
        # The policies of some resources have no Resource.
        return wide is narrow
    if wide.negated or narrow.negated:
        return False
    return not wide.complete or all(
        any(covering(pattern.text, value.text) for pattern in wide.values) for value in narrow.values
    )


def _spares_few(deny: Statement, keys: Collection[str]) -> bool:
    """Tell whether a Deny hits all but those who have such a value, and at most services beside them."""
    if conditions_unknown(deny):
        return True
    spared = [condition for condition in deny.conditions if _spares(condition, keys)]
    return bool(spared) and all(
        condition in spared or condition.folded in _OF_SERVICES for condition in deny.conditions
    )


def _spares(condition: Condition, keys: Collection[str]) -> bool:
    # ForAnyValue does not hold where the key is missing, so that the Deny spares those, too.
    return (
        is_negated(condition)
        and condition.quantifier != "ForAnyValue"
        and is_one_of(condition.folded, keys)
        and not takes_all(condition)
    )
