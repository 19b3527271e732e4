"""Where a statement lets roles be passed or service-linked roles be made without saying which, or to what service."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from policyeval.lint.patterns import has_wildcard
from policyeval.lint.reach import conditions_unknown, covers_action, is_positive, values_covering, whole
from policyeval.lint.rule import Flaw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from policyeval.lint.view import Element, Statement, Value

# Of any account: nobody passes the roles of others.
_EVERY_ROLE: Final = re.compile(r"arn:[^:]+:(iam|\*):(:|\*:)(\d{12}|\*):(\*|role/\*)|arn:(\*|[^:]+:\*)(:\*)*")


class Delegating(NamedTuple):
    """An action by which a service gets a role.

    `action` is its name in lower case, `key` the condition key, in lower case, that says which service.
    """

    name: str
    action: str
    key: str
    danger: str
    instead: str


PASS_ROLE: Final = Delegating(
    "iam:PassRole",
    "iam:passrole",
    "iam:passedtoservice",
    "every role can be passed, also one that may do more than who passes it",
    "name the roles, or add `StringEquals` on `iam:PassedToService`",
)
CREATE_SLR: Final = Delegating(
    "iam:CreateServiceLinkedRole",
    "iam:createservicelinkedrole",
    "iam:awsservicename",
    "service-linked roles of every service can be made",
    "name the service's role, or add `StringEquals` on `iam:AWSServiceName`",
)


def by_name(statement: Statement, action: str) -> Sequence[Value]:
    """Give the values of Action that are the action itself."""
    return [value for value in values_covering(statement, action) if not has_wildcard(value.text)]


def by_star(statement: Statement, action: str) -> Sequence[Value]:
    """Give the values of Action that cover the action by a wildcard."""
    return [value for value in values_covering(statement, action) if has_wildcard(value.text)]


def by_exclusion(statement: Statement, action: str) -> Sequence[Value]:
    """Give the values of a NotAction that leaves the action in."""
    element = statement.action
    return element.values if element is not None and element.negated and covers_action(statement, action) else ()


def every_resource(element: Element) -> Sequence[Value]:
    """Give the value of Resource that is `*`, or another one that is every role there is."""
    star = None if element.negated else whole(element)
    if element.negated or star is not None:
        return () if star is None else (star,)
    return [value for value in element.values if _EVERY_ROLE.fullmatch(value.text)]


def excluded_resources(element: Element) -> Sequence[Value]:
    """Give the values of NotResource."""
    return element.values if element.negated else ()


_Actions: TypeAlias = "Callable[[Statement, str], Sequence[Value]]"
_Resources: TypeAlias = "Callable[[Element], Sequence[Value]]"


def delegation(what: Delegating, actions: _Actions, resources: _Resources) -> Callable[[Statement], Iterator[Flaw]]:
    """Make the check of a rule: an Allow that reaches the action one way, and its roles another."""
    return partial(_check, what, actions, resources)


def _check(what: Delegating, actions: _Actions, resources: _Resources, statement: Statement) -> Iterator[Flaw]:
    element = statement.resource
    where = resources(element) if element is not None and statement.allows else ()
    found = actions(statement, what.action) if where else ()
    if found and not _bound(statement, what.key):
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
