"""Signature Version 4 once more, after AWS's description and not after the product's code: slow, in text, step by step.

It signs what botocore would not: any list of signed headers, any algorithm, any scope.
"""

from __future__ import annotations

import hashlib
import hmac
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from policyeval.server.wire import WireRequest


@dataclass(frozen=True)
class Draft:
    """A request that is to be signed, and what is to be claimed of its signature.

    Its headers are all that there will be but Authorization; all of them are signed unless `signed` says which.
    """

    method: str = "POST"
    path: str = "/"
    query: str = ""
    headers: Sequence[tuple[str, str]] = (
        ("Host", "kms.us-east-1.amazonaws.com"),
        ("Content-Type", "application/x-amz-json-1.1"),
        ("X-Amz-Date", "20260517T093000Z"),
        ("X-Amz-Target", "TrentService.ListKeys"),
    )
    body: bytes = b"{}"
    key: str = "AKIAIOSFODNN7EXAMPLE"
    secret: str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCY"  # noqa: S105 - of nobody
    timestamp: str = "20260517T093000Z"
    region: str = "us-east-1"
    service: str = "kms"
    signed: Sequence[str] | None = None
    payload: str | None = None
    """What is signed as the body's hash."""


@dataclass(frozen=True)
class Steps:
    """What comes out of a draft."""

    canonical_request: str
    string_to_sign: str
    signature: str
    request: WireRequest


def sign(draft: Draft) -> Steps:
    """Sign in the Authorization header."""
    canonical, string, signature = compute(draft, draft.query)
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={_credential(draft)}, SignedHeaders={';'.join(_names(draft))}, "
        f"Signature={signature}"
    )
    return Steps(canonical, string, signature, _sent(draft, draft.query, ("Authorization", authorization)))


def presign(draft: Draft, *more: tuple[str, str], last: Sequence[tuple[str, str]] = ()) -> Steps:
    """Sign in the query; `more` are further parameters that are signed, `last` some that are not."""
    parameters = [
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", _credential(draft)),
        ("X-Amz-Date", draft.timestamp),
        ("X-Amz-SignedHeaders", ";".join(_names(draft))),
        *more,
    ]
    query = "&".join(
        [*([draft.query] if draft.query else []), *(f"{name}={_encode(value)}" for name, value in parameters)]
    )
    canonical, string, signature = compute(draft, query)
    sent = "&".join([query, f"X-Amz-Signature={signature}", *(f"{name}={_encode(value)}" for name, value in last)])
    return Steps(canonical, string, signature, _sent(draft, sent))


def compute(draft: Draft, query: str, left_out: str | None = None) -> tuple[str, str, str]:
    """Give the canonical request, the string to sign and the signature; one parameter may be left out of the query."""
    names = _names(draft)
    hashed = hashlib.sha256(draft.body).hexdigest() if draft.payload is None else draft.payload
    headers = "".join(f"{name}:{_value(draft, name)}\n" for name in names)
    lines = [draft.method, _path(draft.path), _query(query, left_out), headers, ";".join(names), hashed]
    canonical = "\n".join(lines)
    scope = f"{draft.timestamp[:8]}/{draft.region}/{draft.service}/aws4_request"
    string = f"AWS4-HMAC-SHA256\n{draft.timestamp}\n{scope}\n{hashlib.sha256(canonical.encode('latin-1')).hexdigest()}"
    key = ("AWS4" + draft.secret).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return canonical, string, hmac.new(key, string.encode(), hashlib.sha256).hexdigest()


def _credential(draft: Draft) -> str:
    return f"{draft.key}/{draft.timestamp[:8]}/{draft.region}/{draft.service}/aws4_request"


def _names(draft: Draft) -> list[str]:
    return sorted({_lower(name) for name, _ in draft.headers} if draft.signed is None else draft.signed)


def _lower(name: str) -> str:
    return name.encode("latin-1").lower().decode("latin-1")


def _value(draft: Draft, wanted: str) -> str:
    values = [value for name, value in draft.headers if _lower(name) == wanted]
    return ",".join(re.sub(r"\s+", " ", value, flags=re.ASCII).strip(" ") for value in values)


def _path(path: str) -> str:
    normal = posixpath.normpath("/" + path.lstrip("/"))
    slash = "/" if path.endswith("/") and normal != "/" else ""
    return quote((normal + slash).encode("latin-1"), safe="/-_.~")


def _query(query: str, left_out: str | None) -> str:
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    encoded = [(_encode(name), _encode(value)) for name, value in pairs if name != left_out]
    return "&".join("=".join(pair) for pair in sorted(encoded))


def _encode(text: str) -> str:
    return quote(text.encode("latin-1"), safe="-_.~")


def _sent(draft: Draft, query: str, *more: tuple[str, str]) -> WireRequest:
    headers = tuple((name.lower().encode(), value.encode("latin-1")) for name, value in (*draft.headers, *more))
    return WireRequest(draft.method, draft.path.encode("latin-1"), query.encode("latin-1"), headers, draft.body)
