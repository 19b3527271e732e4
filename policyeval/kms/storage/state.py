"""All that a store in memory holds, as one immutable value; a change gives a new one.

Parts that did not change are shared, so a change costs about the same however much is held.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter
from typing import Generic, NamedTuple, TypeVar

from policyeval.entities.overlay import Overlay
from policyeval.entities.values import grantee_of
from policyeval.kms.records import Alias, Key, KeyUse, Material
from policyeval.kms.storage import faults
from policyeval.kms.storage.grantees import retirer_of
from policyeval.model.grant import Grant

V = TypeVar("V")

_grant_id = attrgetter("grant_id")
_version = attrgetter("version")
_name = attrgetter("name")


class Shelf(Generic[V]):
    """Values by name; sorted by name when somebody first asks for that."""

    __slots__ = ("_by_name", "_sorted", "get")

    def __init__(self, by_name: Overlay[str, V] | None = None) -> None:
        self._by_name: Overlay[str, V] = by_name if by_name is not None else Overlay()
        self._sorted: dict[str, tuple[V, ...]] = {}
        self.get = self._by_name.get

    def __iter__(self) -> Iterator[V]:
        return self._by_name.values()

    def count(self) -> int:
        """Tell how many there are."""
        return len(self._by_name)

    def with_item(self, name: str, value: V) -> Shelf[V]:
        """Give these and one more, which takes the place of one with its name."""
        return Shelf(self._by_name.with_item(name, value))

    def without(self, name: str) -> Shelf[V]:
        """Give these without one."""
        return Shelf(self._by_name.without(name))

    def all(self) -> tuple[V, ...]:
        """Give all by name, the same tuple each time."""
        found = self._sorted.get("")
        if found is None:
            # Of two threads that come first, both get the tuple of one.
            found = self._sorted.setdefault("", tuple(value for _, value in sorted(self._by_name.items(), key=_first)))
        return found

    def page(self, by: attrgetter[str], after: str, limit: int) -> tuple[V, ...]:
        """Give a page; `by` gives a value's name."""
        everything = self.all()
        start = bisect_right(everything, after, key=by)
        return everything[start : start + limit]


def _first(item: tuple[str, object]) -> str:
    return item[0]


class Held(NamedTuple):
    """A key and all that belongs to it."""

    key: Key
    aliases: tuple[Alias, ...] = ()
    materials: tuple[Material, ...] = ()
    grants: Shelf[Grant] = Shelf()
    by_grantee: Overlay[str, tuple[Grant, ...]] = Overlay()
    last_use: KeyUse | None = None

    def has_dates(self) -> bool:
        """Tell whether it may become due at all."""
        return next(self._dates(), None) is not None

    def is_due(self, now: datetime) -> bool:
        """Tell whether any of its dates has come."""
        return any(date <= now for date in self._dates())

    def _dates(self) -> Iterator[datetime]:
        key = self.key
        yield from (date for date in (key.deletion_date, key.next_rotation, key.valid_to) if date is not None)
        for material in self.materials:
            if material.wrapped is not None and material.valid_to is not None:
                yield material.valid_to


