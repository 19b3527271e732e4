"""What can be written where a cursor is."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.catalog.keys import CONDITION_KEYS, PREFIX_KEYS, lookup
from policyeval.catalog.service_data import service_data
from policyeval.evaluator.conditions import split_operator
from policyeval.evaluator.operators import NULL, OPERATORS
from policyeval.lint.editor.cursor import find_spot
from policyeval.lint.editor.meanings import OPERATOR_MEANINGS, service_keys, services_of, supported_keys
from policyeval.lint.editor.slots import Placed, Slot, place
from policyeval.model.policy import CURRENT_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from policyeval.lint.editor.walk import Spot


class Sort(Enum):
    """What a proposal is, for its icon and for what is told of it."""

    ELEMENT = "an element"
    VALUE = "a value"
    SERVICE = "a service"
    ACTION = "an action"
    KEY = "a condition key"
    OPERATOR = "an operator"


class Proposal(NamedTuple):
    """A text to write, and a word on it; the lower its `rank`, the further up."""

    text: str
    sort: Sort
    detail: str = ""
    rank: int = 0


class Completion(NamedTuple):
    """Proposals for the text from `start` to `end`; each is written between `before` and `after`."""

    proposals: tuple[Proposal, ...]
    start: int
    end: int
    before: str = ""
    after: str = ""


_POLICY: Final = ("Version", "Id", "Statement")
_ELEMENTS: Final = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_KINDS: Final = ("AWS", "Service", "Federated", "CanonicalUser")
_SETS: Final = ("ForAnyValue:", "ForAllValues:")
# What may be part of the name or value that is being written, after the cursor.
_REST: Final = re.compile(r"[\w:*?/.${}@-]*")
_COLON: Final = re.compile(r"[\"']?[ \t]*:(?=\s|$)")
# The service authorization reference writes families both ways.
_VARIABLE: Final = re.compile(r"\$\{|<")
_SLOTS_OF_NAMES: Final = frozenset(
    {Slot.POLICY_ELEMENT, Slot.ELEMENT, Slot.PRINCIPAL_KIND, Slot.OPERATOR, Slot.CONDITION_KEY}
)


def complete(text: str, cursor: int, *, yaml: bool = False) -> Completion | None:
    """Give what can be written at an offset; None where nothing of a policy can."""
    spot = find_spot(text, cursor, yaml=yaml)
    placed = place(spot)
    if placed is None:
        return None
    rest = _REST.match(text, cursor, max(cursor, spot.end))
    end = rest.end() if rest is not None else cursor
    written = text[spot.start : cursor]
    proposals = tuple(_PROPOSALS[placed.slot](placed, spot, written))
    before = after = ""
    if not spot.quote and not yaml:
        before = after = '"'
    if placed.slot in _SLOTS_OF_NAMES and not spot.quote and not _COLON.match(text, end):
        after += ": "
    return Completion(proposals, spot.start, end, before, after)


def _policy(_placed: Placed, spot: Spot, _written: str) -> Iterator[Proposal]:
    yield from _others(_POLICY, spot)


def _elements(placed: Placed, spot: Spot, _written: str) -> Iterator[Proposal]:
    for proposal in _others(_ELEMENTS, spot):
        plain = proposal.text.removeprefix("Not")
        other = plain if plain != proposal.text else f"Not{plain}"
        if other not in placed.statement.keys() - {spot.word}:
            yield proposal


def _kinds(_placed: Placed, spot: Spot, _written: str) -> Iterator[Proposal]:
    yield from _others(_KINDS, spot)


def _others(names: Iterable[str], spot: Spot) -> Iterator[Proposal]:
    """Propose the names that the object around the cursor does not have."""
    there = _siblings(spot)
    yield from (Proposal(name, Sort.ELEMENT, rank=rank) for rank, name in enumerate(names) if name not in there)


def _siblings(spot: Spot) -> set[str]:
    # A name that an object is yet to begin with has no siblings: the object around it is another.
    inside = len(spot.objects) > len(spot.path)
    return spot.objects[-1].keys() - {spot.word} if inside else set()


def _versions(_placed: Placed, _spot: Spot, _written: str) -> Iterator[Proposal]:
    yield Proposal(CURRENT_VERSION, Sort.VALUE)


def _effects(_placed: Placed, _spot: Spot, _written: str) -> Iterator[Proposal]:
    yield Proposal("Allow", Sort.VALUE)
    yield Proposal("Deny", Sort.VALUE)


def _actions(placed: Placed, _spot: Spot, written: str) -> Iterator[Proposal]:
    prefix, colon, _ = written.lower().partition(":")
    if colon:
        yield from _actions_of(prefix)
        return
    # The services of the statement come first: most statements are about one.
    named = [*placed.statement.get("Action", ()), *placed.statement.get("NotAction", ())]
    here = {action.lower().partition(":")[0] for action in named if ":" in action}
    for service_prefix in sorted(service_data().services):
        yield Proposal(f"{service_prefix}:", Sort.SERVICE, rank=service_prefix not in here)


def _actions_of(prefix: str) -> Iterator[Proposal]:
    service = service_data().service(prefix)
    if service is None:
        return
    for folded, name in service.action_names.items():
        action = service.action(folded)
        yield Proposal(f"{prefix}:{name}", Sort.ACTION, action.access_level if action is not None else "")


def _operators(_placed: Placed, spot: Spot, _written: str) -> Iterator[Proposal]:
    there = _siblings(spot)
    for rank, prefix in enumerate(("", *_SETS)):
        for name, meaning in OPERATOR_MEANINGS.items():
            if not (name == NULL and prefix):
                yield from _operator(f"{prefix}{name}", meaning, rank, there)


def _operator(text: str, meaning: str, rank: int, there: set[str]) -> Iterator[Proposal]:
    forms = (text,) if text == NULL else (text, f"{text}IfExists")
    for more, form in enumerate(forms):
        if form not in there:
            yield Proposal(form, Sort.OPERATOR, meaning, 2 * rank + more)


def _keys(placed: Placed, spot: Spot, _written: str) -> Iterator[Proposal]:
    """Propose keys: first those that the statement's actions have and the operator compares."""
    there = {name.lower() for name in _siblings(spot)}
    actions = placed.statement.get("Action", [])
    supported = {_stem(name) for name in supported_keys(actions)}
    kinds = _compared(placed.path[1])
    for name, kind in _known_keys([*actions, *placed.statement.get("NotAction", ())]).items():
        if name.lower() in there:
            continue
        is_global = name.startswith("aws:")
        fits = not kinds or kind.partition(",")[0] in kinds
        rank = 2 * (not fits) + (not is_global and _stem(name) not in supported)
        yield Proposal(name, Sort.KEY, kind, rank)


