"""Which actions have a condition key in their requests."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policyeval.catalog.service_data import service_data
from policyeval.lint.rules.conditions._keys import find_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.catalog.service_data import Action, Service

_VARIABLE: Final = re.compile(r"[$<]")


@lru_cache(maxsize=4096)
def has_key(action: str, folded_key: str) -> bool | None:
    """Tell whether requests for an action, named in full, have a key of a service; None where nobody says."""
    prefix, _, name = action.lower().partition(":")
    service = service_data().service(prefix)
    described = service.action(name) if service is not None else None
    key = find_key(folded_key)
    if service is None or described is None or key is None:
        return None
    return _stem(key.name) in map(_stem, _keys(described, service))


def _keys(action: Action, service: Service) -> Iterator[str]:
    yield from action.condition_keys
    for resource in action.resources:
        yield from resource.condition_keys
        yield from service.resource_types[resource.type].condition_keys


def _stem(name: str) -> str:
    """Give a key's name without the part that varies."""
    return _VARIABLE.split(name, maxsplit=1)[0].lower()
