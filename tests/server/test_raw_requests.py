"""Requests that botocore would not send."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import urlopen

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from policyeval.server.testing import AccessKeyPair, LocalEndpoint
from tests.server.conftest import ADMIN, A
from tests.server.raw import JSON, Answer, Connection, asks, connected, sign

UNKNOWN = b"<UnknownOperationException/>"


@pytest.fixture
def wire(endpoint: LocalEndpoint) -> Iterator[Connection]:
    with connected(endpoint.url) as connection:
        yield connection


@pytest.fixture(scope="module")
def key(endpoint: LocalEndpoint) -> AccessKeyPair:
    return endpoint.credentials(ADMIN)


@pytest.fixture(scope="module")
def kms_key(kms: Any) -> str:
    arn: str = kms.create_key()["KeyMetadata"]["Arn"]
    return arn


def _text(size: int) -> str:
    return base64.b64encode(bytes(size)).decode()


# What the model says, beyond what botocore looks at


TOO_MUCH: dict[str, tuple[str, dict[str, Any], str]] = {
    "a plaintext of 4097 bytes": (
        "Encrypt",
        {"Plaintext": _text(4097)},
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less "
        "than or equal to 4096",
    ),
    "a ciphertext of 6145 bytes": (
        "Decrypt",
        {"CiphertextBlob": _text(6145)},
        "1 validation error detected: Value at 'ciphertextBlob' failed to satisfy constraint: Member must have length "
        "less than or equal to 6144",
    ),
    "1025 random bytes": (
        "GenerateRandom",
        {"NumberOfBytes": 1025},
        "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have "
        "value less than or equal to 1024",
    ),
    "a page of 1001 keys": (
        "ListKeys",
        {"Limit": 1001},
        "1 validation error detected: Value '1001' at 'limit' failed to satisfy constraint: Member must have value less "
        "than or equal to 1000",
    ),
    "a key id of 2049 characters": (
        "DescribeKey",
        {"KeyId": "k" * 2049},
        f"1 validation error detected: Value '{'k' * 2049}' at 'keyId' failed to satisfy constraint: Member must have "
        "length less than or equal to 2048",
    ),
}


@pytest.mark.parametrize(("operation", "params", "words"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_more_than_there_may_be(  # noqa: PLR0913, PLR0917 - fixtures, and columns of the table
    wire: Connection, key: AccessKeyPair, kms_key: str, operation: str, params: dict[str, Any], words: str
) -> None:
    answer = wire.call(key, operation, {"KeyId": kms_key, **params})
    assert answer.error == (400, "ValidationException", words)


MISTYPED: dict[str, tuple[bytes, str]] = {
    "a text for a number": (b'{"NumberOfBytes": "32"}', "STRING_VALUE can not be converted to an Integer"),
    "a number with a fraction": (b'{"NumberOfBytes": 1.5}', "NUMBER_VALUE can not be converted to an Integer"),
    "true for a number": (b'{"NumberOfBytes": true}', "TRUE_VALUE can not be converted to an Integer"),
    "a list for a number": (b'{"NumberOfBytes": [1]}', "Start of list found where not expected"),
    "a list for the request": (b"[]", "Start of list found where not expected"),
    "a text for the request": (b'"32"', "Expected null"),
    "no JSON": (b"{", ""),
    "nothing": (b"", ""),
    "JSON that never ends": (b"[" * 100_000, ""),
}


@pytest.mark.parametrize(("body", "words"), MISTYPED.values(), ids=MISTYPED)
def test_what_cannot_be_read(wire: Connection, key: AccessKeyPair, body: bytes, words: str) -> None:
    assert wire.call(key, "GenerateRandom", body).error == (400, "SerializationException", words)


def test_nulls_and_unknown_members_are_as_if_they_were_not_there(wire: Connection, key: AccessKeyPair) -> None:
    answer = wire.call(key, "GenerateRandom", {"NumberOfBytes": 8, "CustomKeyStoreId": None, "Colour": {"a": []}})
    assert (answer.status, len(base64.b64decode(answer.json["Plaintext"]))) == (200, 8)


NOT_KEPT = {
    "cache-control": "no-cache, no-store, must-revalidate, private",
    "expires": "0",
    "pragma": "no-cache",
}


def test_a_response_of_kms_has_the_headers_of_aws_and_no_others(wire: Connection, key: AccessKeyPair) -> None:
    answer = wire.call(key, "ListKeys", {})
    assert answer.headers.keys() == {"date", "x-amzn-requestid", "content-type", "content-length", *NOT_KEPT}
    assert {name: answer.headers[name] for name in NOT_KEPT} == NOT_KEPT
    assert answer.headers["content-type"] == JSON


def test_a_response_of_sts_has_the_headers_of_aws_and_no_others(wire: Connection, key: AccessKeyPair) -> None:
    answer = _sts(wire, key, "Action=GetCallerIdentity&Version=2011-06-15")
    assert answer.headers.keys() == {"date", "x-amzn-requestid", "content-type", "content-length"}


def test_the_names_of_headers_are_spelled_as_aws_spells_them(wire: Connection, key: AccessKeyPair) -> None:
    """Clients that read HTTP by themselves compare letters, as libmongocrypt does with Content-Length."""
    body = b"{}"
    wire.send([*sign(key, wire.url, body, asks("ListKeys")), ("Connection", "close")], body)
    head = wire.socket.recv(65536).partition(b"\r\n\r\n")[0].decode("ascii")
    names = [line.partition(":")[0] for line in head.split("\r\n")[1:]]
    rest = ["Cache-Control", "Expires", "Pragma", "Connection"]
    assert names == ["Date", "x-amzn-RequestId", "Content-Type", "Content-Length", *rest]


ORIGIN = ("Origin", "https://app.example")
EXPOSED = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"


def _cross_origin(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


PREFLIGHTS: dict[str, tuple[tuple[str, str], ...]] = {
    "of KMS": (("Access-Control-Request-Headers", "authorization,content-type,x-amz-date,x-amz-target"),),
    "of STS": (("Access-Control-Request-Headers", "authorization,content-type,x-amz-date"),),
    "of plain requests": (),
}


@pytest.mark.parametrize("wanted", PREFLIGHTS.values(), ids=PREFLIGHTS)
def test_a_browser_is_told_that_any_page_may_call(wire: Connection, wanted: tuple[tuple[str, str], ...]) -> None:
    asked = [("Host", "h"), ORIGIN, ("Access-Control-Request-Method", "POST"), *wanted]
    answer = wire.ask(asked, line="OPTIONS / HTTP/1.1", length=False)
    assert (answer.status, answer.body, answer.headers.get("content-type")) == (200, b"", None)
    assert _cross_origin(answer) == {
        "access-control-allow-origin": "*",
        "access-control-expose-headers": EXPOSED,
        **{name.replace("Request", "Allow").lower(): value for name, value in wanted},
        "access-control-allow-methods": "POST",
        "access-control-max-age": "172800",
    }


def test_a_page_may_read_the_response_and_needs_a_signature_for_it(wire: Connection, key: AccessKeyPair) -> None:
    body = b"{}"
    signed = sign(key, wire.url, body, asks("ListKeys"))
    for headers, status in ((signed, 200), ([("Host", "h"), *asks("ListKeys")], 400)):
        answer = wire.ask([*headers, ORIGIN], body)
        assert answer.status == status
        assert _cross_origin(answer) == {"access-control-allow-origin": "*", "access-control-expose-headers": EXPOSED}


NO_PREFLIGHTS: dict[str, tuple[tuple[str, str], ...]] = {
    "without an origin": (("Access-Control-Request-Method", "POST"),),
    "without a method": (ORIGIN,),
}


@pytest.mark.parametrize("headers", NO_PREFLIGHTS.values(), ids=NO_PREFLIGHTS)
def test_what_no_browser_asks_is_no_operation(wire: Connection, headers: tuple[tuple[str, str], ...]) -> None:
    answer = wire.ask([("Host", "h"), *headers], line="OPTIONS / HTTP/1.1", length=False)
    assert (answer.status, answer.body) == (404, b"<UnknownOperationException/>")


def test_a_response_comes_in_one_piece(wire: Connection, key: AccessKeyPair) -> None:
    body = b'{"NumberOfBytes":1024}'
    for _ in range(20):
        wire.send(sign(key, wire.url, body, asks("GenerateRandom")), body)
        assert wire.socket.recv(65536).endswith(b'"}')


def test_what_answers_nothing_answers_an_empty_body(wire: Connection, key: AccessKeyPair, kms_key: str) -> None:
    answer = wire.call(key, "UpdateKeyDescription", {"KeyId": kms_key, "Description": ""})
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "0")


# The door


def test_without_a_signature(wire: Connection) -> None:
    answer = wire.ask([("Host", "h"), *asks("ListKeys")], b"{}")
    assert answer.error == (400, "MissingAuthenticationTokenException", "Request is missing Authentication Token")


def test_another_content_type_is_told_in_xml(wire: Connection, key: AccessKeyPair) -> None:
    headers = [("Content-Type", "application/json"), ("X-Amz-Target", "TrentService.ListKeys")]
    answer = wire.ask(sign(key, wire.url, b"{}", headers), b"{}")
    assert (answer.status, answer.body) == (404, UNKNOWN)


@pytest.mark.parametrize("line", ["GET / HTTP/1.1", "PUT / HTTP/1.1", "DELETE /x HTTP/1.1", "OPTIONS * HTTP/1.1"])
def test_other_methods_are_told_in_xml(wire: Connection, line: str) -> None:
    answer = wire.ask([("Host", "h")], line=line)
    assert (answer.status, answer.body) == (404, UNKNOWN)


@pytest.mark.parametrize(
    "target", ["TrentService.Conjure", "TrentService.", "ListKeys", "DynamoDB_20120810.ListTables"]
)
def test_an_operation_that_there_is_not(wire: Connection, key: AccessKeyPair, target: str) -> None:
    headers = [("Content-Type", JSON), ("X-Amz-Target", target)]
    assert wire.ask(sign(key, wire.url, b"{}", headers), b"{}").error == (400, "UnknownOperationException", "")


def test_a_key_that_nobody_has(wire: Connection) -> None:
    answer = wire.call(AccessKeyPair("AKIANOBODY", "secret"), "ListKeys", {})
    assert answer.error == (
        400,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )


def test_a_wrong_secret(wire: Connection, key: AccessKeyPair) -> None:
    answer = wire.call(key._replace(aws_secret_access_key="wrong"), "ListKeys", {})  # noqa: S106 - it is wrong
    assert answer.error[:2] == (400, "InvalidSignatureException")
    assert answer.error[2].startswith("The request signature we calculated does not match")


@pytest.mark.parametrize(("minutes", "words"), [(-6, "Signature expired: "), (6, "Signature not yet current: ")])
def test_a_signature_outside_of_its_window(wire: Connection, key: AccessKeyPair, minutes: int, words: str) -> None:
    answer = wire.call(key, "ListKeys", {}, at=datetime.now(UTC) + timedelta(minutes=minutes))
    assert answer.error[:2] == (400, "InvalidSignatureException")
    assert answer.error[2].startswith(words)


def test_a_request_sent_again_within_the_window_is_answered_as_aws_does(wire: Connection, key: AccessKeyPair) -> None:
    headers = sign(key, wire.url, b"{}", asks("ListKeys"))
    assert [wire.ask(headers, b"{}").status for _ in range(2)] == [200, 200]


def test_a_region_that_there_is_not(wire: Connection, key: AccessKeyPair) -> None:
    answer = wire.call(key, "ListKeys", {}, region="mars-north-1")
    assert answer.error[2] == "Credential should be scoped to a valid region, not 'mars-north-1'."


def test_keys_are_not_known_in_another_partition(wire: Connection, key: AccessKeyPair) -> None:
    answer = wire.call(key, "ListKeys", {}, region="cn-north-1")
    assert answer.error[1] == "UnrecognizedClientException"


def test_a_body_that_was_not_signed(wire: Connection, key: AccessKeyPair) -> None:
    headers = sign(key, wire.url, b"{}", asks("ListKeys"))
    assert wire.ask(headers, b'{"Limit": 1}').error[1] == "InvalidSignatureException"


def test_a_body_declared_unsigned(wire: Connection, key: AccessKeyPair) -> None:
    headers = sign(key, wire.url, b"{}", [*asks("ListKeys"), ("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD")])
    assert wire.ask(headers, b"{}").error[1] == "InvalidSignatureException"


def test_a_target_that_is_there_twice_is_neither(wire: Connection, key: AccessKeyPair) -> None:
    headers = [*sign(key, wire.url, b"{}", asks("ListKeys")), ("X-Amz-Target", "TrentService.CreateKey")]
    assert wire.ask(headers, b"{}").error[1] == "UnknownOperationException"


def test_a_host_that_is_there_twice_does_not_match(wire: Connection, key: AccessKeyPair) -> None:
    headers = [*sign(key, wire.url, b"{}", asks("ListKeys")), ("Host", "elsewhere")]
    answer = wire.ask(headers, b"{}")
    assert answer.status == 400


def test_two_signatures_are_none(wire: Connection, key: AccessKeyPair) -> None:
    headers = sign(key, wire.url, b"{}", asks("ListKeys"))
    twice = [*headers, *((name, value) for name, value in headers if name == "Authorization")]
    assert wire.ask(twice, b"{}").error[1] in {"IncompleteSignatureException", "InvalidSignatureException"}


# HTTP


def test_a_body_in_chunks(wire: Connection, key: AccessKeyPair) -> None:
    body = b'{"NumberOfBytes":16}'
    headers = [*sign(key, wire.url, body, asks("GenerateRandom")), ("Transfer-Encoding", "chunked")]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:])) + b"0\r\n\r\n"
    answer = wire.ask(headers, chunks, length=False)
    assert answer.status == 200


def test_a_body_that_comes_byte_by_byte(wire: Connection, key: AccessKeyPair) -> None:
    body = b'{"NumberOfBytes":16}'
    headers = [*sign(key, wire.url, body, asks("GenerateRandom")), ("Content-Length", str(len(body)))]
    wire.send(headers, length=False)
    for byte in body:
        wire.socket.sendall(bytes([byte]))
    assert wire.receive().status == 200


def test_who_expects_to_be_told_to_go_on_is(wire: Connection, key: AccessKeyPair) -> None:
    body = b'{"NumberOfBytes":16}'
    headers = [*sign(key, wire.url, body, asks("GenerateRandom")), ("Content-Length", str(len(body)))]
    wire.send([*headers, ("Expect", "100-continue")], length=False)
    assert wire.receive().status == 100
    wire.socket.sendall(body)
    assert wire.receive().status == 200


def test_a_body_that_says_it_is_too_large_is_not_waited_for(wire: Connection, key: AccessKeyPair) -> None:
    headers = [*sign(key, wire.url, b"", asks("ListKeys")), ("Content-Length", str(2**40))]
    wire.send(headers, length=False)
    assert wire.receive().error == (413, "RequestEntityTooLargeException", "")
    assert wire.is_closed()


def test_a_body_that_turns_out_to_be_too_large(wire: Connection, key: AccessKeyPair) -> None:
    headers = [*sign(key, wire.url, b"", asks("ListKeys")), ("Transfer-Encoding", "chunked")]
    wire.send(headers, length=False)
    try:
        for _ in range(64):
            wire.socket.sendall(b"8000\r\n" + b" " * 0x8000 + b"\r\n")
    except (BrokenPipeError, ConnectionResetError):
        return  # it did not listen any longer
    assert wire.receive().status == 413


def test_a_connection_is_good_after_a_refusal_and_answers_what_waits_in_order(
    wire: Connection, key: AccessKeyPair
) -> None:
    good, bad = (sign(key, wire.url, body, asks("GenerateRandom")) for body in (b'{"NumberOfBytes":1}', b"{}"))
    for _ in range(3):
        wire.send(bad, b"{}")
        wire.send(good, b'{"NumberOfBytes":1}')
    assert [wire.receive().status for _ in range(6)] == [400, 200] * 3


@pytest.mark.parametrize(
    "text", [b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n", b"\x00" * 100]
)
def test_what_is_no_http_closes_its_own_connection_only(
    endpoint: LocalEndpoint, key: AccessKeyPair, text: bytes
) -> None:
    with connected(endpoint.url) as other, connected(endpoint.url) as wire:
        other.socket.sendall(text)
        while other.socket.recv(65536):
            pass
        assert wire.call(key, "ListKeys", {}).status == 200


def test_a_client_that_leaves_in_the_middle_leaves_nothing(endpoint: LocalEndpoint, key: AccessKeyPair) -> None:
    with connected(endpoint.url) as wire:
        wire.send([*sign(key, wire.url, b"{}", asks("CreateKey")), ("Content-Length", "1000")], b"{}", length=False)
    with connected(endpoint.url) as wire:
        assert wire.call(key, "ListKeys", {}).status == 200


# STS


def _sts(wire: Connection, key: AccessKeyPair, text: str, *more: tuple[str, str]) -> Any:
    body = text.encode()
    headers = [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"), *more]
    return wire.ask(sign(key, wire.url, body, headers, service="sts"), body)


def test_a_presigned_question_who_one_is(endpoint: LocalEndpoint, key: AccessKeyPair) -> None:
    request = AWSRequest("GET", f"{endpoint.url}/?Action=GetCallerIdentity&Version=2011-06-15")
    SigV4QueryAuth(Credentials(*key), "sts", "us-east-1").add_auth(request)
    with urlopen(request.url) as answer:  # noqa: S310 - our own server
        assert answer.headers["Content-Type"] == "text/xml"
        assert f"<Arn>{ADMIN}</Arn>".encode() in answer.read()


ACCEPTED: dict[str, tuple[str, str]] = {
    "JSON": ("application/json", "application/json"),
    "JSON in other letters, with a parameter": ("Application/JSON; charset=utf-8", "application/json"),
    "JSON before anything": ("application/json, text/plain, */*", "application/json"),
    "anything": ("*/*", "text/xml"),
    "XML": ("text/xml", "text/xml"),
    "another JSON": ("application/problem+json", "text/xml"),
}


@pytest.mark.parametrize(("accept", "content_type"), ACCEPTED.values(), ids=ACCEPTED)
def test_sts_answers_in_json_who_asks_for_it(
    wire: Connection, key: AccessKeyPair, accept: str, content_type: str
) -> None:
    answer = _sts(wire, key, "Action=GetCallerIdentity&Version=2011-06-15", ("Accept", accept))
    assert (answer.status, answer.headers["content-type"]) == (200, content_type)
    if content_type == "application/json":
        told = answer.json["GetCallerIdentityResponse"]
        assert (told["GetCallerIdentityResult"]["Account"], told["GetCallerIdentityResult"]["Arn"]) == (A, ADMIN)
        assert told["ResponseMetadata"] == {"RequestId": answer.headers["x-amzn-requestid"]}


def test_sts_refuses_in_json_who_asks_for_it(wire: Connection, key: AccessKeyPair) -> None:
    answer = _sts(wire, key, "Action=Conjure&Version=2011-06-15", ("Accept", "application/json"))
    assert (answer.status, answer.headers["content-type"]) == (400, "application/json")
    words = "Could not find operation Conjure for version 2011-06-15"
    assert answer.json == {
        "Error": {"Type": "Sender", "Code": "InvalidAction", "Message": words},
        "RequestId": answer.headers["x-amzn-requestid"],
    }


def test_in_json_times_are_numbers_and_what_there_is_not_is_null(wire: Connection, key: AccessKeyPair) -> None:
    text = "Action=GetSessionToken&Version=2011-06-15&DurationSeconds=900"
    answer = _sts(wire, key, text, ("Accept", "application/json"))
    credentials = answer.json["GetSessionTokenResponse"]["GetSessionTokenResult"]["Credentials"]
    assert credentials["Expiration"] == pytest.approx(datetime.now(UTC).timestamp() + 900, abs=60)
    text = "Action=GetFederationToken&Version=2011-06-15&Name=guest"
    answer = _sts(wire, key, text, ("Accept", "application/json"))
    result = answer.json["GetFederationTokenResponse"]["GetFederationTokenResult"]
    assert result["PackedPolicySize"] is None


STS_REFUSED: dict[str, tuple[str, int, str, str]] = {
    "no action": (
        "Version=2011-06-15",
        400,
        "MissingAction",
        "The request must contain the parameter Action.",
    ),
    "an action that there is not": (
        "Action=Conjure&Version=2011-06-15",
        400,
        "InvalidAction",
        "Could not find operation Conjure for version 2011-06-15",
    ),
    "no version": (
        "Action=GetCallerIdentity",
        400,
        "InvalidAction",
        "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED",
    ),
    "a field twice": (
        "Action=GetCallerIdentity&Version=2011-06-15&Version=2011-06-15",
        400,
        "MalformedQueryString",
        "The parameter Version is given more than once.",
    ),
    "a number that is none": (
        "Action=GetSessionToken&Version=2011-06-15&DurationSeconds=soon",
        400,
        "MalformedInput",
        "For input string: &quot;soon&quot;",
    ),
}


@pytest.mark.parametrize(("text", "status", "code", "words"), STS_REFUSED.values(), ids=STS_REFUSED)
def test_what_sts_refuses(  # noqa: PLR0913, PLR0917 - fixtures, and columns of the table
    wire: Connection, key: AccessKeyPair, text: str, status: int, code: str, words: str
) -> None:
    answer = _sts(wire, key, text)
    assert answer.status == status
    assert f"<Code>{code}</Code>".encode() in answer.body
    assert words.replace("&quot;", '"').encode() in answer.body.replace(b"&quot;", b'"')
    assert f"<RequestId>{answer.headers['x-amzn-requestid']}</RequestId>".encode() in answer.body


def test_sts_without_a_signature(wire: Connection) -> None:
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    answer = wire.ask([("Host", "h"), ("Content-Type", "application/x-www-form-urlencoded")], body)
    assert answer.status == 403
    assert b"<Code>MissingAuthenticationToken</Code>" in answer.body


def test_a_form_is_for_sts_in_whatever_letters_it_says_so(wire: Connection, key: AccessKeyPair) -> None:
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    headers = [("Content-Type", "Application/X-WWW-Form-Urlencoded")]
    assert wire.ask(sign(key, wire.url, body, headers, service="sts"), body).status == 200


def test_a_signature_for_kms_is_none_for_sts(wire: Connection, key: AccessKeyPair) -> None:
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    headers = sign(key, wire.url, body, [("Content-Type", "application/x-www-form-urlencoded")], service="kms")
    answer = wire.ask(headers, body)
    assert answer.status == 403
    assert b"Credential should be scoped to correct service: 'sts'." in answer.body


# Beside it


def test_monitors_are_answered(endpoint: LocalEndpoint, wire: Connection, key: AccessKeyPair) -> None:
    wire.call(key, "ListKeys", {})
    wire.call(key, "DescribeKey", {"KeyId": f"arn:aws:kms:us-east-1:{A}:key/none"})
    with urlopen(f"{endpoint.url}/healthz") as health:  # noqa: S310 - our own server
        assert json.load(health) == {"status": "ok"}
    with urlopen(f"{endpoint.url}/metrics") as metrics:  # noqa: S310 - our own server
        text = metrics.read().decode()
        assert metrics.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'policyeval_requests_total{service="kms",operation="ListKeys",code=""}' in text
    assert 'policyeval_requests_total{service="kms",operation="DescribeKey",code="NotFoundException"}' in text
