"""AWS JSON 1.1: what is read and written, held against botocore's own parser and serializer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore.parsers import JSONParser
from botocore.serialize import create_serializer
from hypothesis import given, settings
from hypothesis import strategies as st

from policyeval.catalog.kms_model import Shape, kms_model
from policyeval.kms.errors import KmsError
from policyeval.kms.validation import validate
from policyeval.server.json_protocol import _made, codec, encode_error, parse, status_of
from tests.server.raw import in_utc

SERVICE = botocore.session.get_session().get_service_model("kms")
OPERATIONS = sorted(kms_model().operations)
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
    "blob": st.binary(min_size=1, max_size=40),
    "integer": st.integers(0, 2**31 - 1),
    "boolean": st.booleans(),
    "timestamp": st.integers(0, 4 * 10**12).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC)),
}


def _codec(operation: str) -> Any:
    found = codec(operation)
    assert found is not None
    return found


def _values(shape: Shape, *, whole: bool = False) -> st.SearchStrategy[Any]:
    match shape.type:
        case "structure":
            members = {name: _values(member) for name, member in shape.members.items()}
            required = {name: values for name, values in members.items() if whole or name in shape.required}
            rest = {name: values for name, values in members.items() if name not in required}
            return st.fixed_dictionaries(required, optional=rest)
        case "list":
            assert shape.member is not None
            return st.lists(_values(shape.member), max_size=2)
        case "map":
            return st.dictionaries(_SCALARS["string"], _SCALARS["string"], max_size=2)
        case kind:
            return _SCALARS[kind]


def test_of_operations_that_are_made_up_nothing_is_kept() -> None:
    assert all(codec(operation) for operation in OPERATIONS)
    assert [codec(f"{operation}-not") for operation in OPERATIONS] == [None] * len(OPERATIONS)
    assert _made.cache_info().currsize == len(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=15)
@given(data=st.data())
def test_what_botocore_sends_is_read_as_it_was_meant(operation: str, data: st.DataObject) -> None:
    params = data.draw(_values(kms_model().operations[operation].input))
    sent = create_serializer("json", include_validation=False).serialize_to_request(
        params, SERVICE.operation_model(operation)
    )
    times = {
        name for name, shape in kms_model().operations[operation].input.members.items() if shape.type == "timestamp"
    }
    read = _codec(operation).decode(parse(sent["body"]))
    assert {name: value for name, value in read.items() if name not in times} == {
        name: value for name, value in params.items() if name not in times
    }
    for name in times & params.keys():
        assert read[name] == params[name].timestamp()


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=15)
@given(data=st.data())
def test_what_is_written_botocore_reads_as_it_was_meant(operation: str, data: st.DataObject) -> None:
    shape = kms_model().operations[operation].output
    if shape is None:
        assert _codec(operation).encode({}) == b""
        return
    response = data.draw(_values(shape))
    body = _codec(operation).encode(response)
    model = SERVICE.operation_model(operation)
    parsed = JSONParser(timestamp_parser=in_utc).parse(
        {"status_code": 200, "headers": {}, "body": body}, model.output_shape
    )
    parsed.pop("ResponseMetadata")
    assert parsed == response


BAD_JSON = {
    "nothing": b"",
    "no JSON": b"{",
    "text after it": b"{} {}",
    "bytes that are no UTF-8": b'{"KeyId": "\xff"}',
    "UTF-16, which json.loads would guess": '{"KeyId": "a"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "half a surrogate pair": rb'{"KeyId": "\ud800"}',
    "half a surrogate pair as a name": rb'{"\uDFFF": 1}',
    "no number": b'{"NumberOfBytes": NaN}',
    "an infinite number": b'{"NumberOfBytes": -Infinity}',
    "a number longer than anybody reads": b'{"NumberOfBytes": ' + b"9" * 5_000 + b"}",
    "lists deeper than anybody goes": b"[" * 100_000,
}


@pytest.mark.parametrize("body", BAD_JSON.values(), ids=BAD_JSON)
def test_what_is_no_json_is_a_serialization_exception(body: bytes) -> None:
    with pytest.raises(KmsError) as refused:
        parse(body)
    assert (refused.value.code, refused.value.message) == ("SerializationException", "")


MISTYPED = {
    "a list for the request": (b"[]", "Start of list found where not expected"),
    "a number for a blob": (b'{"Plaintext": 1}', "NUMBER_VALUE can not be converted to a Blob"),
    "no base64 for a blob": (b'{"Plaintext": "a*b="}', "STRING_VALUE can not be converted to a Blob"),
    "base64 without its end": (b'{"Plaintext": "YQ"}', "STRING_VALUE can not be converted to a Blob"),
    "base64 with more behind its end": (b'{"Plaintext": "YQ==YQ=="}', "STRING_VALUE can not be converted to a Blob"),
    "letters that are no base64": ('{"Plaintext": "é"}'.encode(), "STRING_VALUE can not be converted to a Blob"),
    "a structure for a text": (b'{"KeyId": {}}', "Start of structure or map found where not expected."),
    "a text for a structure": (b'{"Recipient": "x"}', None),
    "a list for a structure": (b'{"Recipient": []}', "Start of list found where not expected"),
    "a text for a list": (b'{"GrantTokens": "x"}', "Expected list or null"),
    "a text for a boolean": (b'{"DryRun": "true"}', "STRING_VALUE can not be converted to a Boolean"),
}


@pytest.mark.parametrize(("body", "words"), MISTYPED.values(), ids=MISTYPED)
def test_a_value_of_the_wrong_type_is_refused_by_the_service(body: bytes, words: str | None) -> None:
    operation = "Decrypt" if b"Recipient" in body else "Encrypt"
    params = _codec(operation).decode(parse(body))
    with pytest.raises(KmsError) as refused:
        validate(operation, params)
    assert refused.value.code == "SerializationException"
    assert words is None or refused.value.message == words


def test_nulls_are_absent_and_unknown_members_are_ignored() -> None:
    body = b'{"KeyId": "k", "Plaintext": "YQ==", "EncryptionContext": null, "GrantTokens": null, "Colour": {"a": [1]}}'
    assert validate("Encrypt", _codec("Encrypt").decode(parse(body))) == {"KeyId": "k", "Plaintext": b"a"}


def test_writing_leaves_the_response_as_it_is() -> None:
    time = datetime(2030, 1, 2, 3, 4, 5, 678_901, UTC)
    response: dict[str, Any] = {"KeyMetadata": {"KeyId": "k", "CreationDate": time}}
    body = _codec("CreateKey").encode(response)
    assert json.loads(body) == {"KeyMetadata": {"KeyId": "k", "CreationDate": 1_893_553_445.679}}
    assert response["KeyMetadata"]["CreationDate"] is time


def test_an_operation_that_there_is_not_has_no_codec() -> None:
    assert codec("Conjure") is None


def test_an_error_without_words_has_no_message() -> None:
    assert json.loads(encode_error("NotFoundException", "Invalid keyId 'é'")) == {
        "__type": "NotFoundException",
        "message": "Invalid keyId 'é'",
    }
    assert encode_error("InvalidCiphertextException", "") == b'{"__type":"InvalidCiphertextException"}'


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("AccessDeniedException", 400),
        ("NotFoundException", 400),
        ("ThrottlingException", 400),
        ("KMSInternalException", 500),
        ("DependencyTimeoutException", 500),
        ("KeyUnavailableException", 500),
        ("ServiceUnavailable", 503),
    ],
)
def test_only_the_servers_own_faults_are_not_400(code: str, status: int) -> None:
    assert status_of(code) == status
