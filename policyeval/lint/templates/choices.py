"""What CloudFormation's `Fn::If`, or a condition of Terraform's, makes of the parts of a policy: each by itself.

Conditions of different names may exclude each other, and nobody knows which do: a possibility decides those alone that
lead to one branch, and leaves what depends on others unknown. So it never has two branches that no stack has together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from policyeval.lint.templates.functions import is_nothing, nothing
from policyeval.syntax.tree import CHOICE, List, Mapping, Node, Null, Text, Unknown, pointer_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.finding import Finding
    from policyeval.model.source import Place

_NARROWING: Final = "Condition"

Way: TypeAlias = frozenset[tuple[str, bool]]
"""The conditions that lead to a branch, each with the truth that it takes."""


class Choice(NamedTuple):
    """A call of `Fn::If`: its condition, by name or as written, and what there is when that holds and when not."""

    condition: str
    branches: dict[bool, Node]


def choice(node: Node) -> Choice | None:
    """Take a call of `Fn::If` apart; None for what is none, or none that CloudFormation takes."""
    if not isinstance(node, Unknown) or node.why != CHOICE or not isinstance(node.argument, List):
        return None
    match node.argument.items:
        case [Text(value=condition), held, otherwise]:
            return Choice(condition, {True: _or_nothing(held), False: _or_nothing(otherwise)})
    return None


def _or_nothing(branch: Node) -> Node:
    """Take null for what takes a value away, which it is to Terraform; CloudFormation knows none."""
    return nothing(branch) if isinstance(branch, Null) else branch


def beyond(taken: Way, node: Node, index: int) -> Way:
    """Give the way on into the branch with this index of a call; the way there if nobody comes by it."""
    call = choice(node)
    return (_further(taken, call.condition, holds=index == 1) or taken) if call is not None else taken


def _further(taken: Way, condition: str, *, holds: bool) -> Way | None:
    """Take one more condition; None where it is already taken to be otherwise, and there is no such way."""
    return None if (condition, not holds) in taken else taken | {(condition, holds)}


def ways(root: Node, given: Way = frozenset()) -> list[Way]:
    """Give the ways to the branches within a value, without those that lead on, and those to nothing.

    `given` are the conditions under which the value is there at all. Without conditions a statement says more: there
    nothing is a branch, too.
    """
    # Those that lead on have a branch with choices of its own.
    found: dict[Way, None] = {}
    leading_on: set[Way] = set()
    waiting: list[tuple[Node, Way, bool]] = [(root, given, False)]
    while waiting:
        node, taken, narrows = waiting.pop()
        if isinstance(node, Mapping):
            waiting += [(value, taken, narrows or key.value == _NARROWING) for key, value in reversed(node.entries)]
        elif isinstance(node, List):
            waiting += [(item, taken, narrows) for item in reversed(node.items)]
        elif (call := choice(node)) is not None:
            for holds, branch in reversed(call.branches.items()):
                way = _further(taken, call.condition, holds=holds)
                if way is not None and (narrows or not is_nothing(branch)):
                    found[way] = None
                    waiting.append((branch, way, narrows))
                    if way != taken:
                        leading_on.add(taken)
    return [way for way in found if way not in leading_on]


def _is_emptied(node: Node, decided: Node) -> bool:
    """Tell whether nothing is left of an object: such a condition asks for nothing, as if it were not there."""
    return isinstance(node, Mapping) and isinstance(decided, Mapping) and bool(node.entries) and not decided.entries


class Possibility:
    """A policy as it is when some conditions are decided. `node` is it, with the places of the template."""

    def __init__(self, policy: Node, pointer: str, way: Way) -> None:
        """Decide the conditions of a way in a policy, which stands at this pointer."""
        self._way: Final = dict(way)
        # Where in the template what has another pointer here is.
        self._moved: dict[str, str] = {}
        self.node: Final = self._decide(policy, pointer, pointer)

    def found_here(self, finding: Finding) -> Finding:
        """Give a finding with the pointers of the template, and no fix: it would hold in this possibility alone."""
        place, also = self._in_template(finding.place), tuple(map(self._in_template, finding.also))
        return replace(finding, place=place, also=also, fix=None)

    def _in_template(self, place: Place) -> Place:
        at = place.pointer
        while at and at not in self._moved:
            at = at.rpartition("/")[0]
        return replace(place, pointer=self._moved[at] + place.pointer[len(at) :]) if at else place

    def _decide(self, node: Node, pointer: str, home: str) -> Node:
        """Make a value anew, at `pointer`; in the template it is at `home`."""
        call = choice(node)
        if call is not None and call.condition in self._way:
            holds = self._way[call.condition]
            return self._decide(call.branches[holds], pointer, f"{home}/Fn::If/{1 if holds else 2}")
        if pointer != home:
            self._moved[pointer] = home
        if isinstance(node, Mapping):
            return Mapping(list(self._entries(node, pointer, home)), node.source, node.start, node.end)
        if isinstance(node, List):
            return List(self._items(node, pointer, home), node.source, node.start, node.end)
        return node

    def _entries(self, node: Mapping, pointer: str, home: str) -> Iterator[tuple[Text, Node]]:
        for key, value in node.entries:
            step = f"/{pointer_part(key.value)}"
            decided = self._decide(value, pointer + step, home + step)
            emptied = _is_emptied(value, decided) and _NARROWING in f"{pointer}{step}".split("/")
            if not is_nothing(decided) and not emptied:
                yield key, decided

    def _items(self, node: List, pointer: str, home: str) -> list[Node]:
        items: list[Node] = []
        for index, item in enumerate(node.items):
            decided = self._decide(item, f"{pointer}/{len(items)}", f"{home}/{index}")
            if not is_nothing(decided):
                items.append(decided)
        return items
