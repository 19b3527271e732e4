"""What an empty array is, for the rules that tell apart where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.syntax.tree import List

if TYPE_CHECKING:
    from policyeval.lint.view import Condition, Element


def is_empty(part: Element | Condition) -> bool:
    """Tell whether an element names nothing, or a condition compares with no value at all."""
    return isinstance(part.node, List) and not part.node.items
