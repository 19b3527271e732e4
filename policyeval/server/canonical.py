"""The canonical form of a request, and its signature: Signature Version 4 as a computation.

Everything is bytes as they were sent, so that what was signed and what is checked cannot differ by a decoding.
AWS's guide describes the form under "Create a signed AWS API request"; what follows is for every service but S3,
which normalizes no paths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from hmac import digest
from typing import Final, NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

from policyeval.kms.crypto.prf import PrfKey, keyed, prf
from policyeval.server.wire import WireRequest

__all__ = ["Scope", "canonical_request", "read_query", "sign", "signer", "string_to_sign"]

ALGORITHM: Final = "AWS4-HMAC-SHA256"
TERMINATOR: Final = "aws4_request"
SIGNATURE_PARAMETER: Final = b"X-Amz-Signature"


class Scope(NamedTuple):
    """What a signature is good for."""

    date: str
    region: str
    service: str


def read_query(query: bytes) -> list[tuple[bytes, bytes]]:
    """Decode a query string into names and values, in order; a plus is a space, as in forms.

    Whatever acts on a query reads it with this, so that what was signed is what is done.
    """
    pairs = (pair.partition(b"=") for pair in query.replace(b"+", b" ").split(b"&") if pair)
    return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in pairs]


def canonical_request(
    request: WireRequest, headers: Mapping[bytes, bytes], signed: Sequence[bytes], *, presigned: bool
) -> bytes:
    """Write a request in the form that is hashed.

    The body is hashed here whatever `X-Amz-Content-Sha256` says of it. So a body that the signer left out
    (`UNSIGNED-PAYLOAD`, which only S3 and a few others take) never matches.

    Args:
        request: as it was sent.
        headers: its headers, folded.
        signed: the names of those that were signed, in lower case and sorted; all of them are there.
        presigned: the signature is one of the query's parameters, and so not among what is signed.

    """
    lines = [
        request.method.encode(),
        _canonical_path(request.path),
        _canonical_query(request.query, SIGNATURE_PARAMETER if presigned else None),
        *[name + b":" + b" ".join(headers[name].split()) for name in signed],
        b"",
        b";".join(signed),
        sha256(request.body).hexdigest().encode("ascii"),
    ]
    return b"\n".join(lines)


def string_to_sign(timestamp: str, scope: Scope, canonical: bytes) -> bytes:
    """Write what is signed: when, for what, and the hash of the canonical request."""
    date, region, service = scope
    hashed = sha256(canonical).hexdigest()
    return f"{ALGORITHM}\n{timestamp}\n{date}/{region}/{service}/{TERMINATOR}\n{hashed}".encode()


def signer(secret: str, scope: Scope) -> PrfKey:
    """Derive the key that signs for a day, a Region and a service."""
    key = f"AWS4{secret}".encode()
    for part in (*scope, TERMINATOR):
        key = digest(key, part.encode(), "sha256")
    return keyed(key)


def sign(key: PrfKey, text: bytes) -> str:
    """Give the signature of a text, as hexadecimal digits."""
    return prf(key, text).hex()


def _canonical_path(path: bytes) -> bytes:
    """Resolve dots, drop empty segments, and encode once more what is already encoded."""
    if path in {b"/", b""}:
        return b"/"
    segments = path.split(b"/")
    kept: list[bytes] = []
    for segment in segments:
        if segment == b"..":
            del kept[-1:]
        elif segment not in {b"", b"."}:
            kept.append(segment)
    # The last slash stays, and only that: not the dots before it.
    if segments[-1] == b"":
        kept.append(b"")
    return quote_from_bytes(b"/" + b"/".join(kept)).encode("ascii")


def _canonical_query(query: bytes, left_out: bytes | None) -> bytes:
    """Encode the parameters in one way, and sort them by name and then value."""
    if not query:
        return b""
    encoded = sorted(
        (quote_from_bytes(name, safe=""), quote_from_bytes(value, safe=""))
        for name, value in read_query(query)
        if name != left_out
    )
    return "&".join(f"{name}={value}" for name, value in encoded).encode("ascii")
