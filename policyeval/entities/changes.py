"""What-ifs in files: `changes` say of what is described how it would be.

Builders ask here as they make each thing. What they never ask about is not described, and a change of it is a fault:
it would change nothing, and all that is asked of it would be answered as things are today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

from policyeval.entities.reading import Document, Spot
from policyeval.entities.schema import ChangeModel, EntitiesModel
from policyeval.entities.suggest import did_you_mean
from policyeval.model.source import Diagnostic

T = TypeVar("T")
Claim = Callable[[tuple[object, ...], str, Spot], bool]

_ORGANIZATION: Final = ("service_control_policies", "resource_control_policies")
_IDENTITY: Final = ("identity_policies", "permissions_boundary")
FIELDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "account": _ORGANIZATION,
        "unit": _ORGANIZATION,
        "managed policy": ("document",),
        "group": ("identity_policies",),
        "user": _IDENTITY,
        "role": ("trust_policy", *_IDENTITY),
        "key": ("policy", "grants"),
        "AWS managed key": ("grants",),  # a service made its policy, which nobody changes (K10)
        "resource": ("policy",),
        "VPC endpoint": ("policy",),
    }
)
"""What can be changed of each kind of thing; lists can be added to as well."""

_INSTEAD: Final = "write what is there instead"
# What has the others has them always.
_REMOVABLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "user": "permissions_boundary",
        "role": "permissions_boundary",
        "resource": "policy",
        "VPC endpoint": "policy",
    }
)


class Change:
    """What all changes together say of one thing, in the order of the files."""

    def __init__(
        self,
        said: Iterable[tuple[ChangeModel, Spot]] = (),
        removable: str | None = None,
        miss: Callable[[Spot], None] | None = None,
    ) -> None:
        self._said = tuple(said)
        self._removable = removable
        self._miss = miss

    def one(self, field: str, described: Any, spot: Spot) -> tuple[Any, Spot]:  # noqa: ANN401 - a policy's node
        """Give what stands in a field and where: by the last change that tells, else as `spot` describes it.

        None, where it is removed. That what is removed is not there is a fault.
        """
        found, where = described, spot.at(field)
        for model, place in self._said:
            if field in model.model_fields_set:
                found, where = getattr(model, field), place.at(field)
            elif field == self._removable and field in model.remove:
                where = place.at("remove", model.remove.index(field))
                if found is None and self._miss is not None:
                    self._miss(where)
                found = None
        return found, where

    def many(
        self, field: str, described: Iterable[tuple[T, Spot]]
    ) -> tuple[list[tuple[T, Spot]], list[tuple[T, Spot]]]:
        """Give what a list holds and what is added to it, each value with where it stands."""
        held: list[tuple[T, Spot]] = list(described)
        added: list[tuple[T, Spot]] = []
        for model, where in self._said:
            if field in model.model_fields_set:
                # What the same file adds comes to it, whichever is said first.
                held, added = listed(getattr(model, field), where.at(field)), _of_file(added, where)
            added += listed(getattr(model.add, field), where.at("add", field))
        return held, added

    def is_after(self, spot: Spot, other: Spot) -> bool:
        """Tell whether a place is in a later file than a place in these changes."""
        files = [id(where.document) for _, where in self._said]
        return id(spot.document) in files[files.index(id(other.document)) :] and spot.document is not other.document

    def revoked(self) -> list[tuple[str, Spot]]:
        """Give the ids of the grants that would be no more; none of a list that a later file has another for."""
        gone: list[tuple[str, Spot]] = []
        for model, where in self._said:
            if "grants" in model.model_fields_set:
                gone = _of_file(gone, where)
            gone += listed(model.revoke, where.at("revoke"))
        return gone


_NONE: Final = Change()


class Changes:
    """The changes of a file and of those it starts from."""

    def __init__(self, chain: Iterable[Document[EntitiesModel]], faults: list[Diagnostic], claim: Claim) -> None:
        self._faults = faults
        self._claim = claim
        self._said = [each for document in chain for each in listed(document.model.changes, document.spot("changes"))]
        self._changed = frozenset(model.of for model, _ in self._said)
        self._described: dict[str, None] = {}

    def of(self, kind: str, *names: str) -> Change:
        """Give what is said of a thing that is described; `names` are all that it goes by."""
        if not self._said:
            return _NONE
        met = names[0] in self._described  # one of AWS's own policies, which the exports of two accounts print
        self._described |= dict.fromkeys(names)
        if self._changed.isdisjoint(names):
            return _NONE
        said = [(model, spot) for model, spot in self._said if model.of in names]
        for model, spot in said if not met else ():
            self._fit(model, spot, kind, names[0])
        field, name = _REMOVABLE.get(kind), names[0]
        return Change(said, field, lambda spot: self._faults.append(spot.fault(f"`{name}` has no `{field}` to remove")))

    def finish(self) -> None:
        """Note the changes of what nobody describes."""
        for model, spot in self._said:
            if model.of not in self._described:
                hint = "describe it first, here or in the file that this one starts from"
                message = f"`{model.of}` is not described: nothing of it can change"
                self._faults.append(spot.at("of").fault(message, did_you_mean(model.of, self._described) or hint))

    def _fit(self, model: ChangeModel, spot: Spot, kind: str, name: str) -> None:
        """Note what such a thing has not, and what one file says of it twice."""
        for index, gone in enumerate(model.remove):
            self._fit_removal(gone, spot.at("remove", index), kind, name)
        for where in _fields(model, spot):
            field = str(where.path[-1])
            changed = "grants" if field == "revoke" else field
            if changed not in FIELDS[kind]:
                hint = f"what can change of the {kind}: {', '.join(FIELDS[kind])}"
                self._faults.append(where.fault(f"`{name}` has no `{changed}` that can change", hint))
            elif where.path[-2] != "add":
                self._claim(("change", id(spot.document), name, field), f"`{field}` of `{name}`", where)

    def _fit_removal(self, field: str, where: Spot, kind: str, name: str) -> None:
        if field != _REMOVABLE.get(kind):
            hint = f"what the {kind} can be without: {_REMOVABLE[kind]}" if kind in _REMOVABLE else _INSTEAD
            self._faults.append(where.fault(f"`{name}` has no `{field}` that can be removed", hint))
        else:
            self._claim(("change", id(where.document), name, field), f"`{field}` of `{name}`", where)


def _fields(model: ChangeModel, spot: Spot) -> Iterator[Spot]:
    yield from (spot.at(field) for field in sorted(model.model_fields_set - {"of", "add", "remove"}))
    yield from (spot.at("add", field) for field in sorted(model.add.model_fields_set))


def _of_file(values: Iterable[tuple[T, Spot]], where: Spot) -> list[tuple[T, Spot]]:
    return [each for each in values if each[1].document is where.document]


def listed(values: Iterable[T], spot: Spot) -> list[tuple[T, Spot]]:
    """Give the values of a list, each with where it stands."""
    return [(value, spot.at(index)) for index, value in enumerate(values)]
