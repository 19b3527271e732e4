"""The request's own condition keys: folded, typed, and left out where the action carries none (S33, K9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from policyeval.authorizer.actions import ActionFacts
from policyeval.authorizer.contradictions import may_contradict
from policyeval.catalog.keys import lookup
from policyeval.errors import RequestError
from policyeval.evaluator import values
from policyeval.evaluator.context import Value, Values
from policyeval.evaluator.globs import is_arn
from policyeval.model.keeping import keep
from policyeval.model.request import ContextValue
from policyeval.model.source import Diagnostic


def _arn(text: str) -> str:
    if not is_arn(text):
        raise ValueError
    return text


_READERS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "Bool": (values.boolean, "`true` or `false`"),
    "Date": (values.instant, "a date such as `2026-01-31T12:00:00Z`, or epoch seconds"),
    "Numeric": (values.number, "a number"),
    "IpAddress": (values.address, "an IP address"),
    "Binary": (values.binary, "base64"),
    "Arn": (_arn, "an ARN"),
}
_LOOKS_RIGHT: Mapping[str, Callable[[str], object]] = {
    "Bool": frozenset({"true", "false"}).__contains__,
    "Date": values.is_plain_date,
    # Callers come from few addresses, and reading one costs as much as a statement.
    "IpAddress": lru_cache(maxsize=16384)(values.is_plain_v4),
    "Arn": is_arn,
}


def _never(_text: str) -> bool:
    return False


_TYPES = "give a string, number, boolean, datetime or a list of them"


class Key:
    """A context key as it was written once, and what its values must be.

    `readers` read the texts of a key whose values are not just any. `guarded`: it can contradict what
    is derived, or set it (S34). `looks_right` knows the common texts of its type, others are read; it
    is None where any text will do.
    """

    __slots__ = ("expected", "folded", "guarded", "kms", "looks_right", "multivalued", "readers", "single")

    def __init__(self, name: str) -> None:
        self.folded = name.lower()
        known = lookup(self.folded)
        self.multivalued = known is not None and known.multivalued
        self.single = known is not None and not known.multivalued
        self.kms = self.folded.startswith("kms:")
        self.guarded = may_contradict(self.folded)
        kinds = (known.type, *known.also) if known is not None else ("String",)
        self.readers = () if "String" in kinds else tuple(_READERS[kind][0] for kind in kinds)
        self.looks_right: Callable[[str], object] | None = None
        if self.multivalued:
            self.looks_right = _never
        elif self.readers:
            self.looks_right = _LOOKS_RIGHT.get(kinds[0], _never)
        self.expected = _READERS[kinds[0]][1] if self.readers else ""


class KeyReader:
    """Reads the context that callers give; what there is to know of a key is looked up once."""

    def __init__(self) -> None:
        self._keys: dict[str, Key] = {}
        self._met: dict[str, dict[str, Key]] = {}

    def met(self, action: ActionFacts) -> dict[str, Key]:
        """Give the keys met so far, as written, that requests for an action carry and that contradict nothing."""
        found = self._met.get(action.folded)
        if found is None:
            found = {}
            keep(self._met, action.folded, found)
        return found

    def read(
        self, context: Mapping[str, ContextValue], action: ActionFacts, note: Callable[[str], None]
    ) -> tuple[dict[str, Value], bool]:
        """Fold the keys and read their values; tell also whether any could contradict what is derived.

        `note` is told of kms: keys that requests for the action do not carry; those are left out (K6, K9).

        Raises:
            RequestError: a value of the wrong type, or one key twice.

        """
        folded: dict[str, Value] = {}
        faults: list[Diagnostic] = []
        guarded, read, met = False, 0, self.met(action)
        for name, raw in context.items():
            key = self._keys.get(name) or self._learn(name)
            if key.kms and not action.carries(key.folded):
                note(f"requests for `{action.name}` do not carry `{name}`: left out")
                continue
            read += 1
            if key.guarded:
                guarded = True
            elif name not in met:
                keep(met, name, key)
            looks_right = key.looks_right
            if raw.__class__ is str and (looks_right is None or looks_right(raw)):
                folded[key.folded] = raw
            else:
                folded[key.folded] = _value(key, name, raw, faults)
        if len(folded) != read:
            faults += _given_twice(context)
        if faults:
            raise RequestError(faults)
        return folded, guarded

    def _learn(self, name: str) -> Key:
        key = Key(name)
        keep(self._keys, name, key)
        return key


NO_KEYS: Mapping[str, Key] = {}
"""What a caller with long-term credentials gives `read_met`."""

TOLD_BY_SESSIONS: Mapping[str, Key] = {"aws:TokenIssueTime": Key("aws:TokenIssueTime")}
"""The guarded key that comes with every request of temporary credentials, and then contradicts nothing (S34)."""


def read_met(
    context: Mapping[str, ContextValue], met: Mapping[str, Key], of_session: Mapping[str, Key]
) -> Values | None:
    """Read a context of keys met before, as `KeyReader.read` does; None where others or faults are in it.

    `of_session` are `TOLD_BY_SESSIONS` where temporary credentials sign, and else none.
    """
    folded: dict[str, Value] = {}
    for name in context:  # every line counts: `items` would cost more
        key = met.get(name) or of_session.get(name)
        if key is None:
            return None
        raw, looks_right = context[name], key.looks_right
        if raw.__class__ is str and (looks_right is None or looks_right(raw)):
            folded[key.folded] = raw
            continue
        faults: list[Diagnostic] = []
        folded[key.folded] = _value(key, name, raw, faults)
        if faults:
            return None
    return folded if len(folded) == len(context) else None


def _given_twice(context: Mapping[str, ContextValue]) -> list[Diagnostic]:
    names = [name.lower() for name in context]
    twice = [name for index, name in enumerate(context) if name.lower() in names[:index]]
    return [Diagnostic(f"context key `{name}` is given twice", "the case of a key does not matter") for name in twice]


def _value(key: Key, name: str, raw: ContextValue, faults: list[Diagnostic]) -> Value:
    try:
        value: Value = text(raw)
    except TypeError:
        faults.append(Diagnostic(f"context key `{name}` has a value of type {type(raw).__name__}", _TYPES))
        return None
    except ValueError:  # Python writes no integer of more than 4,300 digits
        faults.append(Diagnostic(f"context key `{name}` has a number of too many digits"))
        return None
    if key.multivalued:
        value = (value,) if isinstance(value, str) and value else value
    elif key.single and isinstance(value, tuple):
        if len(value) > 1:
            faults.append(Diagnostic(f"context key `{name}` has one value, not {len(value)}"))
        value = value[0] if value else None
    if key.readers and value:
        _check(key, name, value, faults)
    return value


def _check(key: Key, name: str, value: Value, faults: list[Diagnostic]) -> None:
    items = (value,) if isinstance(value, str) else value or ()
    faults += [
        Diagnostic(f"context key `{name}` is `{item}`", f"give {key.expected}")
        for item in items
        if item and not any(_reads(read, item) for read in key.readers)
    ]


def _reads(read: Callable[[str], Any], item: str) -> bool:
    try:
        read(item)
    except (ValueError, OverflowError):
        return False
    return True


def text(value: ContextValue) -> str | tuple[str, ...]:
    """Write a context value as policies compare it; a list stays multi-valued.

    Raises:
        TypeError: it is none of the types of the contract.

    """
    if isinstance(value, str):
        return str.__str__(value)  # of a class of its own, an enumeration's say, the text alone
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):  # a class of its own may print itself as it likes
        return int.__repr__(value) if isinstance(value, int) else float.__repr__(value)
    if isinstance(value, datetime):
        aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        items = [text(item) for item in value]
        if all(isinstance(item, str) for item in items):
            return tuple(str(item) for item in items)
    raise TypeError


def fold_pairs(pairs: Mapping[str, str]) -> Mapping[str, Value]:
    """Fold the names of an encryption context (K8).

    Raises:
        RequestError: a value that is no string.

    """
    for name, value in pairs.items():
        if value.__class__ is not str:
            message = f"encryption context `{name}` has a value of type {type(value).__name__}"
            raise RequestError([Diagnostic(message, "an encryption context holds strings")])
    return fold_names(pairs)


def fold_names(pairs: Mapping[str, str]) -> Mapping[str, Value]:
    """Fold names of pairs or tags; two that differ in case alone are one condition key with two values."""
    folded: dict[str, Value] = {name.lower(): value for name, value in pairs.items()}
    if len(folded) != len(pairs):
        alike: dict[str, list[str]] = {}
        for name, value in pairs.items():
            alike.setdefault(name.lower(), []).append(value)
        folded |= {key: tuple(values) for key, values in alike.items() if len(values) > 1}
    return folded
