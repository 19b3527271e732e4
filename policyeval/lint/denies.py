"""Whether another statement of the policy denies to most what an Allow is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.patterns import action_covers, resource_covers
from policyeval.lint.reach import conditions_unknown, covers_action, covers_each, is_negated, is_one_of, takes_anybody
from policyeval.lint.templates.choices import choice
from policyeval.lint.templates.functions import is_nothing
from policyeval.lint.templates.spot import get
from policyeval.syntax.objects import DAMAGED
from policyeval.syntax.tree import ELSEWHERE, UNREADABLE, List, Mapping, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from policyeval.lint.view import Condition, Element, PolicyView, Statement
    from policyeval.syntax.tree import Node

# They spare services, beside those that the other conditions of a Deny spare.
_OF_SERVICES: Final = frozenset({"aws:principalisawsservice", "aws:viaawsservice"})

# The parts of a policy that is put together, and where a text is no JSON any more.
_ELSEWHERE: Final = frozenset({ELSEWHERE, UNREADABLE})


def narrowed_by_deny(allow: Statement, keys: frozenset[str], action: str | None = None) -> bool:
    """Tell whether a Deny leaves of an Allow only those who have a value of one of these keys, in lower case.

    `action`, in lower case, is the one that counts; without it the Deny must be about all actions and resources
    of the Allow. What is unknown may be such a Deny, or a part of one, but for statements that come from elsewhere.
    """
    policy = allow.policy
    return _has_unknown(policy) or any(
        other is not allow and _is_about(other, allow, action) for other in _narrowing(policy, keys)
    )


def _narrowing(policy: PolicyView, keys: frozenset[str]) -> Sequence[Statement]:
    """Give the statements that may deny to all but few. Each Allow asks for them, of which there may be thousands."""
    found = policy.narrowing.get(keys)
    if found is None:
        found = policy.narrowing[keys] = [
            each
            for each in policy.statements
            if _may_deny(each) and _may_be_to_everybody(each) and _spares_few(each, keys)
        ]
    return found


def is_denied(policy: PolicyView, action: str) -> bool:
    """Tell whether a Deny is about an action, given in lower case; what is unknown may be one, as it may narrow."""
    return _has_unknown(policy) or any(_may_deny(each) and _may_cover(each, action) for each in policy.statements)


def _has_unknown(policy: PolicyView) -> bool:
    if policy.complete:
        return False
    _, statements = policy.entries.get("Statement", (None, None))
    if DAMAGED in policy.entries or not isinstance(statements, List):
        return True
    return any(_may_be_deny(item) for item in statements.items if isinstance(item, Unknown))


def _may_be_deny(node: Node) -> bool:
    """Tell whether what stands for statements may be a Deny: of what a condition chooses among, a branch of it."""
    call = choice(node)
    if call is not None:
        return any(map(_may_be_deny, call.branches.values()))
    if isinstance(node, List):
        return any(map(_may_be_deny, node.items))
    if isinstance(node, Mapping):
        effect = get(node, "Effect")
        return not isinstance(effect, Text) or effect.value != "Allow"
    return isinstance(node, Unknown) and node.why not in _ELSEWHERE and not is_nothing(node)


def _may_deny(statement: Statement) -> bool:
    return statement.denies or isinstance(statement.get("Effect"), Unknown)


def _may_be_to_everybody(deny: Statement) -> bool:
    return _is_unknown(deny, "Principal") or any(map(_is_everybody, deny.principals))


def _is_about(deny: Statement, allow: Statement, action: str | None) -> bool:
    if action is not None:
        return _may_cover(deny, action)
    if _is_unknown(deny, "Action"):
        return True
    return _takes_in(deny.action, allow.action, action_covers) and (
        _is_unknown(deny, "Resource") or _takes_in(deny.resource, allow.resource, resource_covers)
    )


def _may_cover(deny: Statement, action: str) -> bool:
    element = deny.action
    return _is_unknown(deny, "Action") or covers_action(deny, action) or (element is not None and not element.complete)


def _is_unknown(statement: Statement, name: str) -> bool:
    return any(isinstance(statement.get(form), Unknown) for form in (name, f"Not{name}"))


def _is_everybody(element: Element) -> bool:
    known = element.complete and not any(value.text == "*" for value in element.values)
    return element.kind == "AWS" and not element.negated and not known


def _takes_in(wide: Element | None, narrow: Element | None, covering: Callable[[str, str], bool]) -> bool:
    if wide is None or narrow is None:
        # The policies of some resources have no Resource.
        return wide is narrow
    if wide.negated or narrow.negated:
        return False
    return not wide.complete or covers_each(wide, narrow, covering)


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
        and not takes_anybody(condition)
    )
