"""Every way in which a signature is refused: the code, the status and AWS's words (KMS 28, KMS 29)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest

from policyeval.server.wire import WireError, WireRequest
from tests.server.signature.make_vectors import KMS, OF_SESSION, STS, URL, with_headers, without
from tests.server.signature.reference import Draft, presign, sign
from tests.server.signature.signing import NOW, check

MISSING, INCOMPLETE = "MissingAuthenticationTokenException", "IncompleteSignatureException"
WRONG, UNKNOWN = "InvalidSignatureException", "UnrecognizedClientException"
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key"
    " and signing method. Consult the service documentation for details."
)
NO_TOKEN = "Request is missing Authentication Token"  # noqa: S105 - words
BAD_TOKEN = "The security token included in the request is invalid."  # noqa: S105 - words
HASHED = "(Hashed with SHA-256 and encoded with Base64) Authorization="
PARAMETERS = "AWS query-string parameters must include "
AGAIN = " Re-examine the query-string parameters."


def refusal(request: WireRequest, service: str = "kms", later: timedelta = timedelta()) -> tuple[str, str, int]:
    with pytest.raises(WireError) as refused:
        check(request, service=service, now=NOW + later)
    return refused.value.code, refused.value.message, refused.value.status


def authorized(value: str, draft: Draft = KMS) -> WireRequest:
    """A request with that Authorization header."""
    request = sign(draft).request
    return request._replace(headers=(*request.headers[:-1], (b"authorization", value.encode("latin-1"))))


def scoped(key: str = KMS.key, date: str = "20260517", region: str = "us-east-1", service: str = "kms", end: str = "aws4_request") -> WireRequest:  # fmt: skip
    return authorized(
        f"AWS4-HMAC-SHA256 Credential={key}/{date}/{region}/{service}/{end}, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=0"
    )


def dated(date: str) -> WireRequest:
    return sign(with_headers(without(KMS, "X-Amz-Date"), ("X-Amz-Date", date))).request


def in_query(request: WireRequest, old: bytes, new: bytes) -> WireRequest:
    assert old in request.query
    return request._replace(query=request.query.replace(old, new))


class Case(NamedTuple):
    request: WireRequest
    code: str
    message: str


GOOD = sign(KMS).request
CREDENTIAL = f"Credential={KMS.key}/20260517/us-east-1/kms/aws4_request"
REST = "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=0"
FIVE = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "
CASES = {
    "there is no signature": Case(GOOD._replace(headers=GOOD.headers[:-1]), MISSING, NO_TOKEN),
    "the Authorization header is empty": Case(authorized(" "), MISSING, NO_TOKEN),
    "a password": Case(authorized("Basic dXNlcjpwYXNz"), MISSING, NO_TOKEN),
    "version 2 of signatures": Case(authorized("AWS AKIAIOSFODNN7EXAMPLE:c2lnbmF0dXJl"), MISSING, NO_TOKEN),
    "in the header and in the query": Case(
        sign(replace(KMS, query="X-Amz-Algorithm=AWS4-HMAC-SHA256")).request,
        WRONG,
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    ),
    "only the algorithm": Case(
        authorized("AWS4-HMAC-SHA256", without(KMS, "X-Amz-Date")),
        INCOMPLETE,
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter."
        " Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a"
        f" 'X-Amz-Date' or a 'Date' header. {HASHED}YI2YWea8FSxnksZL2ETHbs5elHm9HQufxTLK0W0ffV0=",
    ),
    "no credential": Case(
        authorized(f"AWS4-HMAC-SHA256 {REST}"),
        INCOMPLETE,
        f"Authorization header requires 'Credential' parameter. {HASHED}RM2SGRy8x30BbmW/XwcvQfa7ib4BAb3PaT2HKm83eBM=",
    ),
    "a part without a value": Case(
        authorized("AWS4-HMAC-SHA256 Credential, Signature=0"),
        INCOMPLETE,
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64):"
        " 'LIvaIucYG6CuHDzeGE/E+r7ytjaANeFE45DPSjE+IiI='.",
    ),
    "a part twice": Case(
        authorized(f"AWS4-HMAC-SHA256 {CREDENTIAL}, {CREDENTIAL}, {REST}"),
        INCOMPLETE,
        "Authorization header has more than one 'Credential' parameter.",
    ),
    "two Authorization headers": Case(
        GOOD._replace(headers=GOOD.headers + GOOD.headers[-1:]),
        INCOMPLETE,
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64):"
        " 'ShUDIzWnQkjP6iv913eSRX9GRb7OsqYGMxdEZ11++1s='.",
    ),
    "a date that is none": Case(dated("201"), INCOMPLETE, "Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601"),
    "a date in the extended format": Case(
        dated("2026-05-17T09:30:00Z"),
        INCOMPLETE,
        "Date must be in ISO-8601 'basic format'. Got '2026-05-17T09:30:00Z'. See http://en.wikipedia.org/wiki/ISO_8601",
    ),
    "a day that there is not": Case(
        dated("20260230T093000Z"),
        INCOMPLETE,
        "Date must be in ISO-8601 'basic format'. Got '20260230T093000Z'. See http://en.wikipedia.org/wiki/ISO_8601",
    ),
    "digits of another script": Case(
        dated("2026051\xb2T093000Z"),
        INCOMPLETE,
        "Date must be in ISO-8601 'basic format'. Got '2026051\xb2T093000Z'. See http://en.wikipedia.org/wiki/ISO_8601",
    ),
    "two dates": Case(
        sign(with_headers(KMS, ("X-Amz-Date", "20260517T093000Z"))).request,
        INCOMPLETE,
        "Date must be in ISO-8601 'basic format'. Got '20260517T093000Z,20260517T093000Z'. See http://en.wikipedia.org/wiki/ISO_8601",
    ),
    "a Date header that is no date": Case(
        sign(with_headers(without(KMS, "X-Amz-Date"), ("Date", "Sun, 17 Mai 2026 09:30:00 GMT"))).request,
        INCOMPLETE,
        "Date must be in ISO-8601 'basic format'. Got 'Sun, 17 Mai 2026 09:30:00 GMT'. See http://en.wikipedia.org/wiki/ISO_8601",
    ),
    "signed 5 minutes and a second ago": Case(
        dated("20260517T092459Z"), WRONG, "Signature expired: 20260517T092459Z is now earlier than 20260517T092500Z (20260517T093000Z - 5 min.)"
    ),
    "signed in the year 1": Case(
        dated("00010101T000000Z"), WRONG, "Signature expired: 00010101T000000Z is now earlier than 20260517T092500Z (20260517T093000Z - 5 min.)"
    ),
    "signed 5 minutes and a second ahead": Case(
        dated("20260517T093501Z"), WRONG, "Signature not yet current: 20260517T093501Z is still later than 20260517T093500Z (20260517T093000Z + 5 min.)"
    ),
    "signed in the year 9999": Case(
        dated("99991231T235959Z"), WRONG, "Signature not yet current: 99991231T235959Z is still later than 20260517T093500Z (20260517T093000Z + 5 min.)"
    ),
    "Host is not signed": Case(sign(replace(KMS, signed=("x-amz-date", "x-amz-target"))).request, WRONG, "'Host' must be a 'SignedHeader' in the AWS Authorization."),
    "no header is signed": Case(sign(replace(KMS, signed=())).request, WRONG, "'Host' must be a 'SignedHeader' in the AWS Authorization."),
    "the target is not signed": Case(sign(replace(KMS, signed=("host", "x-amz-date"))).request, WRONG, "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization."),
    "the date is not signed": Case(sign(replace(KMS, signed=("host", "x-amz-target"))).request, WRONG, "'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization."),
    "Host is signed and not there": Case(sign(replace(without(KMS, "Host"), signed=("host", "x-amz-date", "x-amz-target"))).request, WRONG, MISMATCH),
    "the asymmetric version of signatures": Case(
        authorized(f"AWS4-ECDSA-P256-SHA256 {CREDENTIAL}, {REST}"), INCOMPLETE, "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now)."
    ),
    "an empty credential": Case(authorized(f"AWS4-HMAC-SHA256 Credential=, {REST}"), INCOMPLETE, FIVE + "''"),
    "a credential of four parts": Case(authorized(f"AWS4-HMAC-SHA256 Credential=a/b/c/d, {REST}"), INCOMPLETE, FIVE + "'a/b/c/d'"),
    "a key with a slash": Case(scoped("AKIA/7"), INCOMPLETE, FIVE + "'AKIA/7/20260517/us-east-1/kms/aws4_request'"),
    "a Region that is not here": Case(scoped(region="mars-north-1"), WRONG, "Credential should be scoped to a valid region, not 'mars-north-1'."),
    "another service": Case(scoped(service="sts"), WRONG, "Credential should be scoped to correct service: 'kms'."),
    "the service in capital letters": Case(scoped(service="KMS"), WRONG, "Credential should be scoped to correct service: 'kms'."),
    "another terminator": Case(scoped(end="aws5_request"), WRONG, "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'."),
    "another day": Case(
        scoped(date="20260516"),
        WRONG,
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260516' != '20260517', from '20260517T093000Z'.",
    ),
    "nothing of the scope is right": Case(
        scoped(KMS.key, "b", "c", "d", "e"),
        WRONG,
        "Credential should be scoped to a valid region, not 'c'. Credential should be scoped to correct service: 'kms'."
        " Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. Date in Credential scope does not match"
        " YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != '20260517', from '20260517T093000Z'.",
    ),
    "a key that nobody has": Case(scoped("AKIAI44QH8DHBEXAMPLE"), UNKNOWN, BAD_TOKEN),
    "no key": Case(scoped(""), UNKNOWN, BAD_TOKEN),
    "a session without its token": Case(sign(without(OF_SESSION, "X-Amz-Security-Token")).request, UNKNOWN, BAD_TOKEN),
    "an empty signature": Case(authorized(f"AWS4-HMAC-SHA256 {CREDENTIAL}, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature="), WRONG, MISMATCH),
    "a signature of no ASCII": Case(authorized(f"AWS4-HMAC-SHA256 {CREDENTIAL}, {REST}\xe9"), WRONG, MISMATCH),
    "a body that is not signed": Case(
        sign(with_headers(replace(KMS, payload="UNSIGNED-PAYLOAD"), ("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"))).request, WRONG, MISMATCH
    ),
    "a body in signed pieces": Case(
        sign(with_headers(replace(KMS, payload="STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), ("X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"))).request, WRONG, MISMATCH
    ),
    "a URL with the algorithm alone": Case(
        GOOD._replace(query=b"X-Amz-Algorithm=AWS4-HMAC-SHA256", headers=GOOD.headers[:-1]),
        INCOMPLETE,
        f"{PARAMETERS}'X-Amz-Credential'. {PARAMETERS}'X-Amz-Signature'. {PARAMETERS}'X-Amz-SignedHeaders'. {PARAMETERS}'X-Amz-Date'.{AGAIN}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_kms_refuses_in_these_words(case: Case) -> None:
    assert refusal(case.request) == (case.code, case.message, 400)


URL_CASES = {
    "no signature": (presign(URL).request, b"X-Amz-Signature=", b"x=", f"{PARAMETERS}'X-Amz-Signature'.{AGAIN}"),
    "two algorithms": (presign(URL).request, b"X-Amz-Date", b"X-Amz-Algorithm=a&X-Amz-Date", f"{PARAMETERS}'X-Amz-Algorithm' only once.{AGAIN}"),
    "two signatures": (presign(URL).request, b"X-Amz-Signature=", b"X-Amz-Signature=a&X-Amz-Signature=", f"{PARAMETERS}'X-Amz-Signature' only once.{AGAIN}"),
    "two tokens": (presign(URL).request, b"X-Amz-Date", b"X-Amz-Security-Token=a&X-Amz-Security-Token=b&X-Amz-Date", f"{PARAMETERS}'X-Amz-Security-Token' only once.{AGAIN}"),
    "a date that is none": (presign(URL).request, b"T093000Z", b"T", "Date must be in ISO-8601 'basic format'. Got '20260517T'. See http://en.wikipedia.org/wiki/ISO_8601"),
}  # fmt: skip


@pytest.mark.parametrize(("request_", "old", "new", "message"), URL_CASES.values(), ids=URL_CASES.keys())
def test_a_url_is_refused_in_these_words(request_: WireRequest, old: bytes, new: bytes, message: str) -> None:
    assert refusal(in_query(request_, old, new), "sts") == ("IncompleteSignature", message, 400)


STS_CASES = {
    "there is no signature": (sign(STS).request._replace(headers=()), "MissingAuthenticationToken", 403),
    "a part is missing": (authorized("AWS4-HMAC-SHA256", STS), "IncompleteSignature", 400),
    "another service": (sign(replace(STS, service="kms")).request, "SignatureDoesNotMatch", 403),
    "another secret": (sign(replace(STS, secret="another")).request, "SignatureDoesNotMatch", 403),  # noqa: S106 - of nobody
    "a key that nobody has": (sign(replace(STS, key="AKIAI44QH8DHBEXAMPLE")).request, "InvalidClientTokenId", 403),
}  # fmt: skip


@pytest.mark.parametrize(("request_", "code", "status"), STS_CASES.values(), ids=STS_CASES.keys())
def test_sts_says_it_with_its_own_codes(request_: WireRequest, code: str, status: int) -> None:
    found, _, found_status = refusal(request_, "sts")
    assert (found, found_status) == (code, status)


def test_a_session_of_sts_that_has_ended_is_told_so() -> None:
    draft = replace(STS, key=OF_SESSION.key, secret=OF_SESSION.secret, headers=(*STS.headers, OF_SESSION.headers[-1]))
    late = with_headers(without(replace(draft, timestamp="20260517T100000Z"), "X-Amz-Date"), ("X-Amz-Date", "20260517T100000Z"))  # fmt: skip
    assert refusal(sign(late).request, "sts", timedelta(minutes=30)) == (
        "ExpiredToken",
        "The security token included in the request is expired",
        403,
    )


@pytest.mark.parametrize(
    ("service", "draft", "minutes"),
    [("kms", KMS, 5), ("sts", STS, 15)],
    ids=["5 minutes for KMS", "15 minutes for STS"],
)
def test_a_clock_may_be_off_by_so_much_and_no_more(service: str, draft: Draft, minutes: int) -> None:
    request, off, second = sign(draft).request, timedelta(minutes=minutes), timedelta(seconds=1)
    check(request, service=service, now=NOW + off)
    check(request, service=service, now=NOW - off)
    assert f"({(NOW + off + second):%Y%m%dT%H%M%SZ} - {minutes} min.)" in refusal(request, service, off + second)[1]
    assert f"({(NOW - off - second):%Y%m%dT%H%M%SZ} + {minutes} min.)" in refusal(request, service, -off - second)[1]


def test_a_url_of_sts_is_good_for_15_minutes_whatever_it_says() -> None:
    request = presign(URL, ("X-Amz-Expires", "60")).request
    check(request, service="sts", now=NOW + timedelta(minutes=15))
    assert refusal(request, "sts", timedelta(minutes=15, seconds=1))[1].startswith("Signature expired: ")


# Everything that can be wrong at once, and the repairs in the order in which AWS asks for them.
REPAIRS: list[tuple[str, Callable[[dict[str, str]], object], str]] = [
    ("a signature", lambda parts: parts.update(algorithm="AWS4-X"), NO_TOKEN),
    ("its parts", lambda parts: parts.update(credential="Credential=a", signed="SignedHeaders=", signature="Signature="), "Authorization header requires 'Credential'"),
    ("a date", lambda parts: parts.update(date="20200101T000000Z"), "Date must be in ISO-8601"),
    ("a date of today", lambda parts: parts.update(date="20260517T093000Z"), "Signature expired"),
    ("Host signed", lambda parts: parts.update(signed="SignedHeaders=host"), "'Host' must be"),
    ("AWS's headers signed", lambda parts: parts.update(signed="SignedHeaders=host;x-amz-date"), "'X-Amz-Date' must be"),
    ("the algorithm", lambda parts: parts.update(algorithm="AWS4-HMAC-SHA256"), "Unsupported AWS 'algorithm'"),
    ("a credential of five parts", lambda parts: parts.update(credential="Credential=a/b/c/d/e"), "Credential must have exactly 5"),
    ("the scope", lambda parts: parts.update(credential="Credential=a/20260517/us-east-1/kms/aws4_request"), "Credential should be scoped to a valid region"),
    ("a key", lambda parts: parts.update(credential=CREDENTIAL), "The security token"),
]  # fmt: skip


def test_faults_are_told_in_the_order_of_aws() -> None:
    parts = {"algorithm": "", "credential": "x=1", "signed": "", "signature": "", "date": ""}
    told = []
    for _, repair, expected in REPAIRS:
        told.append((refusal(assembled(parts))[1].startswith(expected), expected))
        repair(parts)
    assert [expected for good, expected in told if not good] == []
    assert refusal(assembled(parts))[1] == MISMATCH


def assembled(parts: dict[str, str]) -> WireRequest:
    pairs = ", ".join(part for part in (parts["credential"], parts["signed"], parts["signature"]) if part)
    headers = [("Host", "localhost"), ("X-Amz-Date", parts["date"])]
    return authorized(f"{parts['algorithm']} {pairs}", replace(KMS, headers=headers))