def _known_keys(actions: Iterable[str]) -> Mapping[str, str]:
    """Give the global keys and those of the actions' services, each with its type."""
    rows = [*CONDITION_KEYS.values(), *PREFIX_KEYS.values()]
    found = {_family(row.name): _kind(row.type, row.multivalued) for row in rows if row.name.startswith("aws:")}
    for service in services_of(actions):
        for key in service_keys(service):
            if not (key.name.startswith("aws:") and lookup(key.name.lower())):
                found.setdefault(_family(key.name), _kind(key.type, key.multivalued))
    return found


def _kind(name: str, multivalued: bool) -> str:  # noqa: FBT001 - it is what the tables say
    return f"{name}, several values" if multivalued else name


def _family(name: str) -> str:
    """Write a family of keys up to what differs: `aws:RequestTag/`."""
    return _VARIABLE.split(name, maxsplit=1)[0]


def _stem(name: str) -> str:
    return _family(name).lower()


def _compared(operator: str) -> frozenset[str]:
    """Name the types that an operator compares; none for Null and for what is no operator."""
    base = split_operator(operator)[1]
    if base not in OPERATORS:
        return frozenset()
    plain = base.removeprefix("Not")
    kind = next((kind for kind in ("Numeric", "Date", "Bool", "Binary", "IpAddress", "Arn") if kind in plain), "String")
    return frozenset({kind})


def _values(placed: Placed, _spot: Spot, _written: str) -> Iterator[Proposal]:
    _, operator, key = placed.path
    known = lookup(key.lower())
    if operator == NULL or (known is not None and known.type == "Bool"):
        yield Proposal("true", Sort.VALUE)
        yield Proposal("false", Sort.VALUE)


_PROPOSALS: Final[Mapping[Slot, Callable[[Placed, Spot, str], Iterator[Proposal]]]] = {
    Slot.POLICY_ELEMENT: _policy,
    Slot.VERSION: _versions,
    Slot.ELEMENT: _elements,
    Slot.EFFECT: _effects,
    Slot.ACTION: _actions,
    Slot.PRINCIPAL_KIND: _kinds,
    Slot.OPERATOR: _operators,
    Slot.CONDITION_KEY: _keys,
    Slot.CONDITION_VALUE: _values,
}
