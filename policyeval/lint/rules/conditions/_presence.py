"""`ForAllValues`, which also holds where the key is missing, and what makes sure that it is not."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from policyeval.evaluator.operators import OPERATORS
from policyeval.lint.reach import conditions_unknown, ensures_key, is_positive
from policyeval.lint.rule import Flaw
from policyeval.lint.rules.conditions._keys import find_key
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

# A request that has this tag has the keys of tags.
_TAG: Final = "aws:requesttag/"
# Keys that every request for an action has: a grant without operations is refused, and so is a batch without changes,
# of which each has an action, a name and a type. What lists the record sets has none, and is given beside it.
_RECORD_SETS: Final = frozenset({"route53:changeresourcerecordsets", "route53:listresourcerecordsets"})
_ALWAYS: Final = MappingProxyType(
    {
        "kms:grantoperations": frozenset({"kms:creategrant"}),
        "route53:changeresourcerecordsetsactions": _RECORD_SETS,
        "route53:changeresourcerecordsetsnormalizedrecordnames": _RECORD_SETS,
        "route53:changeresourcerecordsetsrecordtypes": _RECORD_SETS,
    }
)


def passed_without_key(condition: Condition) -> Iterator[Flaw]:
    """Say that an Allow with `ForAllValues` also allows requests without the key, where nothing makes sure of it."""
    if _may_be_missing(condition):
        yield Flaw(
            condition.operator_place(),
            f"{ticked(condition.operator)} also holds for a request without {ticked(condition.key)}",
            f'add `"Null": {{"{condition.key}": "false"}}` if that should not be allowed',
            (condition.key_place(),),
        )


def _may_be_missing(condition: Condition) -> bool:
    # Keys of one value and empty arrays have rules of their own.
    operator = OPERATORS.get(condition.base)
    if condition.quantifier != "ForAllValues" or operator is None or operator.negated or not condition.values:
        return False
    key = find_key(condition.folded)
    statement = condition.statement
    if (key is not None and not key.multivalued) or not statement.allows or conditions_unknown(statement):
        return False
    return not _is_always_sent(condition) and not any(_ensures(other, condition) for other in statement.conditions)


def _is_always_sent(condition: Condition) -> bool:
    """Tell whether no action that the key is there to limit can be asked for without it."""
    action, always = condition.statement.action, _ALWAYS.get(condition.folded)
    if always is None or action is None or action.negated or not action.complete:
        return False
    return all(value.text.lower() in always for value in action.values)


def _ensures(other: Condition, condition: Condition) -> bool:
    """Tell whether another condition makes sure that the key of this one is in the request."""
    if other.folded == condition.folded:
        return ensures_key(other)
    return condition.folded == "aws:tagkeys" and other.folded.startswith(_TAG) and is_positive(other)
