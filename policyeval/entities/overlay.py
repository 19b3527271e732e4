"""A map that is cheap to change into another one: a shared base and a small layer of changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

# Above this many changes (or a 256th of the base) a new base is cheaper than copying the layer.
_LAYER = 64


class _Gone:
    """Stands in the layer for a key that the base has and this map has not."""


_GONE = _Gone()


class Overlay(Generic[K, V]):
    """An immutable map. `with_item` and `without` give a new one in time that does not grow with the base.

    `get` is the base's own method while nothing was changed, so that looking up costs what a dict costs.
    """

    __slots__ = ("_base", "_layer", "get")

    def __init__(self, base: Mapping[K, V] | None = None, layer: dict[K, V | _Gone] | None = None) -> None:
        self._base: Mapping[K, V] = base if base is not None else {}
        self._layer = layer or {}
        self.get = self._look_up if self._layer else self._base.get

    def __reduce__(self) -> tuple[object, ...]:
        return Overlay, (dict(self.items()),)

    def _look_up(self, key: K, default: V | None = None) -> V | None:
        found = self._layer.get(key)
        if found is None:
            return self._base.get(key, default)
        return default if isinstance(found, _Gone) else found

    def __contains__(self, key: object) -> bool:
        return self.get(key) is not None  # type: ignore[arg-type]  # a key of another type is just not there

    def __len__(self) -> int:
        gone = sum(isinstance(value, _Gone) and key in self._base for key, value in self._layer.items())
        added = sum(not isinstance(value, _Gone) and key not in self._base for key, value in self._layer.items())
        return len(self._base) - gone + added

    def __iter__(self) -> Iterator[K]:
        return (key for key, _ in self.items())

    def items(self) -> Iterator[tuple[K, V]]:
        """Go through what is there: the base's order, then what came later."""
        if not self._layer:
            return iter(self._base.items())
        return self._layered_items()

    def _layered_items(self) -> Iterator[tuple[K, V]]:
        base = ((key, self._layer.get(key, value)) for key, value in self._base.items())
        added = ((key, value) for key, value in self._layer.items() if key not in self._base)
        return ((key, value) for key, value in chain(base, added) if not isinstance(value, _Gone))

    def values(self) -> Iterator[V]:
        """Go through the values in the same order."""
        return (value for _, value in self.items())

    def with_item(self, key: K, value: V) -> Overlay[K, V]:
        """Give a map that also has this."""
        return self._changed(key, value)

    def without(self, key: K) -> Overlay[K, V]:
        """Give a map that has this no more."""
        return self._changed(key, _GONE)

    def _changed(self, key: K, value: V | _Gone) -> Overlay[K, V]:
        layer = {**self._layer, key: value}
        if len(layer) <= max(_LAYER, len(self._base) // 256):
            return Overlay(self._base, layer)
        return Overlay(dict(Overlay(self._base, layer).items()))
