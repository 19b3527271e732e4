"""Shapes of the service model, compiled: a function for each, that gives the accepted value or what is wrong with it.

All constraints of a request are told at once, in AWS's words and the model's order; a value of the
wrong type ends it at once (KMS 26).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias, cast

from policyeval.catalog.kms_model import Shape
from policyeval.kms.errors import KmsError

__all__ = ["LONGEST_MAP", "Check", "Fault", "Refused", "compile_shape", "java_pattern"]

# Gives the accepted value, or a `Refused`; raises SerializationException for a value of another type.
Check: TypeAlias = Callable[[object], object]

LONGEST_MAP: Final = 65_536
"""Characters of an encryption context, ours: AWS says no bound, and each of them is looked at for each condition."""

# How many elements are told to be wrong at most: a list of a hundred thousand gets no answer of megabytes.
_ENOUGH: Final = 1_000
_NOT_NULL: Final = "Member must not be null"
_LEAST: Final = -(2**31)
_MOST: Final = 2**31 - 1


class Fault(NamedTuple):
    """A constraint that does not hold: where, how the value is printed, what should hold.

    `path` is seen from the value itself; whatever holds the value puts its name before it.
    """

    path: str
    shown: str
    constraint: str

    def under(self, name: str) -> Fault:
        """See it from what holds the value under a name."""
        return self._replace(path=f"{name}.{self.path}" if self.path else name)

    def __str__(self) -> str:
        return f"Value{self.shown} at '{self.path}' failed to satisfy constraint: {self.constraint}"


class Refused(NamedTuple):
    """What is wrong with a value; never empty."""

    faults: Sequence[Fault]

    def words(self) -> str:
        """Say it as AWS does."""
        found = "1 validation error" if len(self.faults) == 1 else f"{len(self.faults)} validation errors"
        return f"{found} detected: {'; '.join(map(str, self.faults))}"


class _Constraint(NamedTuple):
    holds: Callable[[Any], bool]
    text: str


def compile_shape(shape: Shape) -> Check:
    """Make the function that checks values of a shape."""
    match shape.type:
        case "structure":
            return _structure(shape)
        case "list":
            return _list(shape)
        case "map":
            return _map(shape)
        case _:
            return _scalar(shape)


def _structure(shape: Shape) -> Check:
    members = [
        (name, name[0].lower() + name[1:], name in shape.required, compile_shape(member))
        for name, member in shape.members.items()
    ]

    def check(value: object) -> object:
        if not isinstance(value, Mapping):
            raise _mistyped(value, "Expected null")
        accepted: dict[str, object] = {}
        faults: list[Fault] = []
        for name, place, required, check_member in members:
            given = value.get(name)
            if given is not None:
                found = accepted[name] = check_member(given)
                if type(found) is Refused:
                    faults += [fault.under(place) for fault in found.faults]
            elif required:
                faults.append(Fault(place, " null", _NOT_NULL))
        return Refused(faults) if faults else accepted

    return check


def _list(shape: Shape) -> Check:
    element = cast("Shape", shape.member)
    check_element, constraints, show = compile_shape(element), _constraints(shape), _show(shape)
    of_elements = f"Member must satisfy constraint: [{', '.join(each.text for each in _constraints(element))}]"

    def check(value: object) -> object:
        if not isinstance(value, list | tuple):
            raise _mistyped(value, "Expected list or null")
        # Null is absent, in a list too.
        given = [item for item in value if item is not None]
        found, refused = list[object](), list[tuple[int, Refused]]()
        for number, item in enumerate(given, 1):
            accepted = check_element(item)
            found.append(accepted)
            if isinstance(accepted, Refused):
                refused.append((number, accepted))
                if len(refused) == _ENOUGH:
                    break
        faults = [Fault("", show(given), text) for holds, text in constraints if not holds(given)]
        if element.type == "structure":
            faults += [fault.under(f"{number}.member") for number, item in refused for fault in item.faults]
        elif refused:
            faults.append(Fault("", show(given), of_elements))
        return Refused(faults) if faults else found

    return check


def _map(shape: Shape) -> Check:
    # The model's maps are of plain strings: once the types are right, a null can be wrong, or how much there is.
    check_key, check_value = compile_shape(cast("Shape", shape.key)), compile_shape(cast("Shape", shape.value))
    show = _show(shape)

    def check(value: object) -> object:
        if not isinstance(value, Mapping):
            raise _mistyped(value, "Expected map or null")
        accepted = {check_key(key): None if item is None else check_value(item) for key, item in value.items()}
        if None in accepted.values():
            # Not left out: less would be bound to the ciphertext than the caller wrote.
            return Refused([Fault("", show(accepted), f"Map value must satisfy constraint: [{_NOT_NULL}]")])
        if sum(len(text) for pair in accepted.items() for text in cast("tuple[str, str]", pair)) > LONGEST_MAP:
            return Refused([Fault("", "", f"Map must have at most {LONGEST_MAP} characters, keys and values together")])
        return accepted

    return check


def _scalar(shape: Shape) -> Check:
    kept, read = _READ[shape.type]
    constraints, show = _constraints(shape), _show(shape)

    def check(value: object) -> object:
        if type(value) is not kept:
            value = read(value)
        faults = [Fault("", show(value), text) for holds, text in constraints if not holds(value)]
        return Refused(faults) if faults else value

    return check


# The constraints, in the order in which AWS lists them


def _constraints(shape: Shape) -> tuple[_Constraint, ...]:
    measure, what = (int, "value") if shape.type == "integer" else (len, "length")
    found = []
    if (high := shape.max) is not None:
        text = f"Member must have {what} less than or equal to {high}"
        found.append(_Constraint(lambda value: measure(value) <= high, text))
    if (low := shape.min) is not None:
        text = f"Member must have {what} greater than or equal to {low}"
        found.append(_Constraint(lambda value: measure(value) >= low, text))
    if shape.pattern is not None:
        matches = java_pattern(shape.pattern).fullmatch
        text = f"Member must satisfy regular expression pattern: {shape.pattern}"
        found.append(_Constraint(lambda value: matches(value) is not None, text))
    if shape.enum:
        text = f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
        found.append(_Constraint(frozenset(shape.enum).__contains__, text))
    return tuple(found)


def java_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern written for Java: a dot matches none of five line ends, and word characters are ASCII."""
    if pattern.startswith(_OF_TAGS):
        return re.compile(pattern.replace(_OF_TAGS, _LETTERS_SPACES_NUMBERS))
    dotted = re.compile(r"\\.|\[(?:\\.|[^\]])*\]|\.")
    python = dotted.sub(lambda part: r"[^\n\r\u0085\u2028\u2029]" if part[0] == "." else part[0], pattern)
    return re.compile(python, re.ASCII)


