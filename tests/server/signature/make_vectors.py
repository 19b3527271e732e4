"""Make fixtures/vectors/sigv4.json: `python -m tests.server.signature.make_vectors`.

A vector is a request as it is sent, at a time; then the steps of its signature, by the reference in this folder; then
what must come of it: the Region that it was signed for, or how it is refused. Requests are refused after the steps
were made, by a change, or because the steps are those of another request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from policyeval.server.wire import WireRequest
from tests.kms.crypto.keys import VECTORS
from tests.server.signature.reference import Draft, Steps, presign, sign
from tests.server.signature.signing import SESSION, USER

Case = dict[str, Any]
AT = "2026-05-17T09:30:00+00:00"
KMS = Draft()
STS = Draft(
    headers=(
        ("Host", "sts.us-east-1.amazonaws.com"),
        ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
        ("X-Amz-Date", "20260517T093000Z"),
    ),
    body=b"Action=GetCallerIdentity&Version=2011-06-15",
    service="sts",
)
URL = Draft(
    method="GET",
    query="Action=GetCallerIdentity&Version=2011-06-15",
    headers=(("Host", "sts.us-east-1.amazonaws.com"), ("X-K8s-Aws-Id", "cluster")),
    body=b"",
    service="sts",
)
OF_SESSION = replace(
    KMS,
    key=SESSION.access_key_id,
    secret=SESSION.secret,
    headers=(*KMS.headers, ("X-Amz-Security-Token", SESSION.token or "")),
)


def with_headers(draft: Draft, *more: tuple[str, str]) -> Draft:
    return replace(draft, headers=(*draft.headers, *more))


def without(draft: Draft, name: str) -> Draft:
    return replace(draft, headers=tuple(header for header in draft.headers if header[0] != name))


def accepted() -> Iterator[tuple[str, Draft, Steps]]:
    drafts = {
        "a call of KMS": KMS,
        "a call of STS": STS,
        "a session's call": OF_SESSION,
        "an empty body": replace(KMS, body=b""),
        "a body of any bytes": replace(KMS, body=bytes(range(256))),
        "another Region": replace(KMS, region="eu-central-1"),
        "a path with dots and empty segments": replace(KMS, path="/a//b/./c/../d/"),
        "a path above the top": replace(KMS, path="/../../a/.."),
        "a path that is encoded already": replace(KMS, path="/a%20b/%C3%A9/~-._!$&'()*+,;=:@"),
        "a path of bytes that are no UTF-8": replace(KMS, path="/\xff"),
        "a query in no order": replace(KMS, query="b=2&a=3&B=1&a=1&a=10"),
        "a query that sorts otherwise once it is encoded": replace(KMS, query="a%3D=1&a=2&a0=3&%C3%A9=4&z=5"),
        "a query with names and no values": replace(KMS, query="b&a=&c"),
        "a query with signs that need not be encoded": replace(KMS, query="a=%2D%5f%2E%7e%41&b=%2f%2F/"),
        "a plus in a query is a space": replace(KMS, query="a+b=c+d%2B"),
        "a parameter that is called as a URL's signature": replace(KMS, query="X-Amz-Signature=a"),
        "a header with spaces": with_headers(KMS, ("My-Header", '  a   b  "c   d"  ')),
        "a header that comes three times": with_headers(KMS, ("My-Header", " b "), ("My-Header", "a"), ("my-header", "")),
        "a header of bytes that are no ASCII": with_headers(KMS, ("My-Header", "caf\xe9")),
        "a header that is not signed": replace(with_headers(KMS, ("My-Header", "a")), signed=("host", "x-amz-date", "x-amz-target")),
        "a Date header in place of X-Amz-Date": with_headers(without(KMS, "X-Amz-Date"), ("Date", "Sun, 17 May 2026 09:30:00 GMT")),
        "X-Amz-Date beside a Date header of another time": with_headers(KMS, ("Date", "Sun, 17 May 2026 08:00:00 GMT")),
        "a token that was added after signing": replace(
            OF_SESSION, signed=("content-type", "host", "x-amz-date", "x-amz-target")
        ),
    }  # fmt: skip
    for name, draft in drafts.items():
        yield name, draft, sign(draft)
    yield "a URL of STS", URL, presign(URL, ("X-Amz-Expires", "60"))
    session = replace(URL, key=SESSION.access_key_id, secret=SESSION.secret)
    yield "a session's URL", session, presign(session, ("X-Amz-Security-Token", SESSION.token or ""))


def refused() -> Iterator[tuple[str, Draft, Steps, str]]:
    wrong = "InvalidSignatureException"
    drafts = {
        "a body that is not signed": (replace(KMS, payload="UNSIGNED-PAYLOAD"), wrong),
        "a body that is not signed, and says so": (
            with_headers(replace(KMS, payload="UNSIGNED-PAYLOAD"), ("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")), wrong
        ),
        "Host is not signed": (replace(KMS, signed=("content-type", "x-amz-date", "x-amz-target")), wrong),
        "the target is not signed": (replace(KMS, signed=("content-type", "host", "x-amz-date")), wrong),
        "a header that is signed and not there": (replace(KMS, signed=("host", "my-header", "x-amz-date", "x-amz-target")), wrong),
        "a Region that is not here": (replace(KMS, region="mars-north-1"), wrong),
        "signed for another service": (replace(KMS, service="s3"), wrong),
        "signed too long ago": (replace(with_headers(without(KMS, "X-Amz-Date"), ("X-Amz-Date", "20260517T092459Z")), timestamp="20260517T092459Z"), wrong),
        "signed in the future": (replace(with_headers(without(KMS, "X-Amz-Date"), ("X-Amz-Date", "20260517T093501Z")), timestamp="20260517T093501Z"), wrong),
        "a key that nobody has": (replace(KMS, key="AKIAI44QH8DHBEXAMPLE"), "UnrecognizedClientException"),
        "another secret": (replace(KMS, secret="another"), wrong),  # noqa: S106 - of nobody
        "a session without its token": (without(OF_SESSION, "X-Amz-Security-Token"), "UnrecognizedClientException"),
        "a user with a token": (with_headers(KMS, ("X-Amz-Security-Token", "t")), "UnrecognizedClientException"),
    }  # fmt: skip
    for name, (draft, code) in drafts.items():
        yield name, draft, sign(draft), code
    changes: dict[str, Callable[[WireRequest], WireRequest]] = {
        "another body": lambda request: request._replace(body=b"{} "),
        "another method": lambda request: request._replace(method="PUT"),
        "another path": lambda request: request._replace(path=b"/a"),
        "another query": lambda request: request._replace(query=b"a"),
    }
    for name, change in changes.items():
        steps = sign(KMS)
        yield name, KMS, replace(steps, request=change(steps.request)), wrong
    twice = presign(URL, last=[("X-Amz-Signature", "0" * 64)])
    yield "a URL with two signatures", URL, twice, "IncompleteSignature"
    yield "a URL with a parameter after the signature", URL, presign(URL, last=[("a", "b")]), "SignatureDoesNotMatch"


def make() -> dict[str, Any]:
    cases = [shown(name, draft, steps, {"region": draft.region}) for name, draft, steps in accepted()]
    cases += [shown(name, draft, steps, {"fails": code}) for name, draft, steps, code in refused()]
    secrets = {each.access_key_id: {"secret": each.secret, "token": each.token} for each in (USER, SESSION)}
    about = (
        "requests with Signature Version 4, as they are sent, at a time; the steps of their signature; and the Region that a"
        " good one was signed for, or the error of one that is refused. Paths, queries and headers are bytes, written as Latin-1; bodies in hex"
    )
    return {"about": about, "at": AT, "regions": ["us-east-1", "eu-central-1"], "keys": secrets, "cases": cases}


def shown(name: str, draft: Draft, steps: Steps, outcome: Case) -> Case:
    sent = steps.request
    return {
        "name": name,
        "service": draft.service if draft.service == "sts" else "kms",
        "method": sent.method,
        "path": sent.path.decode("latin-1"),
        "query": sent.query.decode("latin-1"),
        "headers": [[header.decode("latin-1"), value.decode("latin-1")] for header, value in sent.headers],
        "body": sent.body.hex(),
        "canonical_request": steps.canonical_request,
        "string_to_sign": steps.string_to_sign,
        "signature": steps.signature,
        **outcome,
    }


if __name__ == "__main__":
    (VECTORS / "sigv4.json").write_text(json.dumps(make(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
