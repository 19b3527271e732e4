"""The grant that a resource `aws_kms_grant` of Terraform makes, with the places of its arguments.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/kms_grant
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from policyeval.lint.templates.policy_document import blocks
from policyeval.lint.templates.spot import get, renamed
from policyeval.syntax.tree import REFERENCE, Mapping, Null, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.syntax.tree import Node

GRANT: Final = "aws_kms_grant"

_FIELDS: Final = MappingProxyType(
    {
        "name": "Name",
        "grantee_principal": "GranteePrincipal",
        "operations": "Operations",
        "retiring_principal": "RetiringPrincipal",
    }
)
_CONSTRAINTS: Final = MappingProxyType(
    {
        "encryption_context_equals": "EncryptionContextEquals",
        "encryption_context_subset": "EncryptionContextSubset",
    }
)


def grant_of(resource: Mapping) -> Mapping:
    """Make the grant, as `aws kms list-grants` would print it. Constraints of a `dynamic` block are unknown."""
    grant = Mapping([], resource.source, resource.start, resource.end)
    for key, value in resource.entries:
        if isinstance(value, Null):
            continue
        if key.value in _FIELDS:
            grant.entries.append((renamed(key, _FIELDS[key.value]), value))
        elif key.value == "constraints":
            grant.entries += ((renamed(key, "Constraints"), _constraints(block)) for block in blocks(value))
        elif key.value == "dynamic":
            unknown = Unknown(REFERENCE, value.source, value.start, value.end)
            grant.entries.append((renamed(key, "Constraints"), unknown))
    return grant


def planned_grant(node: Mapping) -> Mapping | None:
    """Make the grant of a resource in a plan or state; None where it is of another kind.

    Of a plan's values those are left out that are known after it is applied only, and unset ones are null.
    https://developer.hashicorp.com/terraform/internals/json-format#values-representation
    """
    kind, values = get(node, "type"), get(node, "values")
    if not isinstance(kind, Text) or kind.value != GRANT or not isinstance(values, Mapping):
        return None
    given = {key.value for key, _ in values.entries}
    known = Mapping(list(values.entries), values.source, values.start, values.end)
    for name in (*_FIELDS, "constraints"):
        if name not in given:
            key = Text(name, values.source, values.start, values.end)
            known.entries.append((key, Unknown(REFERENCE, values.source, values.start, values.end)))
    return grant_of(known)


def _constraints(block: Node) -> Node:
    if not isinstance(block, Mapping):
        return block
    return Mapping(list(_pairs(block)), block.source, block.start, block.end)


def _pairs(block: Mapping) -> Iterator[tuple[Text, Node]]:
    for key, value in block.entries:
        if key.value in _CONSTRAINTS and not isinstance(value, Null):
            yield renamed(key, _CONSTRAINTS[key.value]), value
