"""AWS's query protocol with its XML, and JSON for who asks for that: what STS's clients send and get (KMS 29)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, cast
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from policyeval.catalog.kms_model import Shape
from policyeval.catalog.sts_model import sts_model
from policyeval.kms.errors import KmsError

__all__ = [
    "AS_JSON",
    "AS_XML",
    "FORM",
    "VERSION",
    "Written",
    "encode",
    "encode_error",
    "members",
    "read_form",
    "written",
]

FORM: Final = "application/x-www-form-urlencoded"
VERSION: Final = "2011-06-15"
_NAMESPACE: Final = f"https://sts.amazonaws.com/doc/{VERSION}/"

# More than the longest good request has: 50 tags, each a key and a value.
_MOST_FIELDS: Final = 1_000
_NO_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_form(*texts: bytes) -> dict[str, str]:
    """Read forms, a request's query and its body, as one.

    Raises:
        KmsError: `MalformedQueryString`: they are no forms, or have a parameter twice.

    """
    fields: dict[str, str] = {}
    for text in texts:
        try:
            pairs = parse_qsl(
                text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
            )
        except ValueError:
            raise KmsError("MalformedQueryString", "The query string contains a syntax error.") from None
        for name, value in pairs:
            if name in fields:
                raise KmsError("MalformedQueryString", f"The parameter {name} is given more than once.")
            fields[name] = value
    return fields


def members(form: Mapping[str, str], shape: Shape) -> dict[str, Any]:
    """Give the members of a request's structure that a form has: `Tags.member.1.Key=team` and its like.

    Raises:
        KmsError: `MalformedInput`: a number is none.

    """
    return _structure(form, shape, "")


def _value(form: Mapping[str, str], shape: Shape, name: str) -> Any:  # noqa: ANN401 - of the shape's type
    match shape.type:
        case "structure":
            return _structure(form, shape, f"{name}.") or None
        case "list":
            return _list(form, cast("Shape", shape.member), name)
        case "integer":
            return _integer(form.get(name))
        case _:
            return form.get(name)


def _structure(form: Mapping[str, str], shape: Shape, prefix: str) -> dict[str, Any]:
    found = {name: _value(form, member, f"{prefix}{name}") for name, member in shape.members.items()}
    return {name: value for name, value in found.items() if value is not None}


def _list(form: Mapping[str, str], shape: Shape, name: str) -> list[Any] | None:
    """Give a list's elements by their numbers, which may leave some out; `Tags=` alone is the empty list."""
    prefix = f"{name}.member."
    numbers = {number for key in form if key.startswith(prefix) and (number := _number(key[len(prefix) :])) is not None}
    if not numbers:
        return [] if form.get(name) == "" else None
    elements = [_value(form, shape, f"{prefix}{number}") for number in sorted(numbers, key=int)]
    return [element for element in elements if element is not None]


def _number(rest: str) -> str | None:
    number = rest.partition(".")[0]
    return number if number.isascii() and number.isdecimal() and len(number) < 10 else None  # noqa: PLR2004 - 32 bits


def _integer(text: str | None) -> int | None:
    if text is None:
        return None
    if re.fullmatch(r"[+-]?[0-9]{1,10}", text, re.ASCII) is None:
        raise KmsError("MalformedInput", f'For input string: "{text}"')
    return int(text)


# Writing


class Written(NamedTuple):
    """A format of answers.

    Attributes:
        content_type: what it is called.
        encode: writes the response of an operation.
        encode_error: writes an error by its code and words.

    """

    content_type: str
    encode: Callable[[str, Mapping[str, object], str], bytes]
    encode_error: Callable[..., bytes]


def written(accept: str | None) -> Written:
    """Give the format that a request asks for: JSON where `Accept` names it, as services that verify callers do."""
    if accept is None:
        return AS_XML
    wanted = {kind.partition(";")[0].strip().lower() for kind in accept.split(",")}
    return AS_JSON if "application/json" in wanted else AS_XML


def encode(operation: str, response: Mapping[str, object], request_id: str) -> bytes:
    """Write a response."""
    result = _element(f"{operation}Result", response)
    told = _element("ResponseMetadata", {"RequestId": request_id})
    return f'<{operation}Response xmlns="{_NAMESPACE}">{result}{told}</{operation}Response>'.encode()


def encode_error(code: str, message: str, request_id: str, *, ours: bool = False) -> bytes:
    """Write an error; `ours` when the fault is the server's."""
    error = _error(code, message, ours=ours)
    body = f"{_element('Error', error)}{_element('RequestId', request_id)}"
    return f'<ErrorResponse xmlns="{_NAMESPACE}">{body}</ErrorResponse>'.encode()


def _error(code: str, message: str, *, ours: bool) -> dict[str, str]:
    return {"Type": "Receiver" if ours else "Sender", "Code": code, "Message": message}


def _element(name: str, value: object) -> str:
    return f"<{name}>{''.join(_content(value))}</{name}>"


def _content(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (_element(name, member) for name, member in value.items() if member is not None)
    elif isinstance(value, datetime):
        yield value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    else:
        # XML has no way to write some characters at all.
        yield escape(_NO_XML.sub("\N{REPLACEMENT CHARACTER}", str(value)))


def _encode_as_json(operation: str, response: Mapping[str, object], request_id: str) -> bytes:
    """Write a response under the same names; a member of the result that there is not is null."""
    shape = sts_model().operations[operation].output
    result = {**dict.fromkeys(shape.members if shape is not None else ()), **response}
    told = {f"{operation}Result": result, "ResponseMetadata": {"RequestId": request_id}}
    return _dump({f"{operation}Response": told})


def _encode_error_as_json(code: str, message: str, request_id: str, *, ours: bool = False) -> bytes:
    return _dump({"Error": _error(code, message, ours=ours), "RequestId": request_id})


def _dump(value: object) -> bytes:
    return json.dumps(value, default=datetime.timestamp, separators=(",", ":")).encode("ascii")


AS_XML: Final = Written("text/xml", encode, encode_error)
AS_JSON: Final = Written("application/json", _encode_as_json, _encode_error_as_json)
