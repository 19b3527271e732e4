"""AWS JSON 1.1, compiled from the service model: what KMS's clients send and get (KMS 25, KMS 26).

Decoding looks at nothing but the encoding: a value of the wrong type goes on as it is, and the
service says what is wrong with it.
"""

from __future__ import annotations

import json
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from json.encoder import encode_basestring_ascii as quote
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias, cast

from policyeval.catalog.kms_model import Shape, kms_model
from policyeval.kms.errors import KmsError

__all__ = ["CONTENT_TYPE", "TARGET", "Codec", "codec", "encode_error", "parse", "status_of"]

CONTENT_TYPE: Final = "application/x-amz-json-1.1"
TARGET: Final = "TrentService."
"""What stands before the operation's name in `X-Amz-Target`: KMS is still called as it was at first."""

_Change: TypeAlias = Callable[[Any], Any]

# What AWS services answer beyond their models: the faults that are the server's. All others are the client's.
_STATUS: Final[Mapping[str, int]] = {"InternalFailure": 500, "ServiceUnavailable": 503}


class Codec(NamedTuple):
    """How one operation is read and answered.

    `decode` takes the value that a request's body is and gives the API's members, blobs as bytes. `encode`
    takes a response and gives the body, empty where the model has none.
    """

    decode: Callable[[Any], Any]
    encode: Callable[[Mapping[str, object]], bytes]


def codec(operation: str) -> Codec | None:
    """Give the codec of an operation, None where the service has no such operation."""
    # Strangers name operations: of what they make up nothing is kept.
    return _made(operation) if operation in kms_model().operations else None


@cache
def _made(operation: str) -> Codec:
    described = kms_model().operations[operation]
    return Codec(_change(described.input, _blob_of, None) or _as_it_is, _encoder(described.output))


def encode_error(code: str, message: str) -> bytes:
    """Write an error's body; a message that is empty is left out (KMS 25)."""
    return _dump({"__type": code, "message": message} if message else {"__type": code})


def status_of(code: str) -> int:
    """Give an error's HTTP status: 400 unless the fault is the server's (KMS 25)."""
    return kms_model().errors.get(code) or _STATUS.get(code, 400)


# Reading


def parse(body: bytes) -> Any:  # noqa: ANN401 - whatever JSON there is
    """Read a body.

    Raises:
        KmsError: `SerializationException`: it is no JSON.

    """
    try:
        value = _parse(body.decode())
        if b"\\" in body and b"\\u" in body:  # to look for one byte takes no time
            _dump_raw(value).encode()  # half of a surrogate pair is no text
    except (ValueError, RecursionError):
        raise KmsError("SerializationException") from None
    return value


def _refuse(constant: str) -> NoReturn:
    message = f"{constant} is no JSON"
    raise ValueError(message)


_parse: Final = json.JSONDecoder(parse_constant=_refuse).decode


def _as_it_is(value: object) -> object:
    return value


def _blob_of(value: object) -> object:
    """Read base64; what is none stays, to be refused as a value of the wrong type."""
    if isinstance(value, str):
        try:
            return a2b_base64(value.encode("ascii"), strict_mode=True)
        except (NotBase64, UnicodeEncodeError):
            return value
    return value


# Writing


def _encoder(shape: Shape | None) -> Callable[[Mapping[str, object]], bytes]:
    if shape is None:
        return lambda _: b""
    writers = {name: (f'"{name}":'.encode("ascii"), _writer(member)) for name, member in shape.members.items()}

    def encode(response: Mapping[str, object]) -> bytes:
        parts = []
        for name, value in response.items():
            if value is not None:
                label, write = writers[name]
                parts.append(label + write(value))
        return b"{%b}" % b",".join(parts)

    return encode


def _writer(shape: Shape) -> Callable[[Any], bytes]:
    """Make what writes a member of a response. Blobs and strings, as most are, need no general encoder."""
    match shape.type:
        case "blob":  # base64 has nothing to escape
            return lambda value: b'"%b"' % b2a_base64(value, newline=False)
        case "string":
            return lambda value: quote(value).encode("ascii")
        case _:
            change = _change(shape, _base64, _seconds) or _as_it_is
            return lambda value: _dump(change(value))


def _base64(value: bytes) -> str:
    return b2a_base64(value, newline=False).decode("ascii")


def _seconds(value: datetime) -> float:
    """Write a time in seconds since the epoch, to the millisecond as AWS does."""
    return round(value.timestamp(), 3)


_encode_ascii: Final = json.JSONEncoder(separators=(",", ":")).encode
_dump_raw: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def _dump(value: object) -> bytes:
    return _encode_ascii(value).encode("ascii")


# Both: what has to change in a value of a shape


def _change(shape: Shape, blob: _Change, time: _Change | None) -> _Change | None:
    """Make the function that changes what JSON has no value for; None where there is nothing of the kind."""
    match shape.type:
        case "blob":
            return blob
        case "timestamp":
            return time
        case "structure":
            return _in_structure(shape, blob, time)
        case "list":
            return _in_list(_change(cast("Shape", shape.member), blob, time))
        case _:
            return None


def _in_structure(shape: Shape, blob: _Change, time: _Change | None) -> _Change | None:
    changes = [
        (name, change) for name, member in shape.members.items() if (change := _change(member, blob, time)) is not None
    ]
    if not changes:
        return None

    def change_members(value: Any) -> Any:  # noqa: ANN401 - of any type: what is no structure stays
        if not isinstance(value, dict):
            return value
        changed = value.copy()
        for name, change in changes:
            found = value.get(name)
            if found is not None:
                changed[name] = change(found)
        return changed

    return change_members


def _in_list(change: _Change | None) -> _Change | None:
    if change is None:
        return None
    return lambda value: [change(item) for item in value] if isinstance(value, list | tuple) else value
