"""Where an identity policy allows something on every key there is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from policyeval.lint.reach import is_everything, unlimited, values_covering
from policyeval.lint.rule import Flaw
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policyeval.lint.view import Statement, Value


def on_every_key(actions: tuple[str, ...], effect: str, hint: str) -> Callable[[Statement], Iterator[Flaw]]:
    """Make the check of a rule: an unlimited Allow of one of the actions on keys of any id.

    `actions` are in lower case; `effect` goes on after the action that was found.
    """
    return partial(_check, actions, effect, hint)


def _check(actions: tuple[str, ...], effect: str, hint: str, statement: Statement) -> Iterator[Flaw]:
    where = _every_key(statement)
    if where is None or not statement.allows or not unlimited(statement):
        return
    found = {
        value.index: value
        for action in actions
        for value in values_covering(statement, action)
        if not is_everything(value)
    }
    for value in found.values():
        yield Flaw(value.place(), f"{ticked(value.text)} on every key {effect}", hint, (where.place(),))


def _every_key(statement: Statement) -> Value | None:
    element = statement.resource
    if element is None or element.negated:
        return None
    return next((value for value in element.values if _names_every_key(value.text)), None)


def _names_every_key(resource: str) -> bool:
    return resource == "*" or (
        resource.startswith("arn:") and ":kms:" in resource and resource.endswith((":*", ":key/*"))
    )
