"""Statements that are objects in the words of Terraform's `aws_iam_policy_document`: modules and loops take such.

So do the modules of https://registry.terraform.io/namespaces/terraform-aws-modules (`key_statements`,
`policy_statements`), and Pulumi's `aws.iam.getPolicyDocument`, which writes them in camel case.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from policyeval.lint.templates import policy_document
from policyeval.lint.templates.spot import get, is_empty, renamed
from policyeval.syntax.tree import REFERENCE, List, Mapping, Text, Unknown

if TYPE_CHECKING:
    from policyeval.syntax.tree import Node

_NAMES: Final = MappingProxyType(
    {
        "conditions": "condition",
        "notActions": "not_actions",
        "notPrincipals": "not_principals",
        "notResources": "not_resources",
    }
)
_BLOCKS: Final = frozenset({"condition", "not_principals", "principals"})
_ACTIONS: Final = frozenset({"actions", "not_actions"})
# What has actions and none of these is no statement.
_OTHERS: Final = frozenset({"effect", "not_principals", "not_resources", "principals", "resources"})
_KINDS: Final = frozenset({"AWS", "CanonicalUser", "Federated", "Service"})
_ASSUMING: Final = "sts:"


def in_iams_words(node: Node) -> Node:
    """Make the statement of such an object, or of each in an array; what is none stays as it is.

    Which resource it is about is unknown where it does not say so, for modules fill it in.
    """
    if isinstance(node, List):
        return List([_statement(item) for item in node.items], node.source, node.start, node.end)
    return _statement(node)


def _statement(node: Node) -> Node:
    names = {_name(key) for key, _ in node.entries} if isinstance(node, Mapping) else set()
    if not isinstance(node, Mapping) or _ACTIONS.isdisjoint(names) or _OTHERS.isdisjoint(names):
        return node
    entries = [
        (renamed(key, _name(key)), _blocks(value) if _name(key) in _BLOCKS else value)
        for key, value in node.entries
        if not is_empty(value)
    ]
    statement = policy_document.statement_of(Mapping(entries, node.source, node.start, node.end))
    if not (get(statement, "Resource") or get(statement, "NotResource") or _assumes(statement)):
        at = (node.source, node.start, node.start + 1)
        statement.entries.append((Text("Resource", *at), Unknown(REFERENCE, *at)))
    return statement


def _name(key: Text) -> str:
    return _NAMES.get(key.value, key.value)


def _blocks(value: Node) -> Node:
    """Give the blocks that are the members of an object, as an array; what is one block, or an array, stays."""
    if not isinstance(value, Mapping):
        return value
    if all(isinstance(inner, Mapping) for _, inner in value.entries):
        blocks: list[Node] = [inner for _, inner in value.entries]
    elif all(key.value in _KINDS for key, _ in value.entries):
        blocks = [_principals(key, identifiers) for key, identifiers in value.entries]
    else:
        return value
    return List(blocks, value.source, value.start, value.end)


def _principals(kind: Text, identifiers: Node) -> Mapping:
    """Make the block of `AWS = […]`, as policies have principals."""
    entries = [(renamed(kind, "type"), kind), (renamed(kind, "identifiers"), identifiers)]
    return Mapping(entries, kind.source, kind.start, identifiers.end)


def _assumes(statement: Mapping) -> bool:
    actions = get(statement, "Action")
    items = actions.items if isinstance(actions, List) else [actions]
    return all(isinstance(item, Text) and item.value.lower().startswith(_ASSUMING) for item in items)
