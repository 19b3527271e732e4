"""How members of requests and responses are shown in a record: by their shapes, in CloudTrail's spelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

__all__ = ["MAP", "VALUE", "VALUES", "Shape", "Shapes", "camel", "cloudtrail_date", "show", "shown_value"]

# How a member is shown: "value" for a string, number, boolean or time, "values" for a list of them,
# "map" for text by text under the caller's own names; a mapping for a structure, by its members;
# a tuple for a list of structures.
Shape: TypeAlias = "str | Mapping[str, Shape] | tuple[Mapping[str, Shape]]"
Shapes: TypeAlias = Mapping[str, Shape]

VALUE: Final = "value"
VALUES: Final = "values"
MAP: Final = "map"

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONGEST_NUMBER: Final = 64  # bits, more than any of the API's has


def show(shapes: Shapes, members: Mapping[str, Any]) -> dict[str, object]:
    """Give what is shown of a request, a response or a structure, by CloudTrail's names.

    Args:
        shapes: what is shown, by the API's names; of the rest nothing is.
        members: the API's members; blobs may be among them.

    """
    found = {}
    for name, shape in shapes.items():
        value = members.get(name)
        if value is not None and (shown := shown_value(shape, value)) is not None:
            found[camel(name)] = shown
    return found


def shown_value(shape: Shape, value: object) -> object:
    """Give one member as it is shown, None where there is nothing that may be."""
    if isinstance(shape, tuple):
        return [show(shape[0], item) for item in _items(value) if isinstance(item, Mapping)]
    if isinstance(shape, Mapping):
        return show(shape, value) if isinstance(value, Mapping) else None
    if shape == MAP:
        pairs = value.items() if isinstance(value, Mapping) else ()
        return {name: text for name, text in pairs if isinstance(name, str) and isinstance(text, str)}
    if shape == VALUES:
        return [item for each in _items(value) if (item := _scalar(each)) is not None]
    return _scalar(value)


def camel(name: str) -> str:
    """Spell a member as CloudTrail does: `KeyId` is `keyId`, and `AWSAccountId` stays."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def cloudtrail_date(time: datetime) -> str:
    """Write a time within a record as CloudTrail does: `Aug 10, 2022, 10:38:27 PM`.

    One without an offset is in UTC, as the request's checks take it (`shapes.py`).
    """
    time = time.replace(tzinfo=UTC) if time.utcoffset() is None else time.astimezone(UTC)
    half = "AM" if time.hour < 12 else "PM"  # noqa: PLR2004 - noon
    hour = time.hour % 12 or 12
    return f"{_MONTHS[time.month - 1]} {time.day}, {time.year}, {hour}:{time.minute:02}:{time.second:02} {half}"


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray) else ()


def _scalar(value: object) -> object:
    if isinstance(value, int) and value.bit_length() > _LONGEST_NUMBER:
        return None  # refused, too; and of the longest ones Python writes no digits
    if isinstance(value, str | bool | int):
        return value
    try:
        return cloudtrail_date(value) if isinstance(value, datetime) else None
    except OverflowError:
        return None  # beyond the years that there are, and refused as that
