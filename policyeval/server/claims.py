"""What a request says of its own signature, in the Authorization header or in the query. None of it is believed yet."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from policyeval.server.canonical import read_query
from policyeval.server.refusals import Dialect
from policyeval.server.wire import WireRequest

__all__ = ["TOKEN_HEADER", "Claim", "read_claim", "read_time"]

TOKEN_HEADER: Final = b"x-amz-security-token"

_HEADER_PARTS: Final = frozenset({"Credential", "Signature", "SignedHeaders"})
_QUERY_PARTS: Final = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
_QUERY_TOKEN: Final = "X-Amz-Security-Token"  # noqa: S105 - a parameter's name

_NO_SIGNATURE: Final = "Request is missing Authentication Token"
_NO_PAIR: Final = (
    "Invalid key=value pair (missing equal-sign) in Authorization header"
    " (hashed with SHA-256 and encoded with Base64): '{}'."
)

_BASIC: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z")
# As HTTP writes times: Sun, 06 Nov 1994 08:49:37 GMT
_HTTP: Final = re.compile(r"[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Claim(NamedTuple):
    """Which key signed what, when, as the request has it."""

    algorithm: str
    credential: str
    signed_headers: str
    signature: str
    date: str  # in ISO 8601's basic format, where it is a time at all
    token: str | None
    presigned: bool = False


def read_claim(request: WireRequest, headers: Mapping[bytes, bytes], dialect: Dialect) -> Claim:
    """Find a request's claim.

    Raises:
        WireError: there is none, there are two, or parts are missing.

    """
    authorization = headers.get(b"authorization", b"").strip().decode("latin-1")
    query = _read_parameters(request.query) if request.query else {}
    presigned = "X-Amz-Algorithm" in query
    if authorization and presigned:
        message = "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
        raise dialect.wrong(message)
    if presigned:
        return _from_query(query, dialect)
    if not authorization.startswith("AWS4-"):
        raise dialect.unsigned(_NO_SIGNATURE)
    return _from_header(authorization, headers, dialect)


def _from_header(authorization: str, headers: Mapping[bytes, bytes], dialect: Dialect) -> Claim:
    algorithm, _, rest = authorization.partition(" ")
    parts: dict[str, str] = {}
    for pair in rest.replace(",", " ").split():
        name, equal, value = pair.partition("=")
        if not equal:
            raise dialect.incomplete(_NO_PAIR.format(_hashed(authorization)))
        if name in parts:
            message = f"Authorization header has more than one '{name}' parameter."
            raise dialect.incomplete(message)
        parts[name] = value
    date = _date_of(headers)
    if date is None or not parts.keys() >= _HEADER_PARTS:
        raise dialect.incomplete(_what_is_missing(parts, date, authorization))
    token = headers.get(TOKEN_HEADER)
    return Claim(
        algorithm,
        parts["Credential"],
        parts["SignedHeaders"],
        parts["Signature"],
        date,
        None if token is None else token.strip().decode("latin-1"),
    )


def _what_is_missing(parts: Mapping[str, str], date: str | None, authorization: str) -> str:
    found = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if name not in parts
    ]
    if date is None:
        found.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    shown = f"(Hashed with SHA-256 and encoded with Base64) Authorization={_hashed(authorization)}"
    return " ".join([*found, shown])


def _date_of(headers: Mapping[bytes, bytes]) -> str | None:
    date = headers.get(b"x-amz-date")
    if date is not None:
        return date.strip().decode("latin-1")
    date = headers.get(b"date")
    return None if date is None else _in_basic_format(date.strip().decode("latin-1"))


def _from_query(query: Mapping[str, list[str]], dialect: Dialect) -> Claim:
    missing = [f"AWS query-string parameters must include '{name}'." for name in _QUERY_PARTS if name not in query]
    # The signature is not signed itself, and of two dates only one would be looked at.
    missing += [
        f"AWS query-string parameters must include '{name}' only once."
        for name in (*_QUERY_PARTS, _QUERY_TOKEN)
        if len(query.get(name, ())) > 1
    ]
    if missing:
        raise dialect.incomplete(" ".join([*missing, "Re-examine the query-string parameters."]))
    algorithm, credential, signature, signed_headers, date = (query[name][0] for name in _QUERY_PARTS)
    token = query[_QUERY_TOKEN][0] if _QUERY_TOKEN in query else None
    return Claim(algorithm, credential, signed_headers, signature, date, token, presigned=True)


def _read_parameters(query: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in read_query(query):
        found.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    return found


def _hashed(text: str) -> str:
    """Show which header is meant without showing it: it may hold another's password."""
    return b64encode(sha256(text.encode("latin-1")).digest()).decode("ascii")


def _in_basic_format(date: str) -> str:
    """Write a Date header's time as X-Amz-Date has it, which is what is signed; what is no such time stays."""
    found = _HTTP.fullmatch(date)
    if found is None or found[2] not in _MONTHS:
        return date
    day, month, year, hour, minute, second = found.groups()
    return f"{year}{_MONTHS.index(month) + 1:02}{day}T{hour}{minute}{second}Z"


def read_time(text: str) -> datetime | None:
    """Read a time in ISO 8601's basic format, to the second and in UTC; None when it is not."""
    if _BASIC.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None  # no such day, no such hour
