"""What is looked at before an operation is reached, in its order."""

from __future__ import annotations

from time import process_time

import pytest

from policyeval.server.front_door import Asked, FrontDoor, Reading
from policyeval.server.wire import WireError, WireRequest
from tests.server.signature.signing import KNOWN, NOW, REGIONS, USER, Unsigned, signed

GOOD = signed()


UNKNOWN = "UnknownOperationException"
BAD_JSON = "SerializationException"


def check_media_type(request: WireRequest) -> None:
    if request.header(b"content-type") != "application/x-amz-json-1.1":
        raise WireError(UNKNOWN, status=404)


def read(request: WireRequest) -> Asked:
    if not request.body.startswith(b"{"):
        raise WireError(BAD_JSON)
    if request.header(b"x-amz-target") != "TrentService.Encrypt":
        raise WireError(UNKNOWN)
    return Asked("Encrypt", {})


READING = Reading("kms", check_media_type, read)
DOOR = FrontDoor(KNOWN, REGIONS, most_body=100)


def with_header(request: WireRequest, name: bytes, value: bytes) -> WireRequest:
    return request._replace(headers=tuple((known, value if known == name else old) for known, old in request.headers))


def refusal(request: WireRequest) -> tuple[str, int]:
    with pytest.raises(WireError) as refused:
        DOOR.admit(request, READING, NOW)
    return refused.value.code, refused.value.status


def test_who_can_sign_comes_in() -> None:
    asked, found = DOOR.admit(GOOD, READING, NOW)
    assert (asked, found) == (("Encrypt", {}), (USER, "us-east-1", NOW))


def test_each_fault_is_told_before_those_after_it() -> None:
    request = with_header(with_header(GOOD, b"authorization", b""), b"content-type", b"text/plain")
    request = with_header(request, b"x-amz-target", b"TrentService.Nothing")
    told = []
    for repaired in (
        request := request._replace(body=bytes(101)),
        request := request._replace(body=bytes(100)),
        request := with_header(request, b"content-type", b"application/x-amz-json-1.1"),
        request := request._replace(body=b"{}"),
        request := with_header(request, b"x-amz-target", b"TrentService.Encrypt"),
        with_header(request, b"authorization", dict(GOOD.headers)[b"authorization"]),
    ):
        told.append(refusal(repaired))
    assert told == [
        ("RequestEntityTooLargeException", 413),
        ("UnknownOperationException", 404),
        ("SerializationException", 400),
        ("UnknownOperationException", 400),
        ("MissingAuthenticationTokenException", 400),
        ("InvalidSignatureException", 400),
    ]


@pytest.mark.parametrize(
    ("size", "code"),
    [
        pytest.param(64 * 1024, BAD_JSON, id="what is read soon is read first, as AWS does"),
        pytest.param(64 * 1024 + 1, "InvalidSignatureException", id="what takes long is not read for a stranger"),
    ],
)
def test_a_long_body_is_read_for_who_can_sign_alone(size: int, code: str) -> None:
    with pytest.raises(WireError) as refused:
        FrontDoor(KNOWN, REGIONS).admit(GOOD._replace(body=b"[" * size), READING, NOW)
    assert refused.value.code == code


def test_a_long_body_of_who_can_sign_is_read() -> None:
    long = signed(Unsigned(body=b"[" * (64 * 1024 + 1)))
    with pytest.raises(WireError, match=BAD_JSON):
        FrontDoor(KNOWN, REGIONS).admit(long, READING, NOW)


def test_a_header_that_comes_twice_is_one() -> None:
    request = GOOD._replace(headers=((b"a", b" x "), (b"b", b"y"), (b"a", b"z")))
    assert [request.header(name) for name in (b"a", b"b", b"c")] == ["x,z", "y", None]


SENT = "AWS4-HMAC-SHA256 Credential={}, SignedHeaders=host, Signature=0"
CREDENTIALS: dict[str, tuple[str, str | None]] = {
    "for another service is told which": ("AKIAIOSFODNN7EXAMPLE/20260517/us-east-1/s3/aws4_request", "s3"),
    "for KMS has another fault": ("AKIAIOSFODNN7EXAMPLE/20260517/us-east-1/kms/aws4_request", None),
    "for STS has another fault": ("AKIAIOSFODNN7EXAMPLE/20260517/us-east-1/sts/aws4_request", None),
    "for nothing is told nothing": ("AKIAIOSFODNN7EXAMPLE", None),
    "that begins its credential again and again is no riddle": ("Credential=/" * 5_000, None),
    "with an endless credential is no riddle": ("/a" * 30_000, None),
}


@pytest.mark.parametrize(("credential", "service"), CREDENTIALS.values(), ids=CREDENTIALS)
def test_a_request(credential: str, service: str | None) -> None:
    request = with_header(GOOD, b"content-type", b"text/plain")
    request = with_header(request, b"authorization", SENT.format(credential).encode())
    begun = process_time()
    for _ in range(10):
        with pytest.raises(WireError) as refused:
            DOOR.admit(request, READING, NOW)
        hint = refused.value.hint
        assert (hint.split("`")[1] if hint is not None else None) == service
    assert process_time() - begun < 1
