"""The policy that a data source `aws_iam_policy_document` of Terraform makes, with the places of its arguments.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from policyeval.lint.templates.spot import get, renamed
from policyeval.model.policy import CURRENT_VERSION
from policyeval.syntax.objects import DAMAGED
from policyeval.syntax.tree import CHOICE, ELSEWHERE, UNNAMED, List, Mapping, Null, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.syntax.tree import Node

    Entry = tuple[Text, Node]

_ELEMENTS: Final = MappingProxyType(
    {
        "sid": "Sid",
        "effect": "Effect",
        "actions": "Action",
        "not_actions": "NotAction",
        "resources": "Resource",
        "not_resources": "NotResource",
    }
)
_PRINCIPALS: Final = MappingProxyType({"principals": "Principal", "not_principals": "NotPrincipal"})
_OTHERS: Final = frozenset(
    {
        "source_policy_documents",
        "override_policy_documents",
        "source_json",
        "override_json",
    }
)
"""The arguments that bring statements from elsewhere."""


def policy_of(data: Node) -> Mapping:
    """Make the policy. Statements that come from elsewhere are unknown, and so is how many a `dynamic` block makes."""
    policy = Mapping([], data.source, data.start, data.end)
    statements = List([], data.source, data.start, data.end)
    for key, value in _entries(data):
        if key.value in {"version", "policy_id"} and _is_empty(value):
            continue
        if key.value == "version":
            policy.entries.append((renamed(key, "Version"), value))
        elif key.value == "policy_id":
            policy.entries.append((renamed(key, "Id"), value))
        elif key.value == "statement":
            statements.items += [_statement(block) for block in blocks(value)]
        elif key.value in _OTHERS and not _is_empty(value):
            statements.items.append(_from_elsewhere(key, value))
        elif _dynamic(key, value) == "statement":
            statements.items += [_from_elsewhere(key, value), *_perhaps(value)]
    if get(policy, "Version") is None:
        policy.entries.insert(0, (_at("Version", data), _at(CURRENT_VERSION, data)))
    policy.entries.append((_at("Statement", data), statements))
    return policy


def _from_elsewhere(key: Text, value: Node) -> Unknown:
    return Unknown(ELSEWHERE, key.source, key.start, value.end)


def _perhaps(dynamic: Node) -> list[Node]:
    """Give the statements of a `dynamic` block, which are there if what it goes through is not empty."""
    found: list[Node] = []
    for block in blocks(get(dynamic, "statement") or dynamic):
        content = get(block, "content")
        at = (block.source, block.start, block.end)
        for inner in blocks(content) if content is not None else ():
            options = List([Text(f"dynamic {block.start}", *at), _statement(inner), Null(*at)], *at)
            found.append(Unknown(CHOICE, *at, options))
    return found


def blocks(node: Node) -> list[Node]:
    """Give the blocks of one name: Terraform's JSON has them in an array, or a single one by itself."""
    return node.items if isinstance(node, List) else [node]


def _statement(block: Node) -> Node:
    return statement_of(block) if isinstance(block, Mapping) else block


def statement_of(block: Mapping) -> Mapping:
    """Make the statement of one block."""
    statement = Mapping([], block.source, block.start, block.end)
    blocks_of: dict[str, list[tuple[Text, Node]]] = {}
    for key, value in _entries(block):
        name = _dynamic(key, value) or key.value
        if name in _PRINCIPALS or name == "condition":
            inner = [value] if name != key.value else blocks(value)
            blocks_of.setdefault(name, []).extend((key, item) for item in inner)
        elif name != key.value:
            statement.entries.append(_hidden(key, value))
        elif name in _ELEMENTS and not _is_empty(value):
            statement.entries.append((renamed(key, _ELEMENTS[name]), _argument(name, value, block)))
    if get(statement, "Effect") is None:
        statement.entries.append((_at("Effect", block), _at("Allow", block)))
    for name, element in _PRINCIPALS.items():
        if blocks_of.get(name):  # Terraform's JSON may have an array of no blocks
            statement.entries.append(_principals(element, blocks_of[name]))
    if blocks_of.get("condition"):
        statement.entries.append(_conditions(blocks_of["condition"]))
    _keep_what_is_there(statement)
    return statement


def _argument(name: str, value: Node, block: Node) -> Node:
    absent = _at("Allow", block) if name == "effect" else Null()
    return _without_marks(_where_empty(value, absent))


def _keep_what_is_there(statement: Mapping) -> None:
    for name in ("Action", "Resource", "Principal"):
        _keep_one(statement, name)


def _keep_one(statement: Mapping, name: str) -> None:
    """Keep of an element and its Not… form what is there for certain: a computed one is null, or has no blocks."""
    forms = [(key, value) for key, value in statement.entries if key.value in {name, f"Not{name}"}]
    open_ones = [entry for entry in forms if _may_be_nothing(entry[1])]
    if len(forms) > 1 and open_ones:
        others = [entry for entry in statement.entries if entry not in open_ones]
        hidden = [_hidden(*entry) for entry in open_ones] if len(open_ones) == len(forms) else []
        statement.entries = [*others, *hidden]


