"""The request's own condition keys: folded, typed, and checked against what is known (S33, S34)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from policyeval.authorizer.actions import ActionFacts
from policyeval.catalog.keys import ConditionKey, lookup
from policyeval.errors import RequestError
from policyeval.evaluator import values
from policyeval.evaluator.context import Value
from policyeval.evaluator.globs import is_arn
from policyeval.model.request import ContextValue
from policyeval.model.source import Diagnostic


def _arn(text: str) -> str:
    if not is_arn(text):
        message = "not an ARN"
        raise ValueError(message)
    return text


_READERS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "Bool": (values.boolean, "`true` or `false`"),
    "Date": (values.instant, "a date such as `2026-01-31T12:00:00Z`, or epoch seconds"),
    "Numeric": (values.number, "a number"),
    "IpAddress": (values.address, "an IP address"),
    "Binary": (values.binary, "base64"),
    "Arn": (_arn, "an ARN"),
}


def fold(context: Mapping[str, ContextValue], action: ActionFacts, note: Callable[[str], None]) -> dict[str, Value]:
    """Fold the keys a caller gave, and read their values.

    `note` is told of kms: keys that requests for the action do not carry; those are left out (K6, K9).

    Raises:
        RequestError: a value of the wrong type, or one key twice.

    """
    folded: dict[str, Value] = {}
    faults: list[Diagnostic] = []
    for name, raw in context.items():
        key = name.lower()
        if key in folded:
            faults.append(Diagnostic(f"context key `{name}` is given twice", "the case of a key does not matter"))
            continue
        if key.startswith("kms:") and action.service == "kms" and not action.carries(key):
            note(f"requests for `{action.name}` do not carry `{name}`: left out")
            continue
        value: Value
        try:
            value = raw if raw.__class__ is str else text(raw)  # type: ignore[assignment]
        except TypeError:
            faults.append(Diagnostic(f"context key `{name}` has a value of type {type(raw).__name__}", _TYPES))
            continue
        known = lookup(key)
        if known is not None:
            value = _shape(known, value, name, faults)
        folded[key] = value
    if faults:
        raise RequestError(faults)
    return folded


_TYPES = "give a string, number, boolean, datetime or a list of them"


def text(value: ContextValue) -> str | tuple[str, ...]:
    """Write a context value as policies compare it; a list stays multi-valued.

    Raises:
        TypeError: it is none of the types of the contract.

    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime):
        aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        items = [text(item) for item in value]
        if all(isinstance(item, str) for item in items):
            return tuple(str(item) for item in items)
    raise TypeError


def _shape(known: ConditionKey, value: Value, name: str, faults: list[Diagnostic]) -> Value:
    """Give a known key its number of values, and check their type."""
    if known.multivalued:
        value = (value,) if isinstance(value, str) and value else value
    elif isinstance(value, tuple):
        if len(value) > 1:
            faults.append(Diagnostic(f"context key `{name}` has one value, not {len(value)}"))
            return None
        value = value[0] if value else None
    if known.type == "String" or "String" in known.also:
        return value
    readers = [_READERS[kind] for kind in (known.type, *known.also)]
    for item in (value,) if isinstance(value, str) else value or ():
        if item and not any(_reads(read, item) for read, _ in readers):
            faults.append(Diagnostic(f"context key `{name}` is `{item}`", f"give {readers[0][1]}"))
    return value


def _reads(read: Callable[[str], Any], item: str) -> bool:
    try:
        read(item)
    except (ValueError, OverflowError):
        return False
    return True
