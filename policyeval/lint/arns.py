"""ARNs as policies write them, and the types of resource that they can name.

A policy variable stands for any text, so it is read as a star. A star inside a field stays there (S21).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from policyeval.catalog.service_data import service_data
from policyeval.catalog.unlisted import UNLISTED_ARNS
from policyeval.lint.patterns import literal_head, overlap

_FIELDS: Final = 6
_VARIABLE: Final = re.compile(r"\$\{[^}]*\}?")


class ArnFields(NamedTuple):
    """The fields of an ARN in a policy, each a pattern."""

    partition: str
    service: str
    region: str
    account: str
    resource: str


@lru_cache(maxsize=1024)
def arn_fields(text: str) -> ArnFields | None:
    """Split an ARN; None for what does not begin with `arn:` or has fewer than six fields."""
    if not text.startswith("arn:"):
        return None
    fields = _VARIABLE.sub("*", text).split(":", _FIELDS - 1) if "${" in text else text.split(":", _FIELDS - 1)
    return ArnFields(*fields[1:]) if len(fields) == _FIELDS else None


def has_fields(text: str) -> bool:
    """Tell whether a text has the six fields of an ARN."""
    return _VARIABLE.sub("*", text).count(":") >= _FIELDS - 1


@lru_cache(maxsize=512)
def resource_types(service: str) -> frozenset[ArnFields]:
    """Give what the ARNs that name a service look like; none where it has no resources of its own."""
    unlisted = (kind for kind in map(type_of, UNLISTED_ARNS) if kind.service == service)
    return frozenset(map(type_of, service_data().resource_arns(service))).union(unlisted)


@lru_cache(maxsize=4096)
def type_of(arn: str) -> ArnFields:
    """Split the ARN of a type of resource (`arn:${Partition}:…`)."""
    return ArnFields(*_VARIABLE.sub("*", arn).split(":", _FIELDS - 1)[1:])


@lru_cache(maxsize=4096)
def named_by(fields: ArnFields) -> frozenset[ArnFields]:
    """Give the types of resource whose ARNs can end as this one does, whatever its Region and account."""
    resource, head = fields.resource, literal_head(fields.resource)
    return frozenset(
        kind
        for kind, start in _heads(fields.service)
        if (start.startswith(head) or head.startswith(start)) and overlap(kind.resource, resource)
    )


@lru_cache(maxsize=512)
def _heads(service: str) -> tuple[tuple[ArnFields, str], ...]:
    """Give the types with what they begin with: a service has a hundred, and an ARN can name few."""
    return tuple((kind, literal_head(kind.resource)) for kind in resource_types(service))