# The one class by Unicode's properties that the models have; Python knows none of them. Its `\w` is letters,
# numbers and the underscore, and there are so few separators that they are written out.
_OF_TAGS: Final = r"[\p{L}\p{Z}\p{N}_"
_LETTERS_SPACES_NUMBERS: Final = r"[\w \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


def _show(shape: Shape) -> Callable[[object], str]:
    """Print values as AWS does, in Java's notation; never what is secret, never bytes."""
    return (lambda value: f" '{_in_java(value)}'") if _is_showable(shape) else (lambda _: "")


def _is_showable(shape: Shape) -> bool:
    parts = [part for part in (shape.member, shape.key, shape.value) if part is not None]
    return not shape.sensitive and shape.type not in {"blob", "structure"} and all(map(_is_showable, parts))


def _in_java(value: object) -> str:
    match value:
        case None:
            return "null"
        case list():
            return f"[{', '.join(map(_in_java, value))}]"
        case dict():
            return "{" + ", ".join(f"{key}={_in_java(item)}" for key, item in value.items()) + "}"
        case _:
            return str(value)


# The types


def _mistyped(value: object, words: str) -> KmsError:
    """Say what stands where another type belongs; `words` are those for a scalar, {} its token."""
    match value:
        case Mapping():
            words = "Start of structure or map found where not expected."
        case list() | tuple():
            words = "Start of list found where not expected"
        case bool():
            words = words.format("TRUE_VALUE" if value else "FALSE_VALUE")
        case str():
            words = words.format("STRING_VALUE")
        case int() | float():
            words = words.format("NUMBER_VALUE")
        case _:
            words = "Unexpected field type"
    return KmsError("SerializationException", words)


def _text(value: object) -> str:
    if isinstance(value, str):
        return str.__str__(value)
    raise _mistyped(value, "{} can not be converted to a String")


def _blob(value: object) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    raise _mistyped(value, "{} can not be converted to a Blob")


def _integer(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and _LEAST <= value <= _MOST:
        return int(value)
    raise _mistyped(value, "{} can not be converted to an Integer")


def _boolean(value: object) -> NoReturn:
    raise _mistyped(value, "{} can not be converted to a Boolean")


def _time(value: object) -> datetime:
    """Read a time; one without an offset is in UTC."""
    try:
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC) if value.utcoffset() is None else value.astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        pass  # beyond the years that there are
    raise _mistyped(value, "{} can not be converted to milliseconds since epoch")


_READ: Final[Mapping[str, tuple[type | None, Callable[[object], object]]]] = {
    # The class of values that are taken as they are, and what reads the others.
    "string": (str, _text),
    "blob": (bytes, _blob),
    "integer": (None, _integer),
    "boolean": (bool, _boolean),
    "timestamp": (None, _time),
}
