"""Whatever comes over the wire is let in by a signature that is good, or refused in a way that its service has.

An input is a request: a line with method, path and query, lines with headers, an empty line, the body.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote

from policyeval.server.canonical import canonical_request
from policyeval.server.refusals import DIALECTS
from policyeval.server.wire import WireError, WireRequest
from tests.server.signature.reference import Draft, compute
from tests.server.signature.signing import check

FINE = ()
WORDS = (
    b"POST /",
    b"GET /?",
    b"authorization:AWS4-HMAC-SHA256 ",
    b"Credential=AKIAIOSFODNN7EXAMPLE/20260517/us-east-1/kms/aws4_request",
    b"/20260517/",
    b"/us-east-1/sts/aws4_request",
    b", SignedHeaders=host;x-amz-date",
    b", Signature=",
    b"host:a\n",
    b"x-amz-date:20260517T093000Z\n",
    b"date:Sun, 17 May 2026 09:30:00 GMT\n",
    b"x-amz-security-token:",
    b"x-amz-content-sha256:UNSIGNED-PAYLOAD\n",
    b"X-Amz-Algorithm=AWS4-HMAC-SHA256",
    b"&X-Amz-Signature=",
    b"&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260517%2Fus-east-1%2Fsts%2Faws4_request",
    b"&X-Amz-Date=20260517T093000Z",
    b"&X-Amz-SignedHeaders=host",
    b"%2F",
    b"%",
    b"+",
    b"/..",
    b"/./",
    b"//",
    b"\n\n",
)
NAMES = re.compile("SignedHeaders=([^, &\n]*)")


def run(data: bytes) -> None:
    request = _request(data)
    headers = request.folded
    names = [name.decode("latin-1") for name in sorted(headers)]
    for presigned in (False, True):
        made = canonical_request(request, headers, sorted(headers), presigned=presigned)
        assert made.decode("latin-1") == compute(*_again(request, names, presigned=presigned))[0]
    for service in DIALECTS:
        _enter(request, service)


def _request(data: bytes) -> WireRequest:
    head, _, body = data.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    method, _, target = first.partition(b" ")
    path, _, query = target.partition(b"?")
    pairs = [line.partition(b":") for line in lines]
    headers = tuple((name.lower(), value) for name, _, value in pairs)
    return WireRequest(method.decode("ascii", "ignore"), path, query, headers, body)


def _again(request: WireRequest, names: Sequence[str], *, presigned: bool) -> tuple[Draft, str, str | None]:
    """Say a request in the words of the reference."""
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers]
    draft = Draft(request.method, request.path.decode("latin-1"), "", headers, request.body, signed=names)
    return draft, request.query.decode("latin-1"), "X-Amz-Signature" if presigned else None


def _enter(request: WireRequest, service: str) -> None:
    dialect = DIALECTS[service]
    try:
        signed = check(request, service=service)
    except WireError as error:
        refusals = (dialect.unsigned, dialect.incomplete, dialect.wrong, dialect.unknown, dialect.expired)
        assert (error.code, error.status) in refusals
        assert error.message
        assert str(error)
        return
    headers = request.folded
    presigned = not headers.get(b"authorization", b"").strip()
    told = unquote(request.query.decode("latin-1")) if presigned else headers[b"authorization"].decode("latin-1")
    (listed,) = NAMES.findall(told)
    names = sorted(set(listed.encode("latin-1").lower().decode("latin-1").split(";")) - {""})
    draft, query, left_out = _again(request, names, presigned=presigned)
    draft = replace(
        draft,
        secret=signed.identity.secret,
        timestamp=f"{signed.signed_at:%Y%m%dT%H%M%SZ}",
        region=signed.region,
        service=service,
    )
    assert "host" in names
    assert compute(draft, query, left_out)[2] in told, "let in what the reference would not sign so"