def _may_be_nothing(node: Node) -> bool:
    if isinstance(node, Mapping):
        return all(key.value == DAMAGED for key, _ in node.entries)
    return isinstance(node, Unknown) and node.why != CHOICE


def _where_empty(value: Node, absent: Node) -> Node:
    """Put what Terraform takes an empty argument for in the place of a branch that is one."""
    if not isinstance(value, Unknown) or value.why != CHOICE or not isinstance(value.argument, List):
        return value
    condition, *branches = value.argument.items
    chosen = [absent if _is_empty(item) else _where_empty(item, absent) for item in branches]
    options = List([condition, *chosen], value.argument.source, value.argument.start, value.argument.end)
    return Unknown(CHOICE, value.source, value.start, value.end, options)


def _principals(element: str, found: list[Entry]) -> Entry:
    first, last = found[0], found[-1]
    kinds = Mapping([], first[1].source, first[1].start, last[1].end)
    for key, block in found:
        kind, identifiers = get(block, "type"), get(block, "identifiers")
        if key.value == "dynamic" or not isinstance(kind, Text) or identifiers is None:
            kinds.entries.append(_hidden(key, block))
        elif kind.value == "*" and _is_star(identifiers) and len(found) == 1:
            return renamed(key, element), Text("*", identifiers.source, identifiers.start, identifiers.end)
        else:
            _add(kinds, kind, identifiers)
    return renamed(first[0], element), kinds


def _conditions(found: list[Entry]) -> Entry:
    first, last = found[0], found[-1]
    operators = Mapping([], first[1].source, first[1].start, last[1].end)
    for key, block in found:
        test, variable, values = (get(block, name) for name in ("test", "variable", "values"))
        if key.value == "dynamic" or not isinstance(test, Text):
            operators.entries.append(_hidden(key, block))
            continue
        keys = get(operators, test.value)
        if not isinstance(keys, Mapping):
            keys = Mapping([], block.source, block.start, block.end)
            operators.entries.append((test, keys))
        if isinstance(variable, Text) and values is not None:
            _add(keys, variable, _without_marks(values))
        else:
            keys.entries.append(_hidden(key, block))
    return renamed(first[0], "Condition"), operators


def _add(node: Mapping, key: Text, values: Node) -> None:
    """Add values under a key; what comes under the same key is put together, as Terraform does."""
    for index, (other, before) in enumerate(node.entries):
        if other.value == key.value and isinstance(before, List) and isinstance(values, List):
            both = List([*before.items, *values.items], before.source, before.start, before.end)
            node.entries[index] = (other, both)
            return
    node.entries.append((key, values))


def _entries(block: Node) -> Iterator[Entry]:
    """Give what a block has, each `dynamic` block by itself: Terraform's JSON may have several in one value."""
    for key, value in block.entries if isinstance(block, Mapping) else ():
        if key.value != "dynamic":
            yield key, value
            continue
        for found in blocks(value):
            for label, inner in found.entries if isinstance(found, Mapping) else ():
                yield key, Mapping([(label, inner)], found.source, found.start, found.end)


def _dynamic(key: Text, value: Node) -> str | None:
    """Name the block that a `dynamic` block makes, None for all others."""
    if key.value != "dynamic" or not isinstance(value, Mapping) or not value.entries:
        return None
    return value.entries[0][0].value


def _hidden(key: Text, value: Node) -> Entry:
    """Give an entry of which nobody knows what it is called."""
    return Text(DAMAGED, key.source, key.start, key.end), Unknown(UNNAMED, value.source, value.start, value.end)


def _without_marks(node: Node) -> Node:
    """Write policy variables as IAM does: `&{…}` stands for `${…}`, which would be Terraform's."""
    if isinstance(node, List):
        return List([_without_marks(item) for item in node.items], node.source, node.start, node.end)
    if isinstance(node, Unknown) and node.why == CHOICE and node.argument is not None:
        return Unknown(CHOICE, node.source, node.start, node.end, _without_marks(node.argument))
    if isinstance(node, Text) and "&{" in node.value:
        return Text(node.value.replace("&{", "${"), node.source, node.start, node.end)
    return node


def _is_star(node: Node) -> bool:
    return (
        isinstance(node, List)
        and len(node.items) == 1
        and isinstance(node.items[0], Text)
        and node.items[0].value == "*"
    )


def _is_empty(node: Node) -> bool:
    return (
        isinstance(node, Null)
        or (isinstance(node, List) and not node.items)
        or (isinstance(node, Text) and not node.value)
    )


def _at(value: str, block: Node) -> Text:
    """Say what a block says by not saying it; the place is where it opens."""
    return Text(value, block.source, block.start, block.start + 1)