class State(NamedTuple):
    """What is stored. Keys and aliases stand a second time by account and Region, for pages."""

    held: Overlay[str, Held] = Overlay()
    dated: Overlay[str, Held] = Overlay()
    ids: Overlay[tuple[str, str], str] = Overlay()
    keys: Overlay[tuple[str, str], Shelf[Key]] = Overlay()
    aliases: Overlay[str, Alias] = Overlay()
    alias_names: Overlay[tuple[str, str], Shelf[Alias]] = Overlay()
    retirable: Overlay[str, Shelf[Grant]] = Overlay()
    settings: Overlay[str, bytes] = Overlay()

    def owned(self, arn: str) -> Held:
        """Give a key with all that belongs to it. Raises `StorageError` when it is not there."""
        found = self.held.get(arn)
        if found is None:
            raise faults.no_key(arn)
        return found

    def with_held(self, held: Held) -> State:
        """Replace what belongs to a key."""
        arn = held.key.arn
        dated = self.dated
        if held.has_dates():
            dated = dated.with_item(arn, held)
        elif arn in dated:
            dated = dated.without(arn)
        return self._replace(held=self.held.with_item(arn, held), dated=dated)

    def with_key(self, key: Key) -> State:
        """Write a key."""
        taken = self.ids.get((key.region, key.key_id))
        if taken is not None and taken != key.arn:
            raise faults.id_taken(key.region, key.key_id, taken)
        known = self.held.get(key.arn)
        shelf = self.keys.get((key.account, key.region)) or Shelf()
        return self._replace(
            ids=self.ids if taken is not None else self.ids.with_item((key.region, key.key_id), key.arn),
            keys=self.keys.with_item((key.account, key.region), shelf.with_item(key.key_id, key)),
        ).with_held(known._replace(key=key) if known is not None else Held(key))

    def without_key(self, arn: str) -> State:
        """Forget a key and all that belongs to it."""
        held = self.held.get(arn)
        if held is None:
            return self
        state = self
        for alias in held.aliases:
            state = state.without_alias(alias.arn)
        for grant in held.grants:
            state = state.unretirable(grant)
        key = held.key
        place = (key.account, key.region)
        return state._replace(
            held=state.held.without(arn),
            dated=state.dated.without(arn) if arn in state.dated else state.dated,
            ids=state.ids.without((key.region, key.key_id)),
            keys=state.keys.with_item(place, (state.keys.get(place) or Shelf()).without(key.key_id)),
        )

    def with_material(self, material: Material) -> State:
        """Write a version of a key's material."""
        held = self.owned(material.key_arn)
        materials = _with(held.materials, material, _version)
        return self.with_held(held._replace(materials=materials))

    def with_alias(self, alias: Alias) -> State:
        """Write an alias, and take it from the key that it was for."""
        self.owned(alias.target)
        state = self.without_alias(alias.arn)
        held = state.owned(alias.target)
        place = (alias.account, alias.region)
        shelf = state.alias_names.get(place) or Shelf()
        return state._replace(
            aliases=state.aliases.with_item(alias.arn, alias),
            alias_names=state.alias_names.with_item(place, shelf.with_item(alias.name, alias)),
        ).with_held(held._replace(aliases=_with(held.aliases, alias, _name)))

    def without_alias(self, arn: str) -> State:
        """Forget an alias."""
        alias = self.aliases.get(arn)
        if alias is None:
            return self
        held = self.owned(alias.target)
        place = (alias.account, alias.region)
        shelf = self.alias_names.get(place) or Shelf()
        return self._replace(
            aliases=self.aliases.without(arn),
            alias_names=self.alias_names.with_item(place, shelf.without(alias.name)),
        ).with_held(held._replace(aliases=tuple(other for other in held.aliases if other.arn != arn)))

    def with_grant(self, grant: Grant) -> State:
        """Write a grant."""
        self.owned(grant.key_arn)
        retirer = retirer_of(grant)
        if retirer is not None:
            shelf = self.retirable.get(retirer) or Shelf()
            same = shelf.get(grant.grant_id)
            if same is not None and same.key_arn != grant.key_arn:
                raise faults.grant_id_taken(grant.grant_id, same.key_arn)
        state = self.without_grant(grant.key_arn, grant.grant_id)
        if retirer is not None:
            shelf = state.retirable.get(retirer) or Shelf()
            retirable = state.retirable.with_item(retirer, shelf.with_item(grant.grant_id, grant))
            state = state._replace(retirable=retirable)
        held = state.owned(grant.key_arn)
        grantee = grantee_of(grant)
        found = _with(held.by_grantee.get(grantee) or (), grant, _grant_id)
        return state.with_held(
            held._replace(
                grants=held.grants.with_item(grant.grant_id, grant),
                by_grantee=held.by_grantee.with_item(grantee, found),
            ),
        )

    def without_grant(self, key_arn: str, grant_id: str) -> State:
        """Forget a grant."""
        held = self.held.get(key_arn)
        grant = held.grants.get(grant_id) if held is not None else None
        if held is None or grant is None:
            return self
        grantee = grantee_of(grant)
        left = tuple(other for other in held.by_grantee.get(grantee) or () if other is not grant)
        by_grantee = held.by_grantee.with_item(grantee, left) if left else held.by_grantee.without(grantee)
        return self.unretirable(grant).with_held(
            held._replace(grants=held.grants.without(grant_id), by_grantee=by_grantee)
        )

    def unretirable(self, grant: Grant) -> State:
        """File a grant under its retiring principal no more."""
        retirer = retirer_of(grant)
        if retirer is None:
            return self
        shelf = (self.retirable.get(retirer) or Shelf()).without(grant.grant_id)
        return self._replace(retirable=self.retirable.with_item(retirer, shelf))


def _with(items: tuple[V, ...], item: V, by: attrgetter[str] | attrgetter[int]) -> tuple[V, ...]:
    """Put an item into its place in a sorted tuple, instead of one with its name."""
    at = bisect_left(items, by(item), key=by)
    same = at < len(items) and by(items[at]) == by(item)
    return (*items[:at], item, *items[at + same :])
