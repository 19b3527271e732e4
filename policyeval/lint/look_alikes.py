"""Documents that have statements as policies do, and are written in another language of AWS's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.templates.spot import get
from policyeval.syntax.tree import List, Mapping, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.syntax.tree import Node


def is_look_alike(node: Node) -> bool:
    """Tell whether a document is a data protection policy, or a stack policy of AWS CloudFormation."""
    statements = list(_statements(node))
    return any(get(statement, "DataIdentifier") is not None for statement in statements) or (
        bool(statements) and all(_is_of_a_stack(statement) for statement in statements)
    )


def _statements(node: Node) -> Iterator[Mapping]:
    statements = get(node, "Statement")
    for item in statements.items if isinstance(statements, List) else [statements]:
        if isinstance(item, Mapping):
            yield item


def _is_of_a_stack(statement: Mapping) -> bool:
    # No service has this prefix.
    actions = get(statement, "Action") or get(statement, "NotAction")
    items = actions.items if isinstance(actions, List) else [actions]
    return bool(items) and all(isinstance(item, Text) and item.value.startswith("Update:") for item in items)
