"""Where a statement lets roles be passed or service-linked roles be made without saying which, or to what service."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.lint.patterns import has_wildcard
from policyeval.lint.reach import conditions_unknown, covers_action, is_positive, values_covering, whole
from policyeval.lint.rule import Flaw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policyeval.lint.view import Statement, Value


class Delegating(NamedTuple):
    """An action by which a service gets a role.

    `key` is the condition key, in lower case, that says which service.
    """

    name: str
    key: str
    danger: str
    instead: str


PASS_ROLE: Final = Delegating(
    "iam:PassRole",
    "iam:passedtoservice",
    "every role can be passed, also one that may do more than who passes it",
    "name the roles, or add `StringEquals` on `iam:PassedToService`",
)
CREATE_SLR: Final = Delegating(
    "iam:CreateServiceLinkedRole",
    "iam:awsservicename",
    "service-linked roles of every service can be made",
    "name the service's role, or add `StringEquals` on `iam:AWSServiceName`",
)


def by_name(statement: Statement, action: str) -> Iterator[Value]:
    """Give the values of Action that are the action itself."""
    yield from (value for value in values_covering(statement, action) if not has_wildcard(value.text))


def by_star(statement: Statement, action: str) -> Iterator[Value]:
    """Give the values of Action that cover the action by a wildcard."""
    yield from (value for value in values_covering(statement, action) if has_wildcard(value.text))


def by_exclusion(statement: Statement, action: str) -> Iterator[Value]:
    """Give the values of a NotAction that leaves the action in."""
    element = statement.action
    if element is not None and element.negated and covers_action(statement, action):
        yield from element.values


def every_resource(statement: Statement) -> Iterator[Value]:
    """Give the value of Resource that is `*`."""
    element = statement.resource
    star = whole(element) if element is not None and not element.negated else None
    if star is not None:
        yield star


def excluded_resources(statement: Statement) -> Iterator[Value]:
    """Give the values of NotResource."""
    element = statement.resource
    if element is not None and element.negated:
        yield from element.values


def delegation(
    what: Delegating,
    actions: Callable[[Statement, str], Iterator[Value]],
    resources: Callable[[Statement], Iterator[Value]],
) -> Callable[[Statement], Iterator[Flaw]]:
    """Make the check of a rule: an Allow that reaches the action one way, and its roles another."""
    return partial(_check, what, actions, resources)


def _check(
    what: Delegating,
    actions: Callable[[Statement, str], Iterator[Value]],
    resources: Callable[[Statement], Iterator[Value]],
    statement: Statement,
) -> Iterator[Flaw]:
    if not statement.allows:
        return
    found = list(actions(statement, what.name.lower()))
    where = list(resources(statement)) if found else []
    if where and not _bound(statement, what.key):
        first, *rest = (*found, *where)
        message = f"`{what.name}` is allowed without saying on which role: {what.danger}"
        yield Flaw(first.place(), message, what.instead, tuple(value.place() for value in rest))


def _bound(statement: Statement, key: str) -> bool:
    # AWS counts a service's name with a wildcard in it as no name.
    return conditions_unknown(statement) or any(
        condition.folded == key
        and is_positive(condition)
        and not any(has_wildcard(value.text) for value in condition.values)
        for condition in statement.conditions
    )
