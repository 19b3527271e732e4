"""Conditions on a resource's tags, and the actions that never see such a tag."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policyeval.catalog.service_data import service_data
from policyeval.lint.patterns import has_wildcard, matcher
from policyeval.lint.reach import is_positive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.catalog.service_data import Action, Service
    from policyeval.lint.view import Condition, Statement, Value

RESOURCE_TAG: Final = "aws:resourcetag/"
# An action that makes a resource sees the tags of the request; AWS does not call it unsupported.
_TAGS: Final = (RESOURCE_TAG, "aws:requesttag/")


def tag_conditions(statement: Statement) -> Iterator[Condition]:
    """Give the conditions that want a tag of the resource to have a value; without the tag they fail."""
    for condition in statement.conditions:
        if condition.folded.startswith(RESOURCE_TAG) and is_positive(condition):
            yield condition


def tagless_actions(statement: Statement) -> list[Value]:
    """Give the actions of a statement that never see a tag, patterns of nothing but such included."""
    element = statement.action
    if element is None or element.negated:
        return []
    return [value for value in element.values if _is_tagless(value.text)]


@lru_cache(maxsize=4096)
def _is_tagless(text: str) -> bool:
    prefix, _, name = text.lower().partition(":")
    service = service_data().service(prefix)
    if service is None:
        return False
    names = list(filter(matcher(name), service.action_names)) if has_wildcard(name) else [name]
    actions = [action for action in map(service.action, names) if action is not None]
    return bool(actions) and not any(_sees_tags(action, service) for action in actions)


def _sees_tags(action: Action, service: Service) -> bool:
    keys = list(action.condition_keys)
    for resource in action.resources:
        keys += resource.condition_keys
        keys += service.resource_types[resource.type].condition_keys
    return any(key.lower().startswith(_TAGS) for key in keys)
