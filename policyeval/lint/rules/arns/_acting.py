"""Which actions act on which resources, for the rules that compare the two elements of a statement."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policyeval.catalog.kms import ALIAS_ACTIONS
from policyeval.catalog.service_data import service_data
from policyeval.catalog.unlisted import ON_UNLISTED_RESOURCES
from policyeval.lint.arns import ArnFields, arn_fields, named_by, type_of
from policyeval.lint.patterns import has_wildcard, matcher
from policyeval.lint.reach import named_actions
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from policyeval.lint.view import Statement

_NONE: Final[frozenset[ArnFields]] = frozenset()


def is_misplaced_alias(statement: Statement, resource: str) -> bool:
    """Tell whether a resource is an alias of KMS of which K103 or K312 says more than that nothing acts on it."""
    if not (resource.startswith("arn:") and ":kms:" in resource and ":alias/" in resource):
        return False
    if statement.policy.type is PolicyType.KEY:
        return True
    actions = [action for _, action in named_actions(statement, "kms")]
    return (
        statement.policy.type not in {PolicyType.RESOURCE, PolicyType.TRUST}
        and statement.action is not None
        and len(actions) == len(statement.action.values)
        and ALIAS_ACTIONS.isdisjoint(actions)
    )


def named(statement: Statement) -> frozenset[ArnFields] | None:
    """Give the types that the resources of a statement are of; None where one may be of any type."""
    element = statement.resource
    if element is None or element.negated or not element.complete or not element.values:
        return None
    found: set[ArnFields] = set()
    for value in element.values:
        kinds = named_by_text(value.text)
        if not kinds:
            return None
        found |= kinds
    return frozenset(found)


@lru_cache(maxsize=4096)
def named_by_text(text: str) -> frozenset[ArnFields]:
    """Give the types that a resource can be of; none where it may be anything, or of a type that nobody describes."""
    fields = arn_fields(text)
    if fields is None:
        return _NONE
    kinds = named_by(fields)
    return kinds - {_bucket()} if _is_in_bucket(fields) else kinds


def _is_in_bucket(fields: ArnFields) -> bool:
    """Tell whether an ARN can name what is in a bucket alone: the names of buckets have no slash."""
    return fields.service == "s3" and not fields.region and not fields.account and "/" in fields.resource


@lru_cache(maxsize=1)
def _bucket() -> ArnFields:
    (bucket,) = _types("s3")["bucket"]
    return bucket


@lru_cache(maxsize=4096)
def types_of(action: str) -> frozenset[ArnFields] | None:
    """Give the types that an action acts on, of a pattern those of all that it matches; none where it takes `*` alone.

    None where that cannot be told: nobody describes the action, or all that it is asked on, or it acts on whatever a
    service has.
    """
    prefix, _, name = action.lower().partition(":")
    service = service_data().service(prefix)
    if service is None:
        return None
    names = tuple(filter(matcher(name), service.action_names)) if has_wildcard(name) else (name,)
    untold = [each for each in names if f"{prefix}:{each}" in ON_UNLISTED_RESOURCES]
    found: set[str] = set()
    for each in names:
        types = service.types_of(each)
        if types is None:
            return None
        found.update(types)
    if untold and (not found or len(untold) == len(names)):
        return None
    kinds = _types(prefix)
    acted_on = frozenset(kind for name in found for kind in kinds[name])
    return acted_on if not any(kind.service == "*" for kind in acted_on) else None


def acts_on(action: str, resource: str) -> bool:
    """Tell whether an action that is named in full, in lower case, may act on something that a resource can be."""
    kinds = types_of(action)
    if kinds is None or resource == "*":
        return True
    if arn_fields(resource) is not None:
        return not kinds.isdisjoint(named_by_text(resource))
    # Of an ARN cut short after a star, the star stands for the rest (S21).
    service = resource.split(":")[2:3] or ["*"]
    return any(service[0] in {"*", kind.service} for kind in kinds)


@lru_cache(maxsize=512)
def _types(prefix: str) -> Mapping[str, Sequence[ArnFields]]:
    service = service_data().service(prefix)
    kinds = service.resource_types if service is not None else {}
    return {name: [type_of(arn) for arn in kind.arns] for name, kind in kinds.items()}
