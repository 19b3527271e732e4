"""Condition keys: which exist, what they hold, and which operators compare that."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, get_args

from policyeval.catalog.keys import CONDITION_KEYS, PREFIX_KEYS, ConditionKey, ValueType, lookup
from policyeval.catalog.service_data import service_data
from policyeval.evaluator.operators import OPERATORS
from policyeval.syntax.faults import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policyeval.lint.view import Condition

_FORM: Final = re.compile(r"[^\s:]+:\S(.*\S)?", re.DOTALL)
_MARK: Final = re.compile("[/:]")
_OF_DEVICE: Final = re.compile(r"iot:(clientid|certificateid|connectattributes|(certificate|connection\.thing)\..+)")
_TYPES: Final[tuple[ValueType, ...]] = get_args(ValueType)
# Listed as strings, and compared as numbers in AWS's own guides: docs.aws.amazon.com/amazonglacier/latest/dev,
# "Vault Lock Policies".
_ALSO: Final[Mapping[str, tuple[ValueType, ...]]] = {"glacier:archiveageindays": ("Numeric",)}


def is_well_formed(key: str) -> bool:
    """Tell whether a key is `service:name` without spaces around it; the name of a tag may have spaces in it."""
    return _FORM.fullmatch(key) is not None


@lru_cache(maxsize=4096)
def homes(folded: str) -> tuple[str, ...]:
    """Give the services that may define a key, by its name in lower case."""
    return service_data().key_homes(folded)


@lru_cache(maxsize=4096)
def find_key(folded: str) -> ConditionKey | None:
    """Find a global key or one of a service, by its name in lower case; None where nobody describes it."""
    found = lookup(folded)
    if found is not None or folded.startswith("aws:"):
        return found
    head, slash, _ = folded.partition("/")
    for home in homes(folded):
        service = service_data().service(home)
        # The service authorization reference writes some families as `s3:ExistingObjectTag/<key>`.
        key = service and (service.key(folded) or (service.key(f"{head}/<key>") if slash else None))
        if key:
            return ConditionKey(key.name, key.type, key.multivalued, _ALSO.get(folded, ()))
    return None


def nearest_key(key: str) -> str | None:
    """Give the key that was likely meant, of the same service; of a family, such as tags, with the name that is given.

    A tag's name may be anything, and says nothing about which family was meant.
    """
    prefix, _, rest = key.partition(":")
    names = _names(prefix.lower())
    head, *marked = _MARK.split(rest, maxsplit=1)
    if not marked:
        return nearest(key, (name for name in names if name[-1] not in "/:"))
    families = {name[:-1]: name for name in names if name[-1] in "/:"}
    close = nearest(f"{prefix}:{head}", families)
    return f"{families[close]}{marked[0]}" if close is not None else None


def _names(prefix: str) -> list[str]:
    """Give the keys of a service, or the global ones; families end in the mark before what their keys name."""
    names = [key.name for key in (*CONDITION_KEYS.values(), *PREFIX_KEYS.values())]
    for service in filter(None, map(service_data().service, homes(f"{prefix}:"))):
        names += (key.name for key in service.keys.values())
        names += (key.name.partition("${")[0] for _, key in service.key_families)
    return [name for name in dict.fromkeys(names) if name.lower().startswith(f"{prefix}:")]


@lru_cache(maxsize=256)
def operand_type(base: str) -> ValueType | None:
    """Tell what an operator compares, `StringNotLike` strings; None for Null and for what is no operator."""
    if base not in OPERATORS:
        return None
    plain = base.removeprefix("Not")
    return next(kind for kind in _TYPES if plain.startswith(kind))


def is_of_provider(folded: str) -> bool:
    """Tell whether a key is a claim of an identity provider: those have the provider's host name before the colon."""
    return "." in folded.rpartition(":")[0]


def is_of_device(folded: str) -> bool:
    """Tell whether a key is one of a connection to AWS IoT Core, which its own policies have beside those of IAM's.

    https://docs.aws.amazon.com/iot/latest/developerguide/iot-policy-variables.html
    """
    return _OF_DEVICE.fullmatch(folded) is not None


def lacks_tag_name(folded: str) -> bool:
    """Tell whether a key names a family of tags, such as `aws:RequestTag`, and none of it."""
    bare = folded.rstrip("/")
    return "/" not in bare and find_key(bare) is None and find_key(f"{bare}/name") is not None


def holds_several(condition: Condition) -> bool:
    """Tell whether requests hold several values of a condition's key."""
    key = find_key(condition.folded)
    return key is not None and key.multivalued
