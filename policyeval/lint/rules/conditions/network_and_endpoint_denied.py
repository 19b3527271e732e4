"""C314: two denials that leave no way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.patterns import covers, resource_covers
from policyeval.lint.reach import is_negated
from policyeval.lint.rule import Flaw, Level, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policyeval.lint.view import Condition, Element, PolicyView, Statement

_ADDRESS: Final = frozenset({"aws:sourceip"})
_ENDPOINTS: Final = frozenset({"aws:sourcevpc", "aws:sourcevpce"})

# To how many of the others a Deny is compared: each to each would take too long where there are thousands.
_MOST: Final = 32


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look for a Deny of all other addresses beside a Deny of all other endpoints, of the same requests."""
    by_endpoint = [(each, found) for each in policy.statements if (found := _sole(each, _ENDPOINTS)) is not None]
    for statement in policy.statements if by_endpoint else ():
        condition = _sole(statement, _ADDRESS)
        if condition is None:
            continue
        other = next((found for each, found in by_endpoint[:_MOST] if _are_of_the_same(each, statement)), None)
        if other is not None:
            yield Flaw(
                condition.key_place(),
                "every request is denied: through an endpoint none has such an address, and the others use no endpoint",
                "put both conditions into one Deny",
                (other.key_place(),),
            )


def _sole(statement: Statement, keys: frozenset[str]) -> Condition | None:
    """Give the condition of a Deny that has but one, and it hits who has no such key as well."""
    if not statement.denies or not statement.complete or len(statement.conditions) != 1:
        return None
    (condition,) = statement.conditions
    missing_is_denied = is_negated(condition) and condition.quantifier != "ForAnyValue"
    return condition if condition.folded in keys and missing_is_denied else None


def _are_of_the_same(one: Statement, other: Statement) -> bool:
    return (
        [(each.kind, each.negated, _texts(each)) for each in one.principals]
        == [(each.kind, each.negated, _texts(each)) for each in other.principals]
        and _meet(one.action, other.action, _covers_action)
        and _meet(one.resource, other.resource, resource_covers)
    )


def _texts(element: Element) -> set[str]:
    return {value.text for value in element.values}


def _meet(one: Element | None, other: Element | None, covering: Callable[[str, str], bool]) -> bool:
    """Tell whether one of two elements covers all of the other, so that both are about the same requests."""
    if one is None or other is None or one.negated or other.negated or not (one.complete and other.complete):
        return one is other
    return any(
        all(any(covering(pattern.text, value.text) for pattern in wide.values) for value in narrow.values)
        for wide, narrow in ((one, other), (other, one))
    )


def _covers_action(pattern: str, other: str) -> bool:
    return covers(pattern.lower(), other.lower())


RULE = Rule(
    code="C314",
    name="network-and-endpoint-denied",
    severity=Severity.WARNING,
    level=Level.POLICY,
    check=check,
    summary="One Deny spares some addresses, another one some VPC endpoints, and so each denies what the other spares.",
    why=(
        "Requests through a VPC endpoint have no `aws:SourceIp`, and all others have no `aws:SourceVpce`: a negated "
        "condition holds where its key is missing. Nobody gets through, the administrators included."
    ),
    instead="Put both conditions into one Deny, which then spares who meets either.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip",
)
