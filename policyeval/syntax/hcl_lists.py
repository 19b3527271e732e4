"""The items of HCL's lists, and the members of its objects, that functions put together, as far as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from policyeval.syntax.objects import DAMAGED
from policyeval.syntax.tree import CHOICE, REFERENCE, UNNAMED, List, Mapping, Null, Text, Unknown

if TYPE_CHECKING:
    from policyeval.syntax.tree import Node

_Member: TypeAlias = "tuple[Text, Node]"
_Members: TypeAlias = "dict[str, _Member]"

# How many conditions in a row may decide one member of a merged object.
_MAX_CHOICES: Final = 64


def flattened(item: Node) -> list[Node]:
    """Give what an item of a list becomes when lists in it are dissolved."""
    if isinstance(item, List):
        return [inner for each in item.items for inner in flattened(each)]
    options = item.argument.items[1:] if isinstance(item, Unknown) and isinstance(item.argument, List) else []
    return items_of(item) if any(isinstance(option, List) for option in options) else [item]


def items_of(given: Node) -> list[Node]:
    """Give the items of a list, each chosen by itself where a condition chooses among lists."""
    if isinstance(given, List):
        return given.items
    if isinstance(given, Unknown) and given.why is CHOICE and isinstance(given.argument, List):
        condition, held, otherwise = given.argument.items
        chosen = [[condition, item, Null()] for item in items_of(held)]
        chosen += [[condition, Null(), item] for item in items_of(otherwise)]
        return [Unknown(CHOICE, given.source, given.start, given.end, List(options)) for options in chosen]
    return [Unknown(REFERENCE, given.source, given.start, given.end)]


def compacted(items: list[Node]) -> list[Node]:
    """Leave the empty strings of a list out, also where a condition chooses one."""
    return [_without_empty(item) for item in items if not _is_empty(item)]


def _without_empty(item: Node) -> Node:
    if not isinstance(item, Unknown) or item.why is not CHOICE or not isinstance(item.argument, List):
        return item
    condition, *branches = item.argument.items
    kept = [Null() if _is_empty(branch) else _without_empty(branch) for branch in branches]
    return Unknown(CHOICE, item.source, item.start, item.end, List([condition, *kept]))


def _is_empty(item: Node) -> bool:
    return isinstance(item, Null) or (isinstance(item, Text) and not item.value)


def merged(objects: list[Node]) -> list[_Member]:
    """Give the members of objects in one, of which a later one goes before; what is unknown may have any of them."""
    members: _Members = {}
    for given in objects:
        options = _options(given)
        if options is not None:
            condition, *branches = options
            for name in dict.fromkeys(name for branch in branches for name in branch):
                members[name] = _chosen(name, given, condition, branches, members)
        elif isinstance(given, Mapping):
            found = _members_of(given)
            if DAMAGED in found:
                members = found
            else:
                members.update(found)
        elif not isinstance(given, Null):
            at = (given.source, given.start, given.end)
            members = {DAMAGED: (Text(DAMAGED, *at), Unknown(UNNAMED, *at))}
    return list(members.values())


def _members_of(given: Mapping) -> _Members:
    return {key.value: (key, value) for key, value in given.entries}


def _options(given: Node) -> tuple[Node, _Members, _Members] | None:
    """Take a choice between objects apart, of which one may be null, if all their members are known."""
    if not isinstance(given, Unknown) or given.why is not CHOICE or not isinstance(given.argument, List):
        return None
    condition, *branches = given.argument.items
    if not all(isinstance(branch, Mapping | Null) for branch in branches):
        return None
    held, otherwise = (_members_of(branch) if isinstance(branch, Mapping) else {} for branch in branches)
    return None if DAMAGED in held or DAMAGED in otherwise else (condition, held, otherwise)


def _chosen(name: str, given: Node, condition: Node, branches: list[_Members], members: _Members) -> _Member:
    """Give a member that a choice has in one of its objects; in the other it is what it was before."""
    at = (given.source, given.start, given.end)
    absent = Unknown(REFERENCE, *at) if DAMAGED in members else Null(*at)
    before = members[name][1] if name in members else absent
    found = [branch.get(name) for branch in branches]
    key = next(each[0] for each in found if each is not None)
    if _is_deep(before):
        return key, Unknown(REFERENCE, *at)
    values = [before if each is None else each[1] for each in found]
    return key, Unknown(CHOICE, *at, List([condition, *values], *at))


def _is_deep(node: Node) -> bool:
    """Tell whether choices lead to choices without end: each is a step for whoever follows them."""
    level = [node]
    for _ in range(_MAX_CHOICES):
        chosen = [each.argument for each in level if isinstance(each, Unknown) and each.why is CHOICE]
        level = [branch for options in chosen if isinstance(options, List) for branch in options.items[1:]]
        if not level:
            return False
    return True
