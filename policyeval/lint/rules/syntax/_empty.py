"""What an empty array of a condition is, for the rules that tell apart under which operator it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.syntax.tree import List

if TYPE_CHECKING:
    from policyeval.lint.view import Condition


def is_empty(condition: Condition) -> bool:
    """Tell whether a condition compares with no value at all."""
    return isinstance(condition.node, List) and not condition.node.items
