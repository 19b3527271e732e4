"""Which actions have a condition key in their requests, as far as AWS lists them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policyeval.catalog.service_data import service_data
from policyeval.lint.patterns import has_wildcard, matcher
from policyeval.lint.rules.conditions._keys import find_key, homes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.catalog.service_data import Action, Service

_VARIABLE: Final = re.compile(r"[$<]")
# Keys of these are in the requests of many services.
_EVERYWHERE: Final = ("aws:", "codebuild:", "ec2:", "glue:", "identitystore:", "lambda:", "ssm:")


@lru_cache(maxsize=4096)
def is_listed(folded_key: str, *, assuming: bool) -> bool:
    """Tell whether AWS lists a key with the actions that have it; of some keys it tells no action.

    What a token claims also is in the requests of the session that it made: it is told of `sts` actions alone.
    """
    if folded_key.startswith(_EVERYWHERE) or not (assuming or homes(folded_key) == (folded_key.partition(":")[0],)):
        return False
    return any(has_key(f"{home}:*", folded_key) for home in homes(folded_key))


@lru_cache(maxsize=4096)
def has_key(action: str, folded_key: str) -> bool | None:
    """Tell whether requests for an action, or for any that a pattern matches, have a key; None where nobody says."""
    prefix, _, name = action.lower().partition(":")
    service = service_data().service(prefix)
    key = find_key(folded_key)
    if service is None or key is None:
        return None
    names = filter(matcher(name), service.action_names) if has_wildcard(name) else (name,)
    actions = [found for each in names if (found := service.action(each)) is not None]
    if not actions:
        return None
    stem, *varies = _VARIABLE.split(key.name.lower(), maxsplit=1)
    if not varies and not stem.endswith((":", "/")):
        return any(stem == name.lower() for action in actions for name in _keys(action, service))
    return any(name.lower().startswith(stem) for action in actions for name in _keys(action, service))


def _keys(action: Action, service: Service) -> Iterator[str]:
    yield from action.condition_keys
    for resource in action.resources:
        yield from resource.condition_keys
        yield from service.resource_types[resource.type].condition_keys
