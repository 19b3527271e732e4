"""The Condition element: `{operator: {key: values}}` from nodes to the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.model.policy import Condition
from policyeval.syntax.elements import check_template
from policyeval.syntax.faults import Kind, ticked
from policyeval.syntax.objects import is_unreadable, report_duplicate, report_type
from policyeval.syntax.tree import Boolean, List, Mapping, Node, Number, Text, pointer_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.syntax.faults import Faults

_SHAPE = 'write `{"operator": {"key": "value"}}`'


def read_conditions(node: Node, faults: Faults, pointer: str, *, variables: bool) -> tuple[Condition, ...]:
    """Read a Condition: every operator with every key. What an operator or key means is not asked here."""
    if not isinstance(node, Mapping):
        report_type(node, "`Condition`", "an object", faults, pointer, hint=_SHAPE)
        return ()
    conditions: list[Condition] = []
    for operator, keys, at in _distinct(node, "operator", faults, pointer):
        if not isinstance(keys, Mapping):
            report_type(
                keys, f"the condition operator {ticked(operator.value)}", "an object of keys", faults, at, hint=_SHAPE
            )
            continue
        for key, value, below in _distinct(keys, "key", faults, at):
            values = tuple(_read_values(key, value, faults, below, variables=variables))
            conditions.append(Condition(operator.value, key.value, values, key.place(below)))
    return tuple(conditions)


def _distinct(node: Mapping, what: str, faults: Faults, pointer: str) -> Iterator[tuple[Text, Node, str]]:
    """Give an object's entries with their pointers; say which come twice, case aside (S33, S36)."""
    seen: dict[str, Text] = {}
    for key, value in node.entries:
        if is_unreadable(value):
            continue
        at = f"{pointer}/{pointer_part(key.value)}"
        folded = key.value.lower()
        if folded in seen:
            report_duplicate(key, seen[folded], faults, at)
            continue
        seen[folded] = key
        if not folded.strip():
            faults.add(key, at, f"the name of a condition {what} is empty", kind=Kind.EMPTY_CONDITION_NAME)
            continue
        yield key, value, at


def _read_values(key: Text, node: Node, faults: Faults, pointer: str, *, variables: bool) -> Iterator[str]:
    items = node.items if type(node) is List else (node,)
    for index, item in enumerate(items):
        if type(item) is Text:
            if variables and "${" in item.value:
                check_template(item, f"{pointer}/{index}" if item is not node else pointer, faults)
            yield item.value
        elif type(item) is Boolean:
            yield "true" if item.value else "false"
        elif type(item) is Number:
            yield item.text
        else:
            at = f"{pointer}/{index}" if item is not node else pointer
            wanted = "a string, a number or a boolean" + (", or an array of them" if item is node else "")
            report_type(item, f"a value of the condition key {ticked(key.value)}", wanted, faults, at)
