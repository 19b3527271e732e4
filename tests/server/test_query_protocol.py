"""The query protocol and XML, held against botocore's serializer and parser."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import botocore.session
import pytest
from botocore.parsers import QueryParser, create_parser
from botocore.serialize import create_serializer
from hypothesis import given, settings
from hypothesis import strategies as st

from policyeval.catalog.kms_model import Shape
from policyeval.catalog.sts_model import sts_model
from policyeval.kms.errors import KmsError
from policyeval.server.query_protocol import encode, encode_error, members, read_form
from tests.server.raw import in_utc

SERVICE = botocore.session.get_session().get_service_model("sts")
OPERATIONS = sorted(sts_model().operations)
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=8
)
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": TEXT,
    "integer": st.integers(0, 2**31 - 1),
    "timestamp": st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)).map(  # noqa: DTZ001 - made aware below
        lambda time: time.replace(microsecond=0, tzinfo=UTC)
    ),
}


def _values(shape: Shape) -> st.SearchStrategy[Any]:
    match shape.type:
        case "structure":
            members = {name: _values(member) for name, member in shape.members.items()}
            required = {name: values for name, values in members.items() if name in shape.required}
            rest = {name: values for name, values in members.items() if name not in required}
            return st.fixed_dictionaries(required, optional=rest)
        case "list":
            assert shape.member is not None
            # a structure with nothing in it is not on the wire
            return st.lists(_values(shape.member).filter(lambda value: value != {}), max_size=3)
        case kind:
            return _SCALARS[kind]


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=25)
@given(data=st.data())
def test_what_botocore_sends_is_read_as_it_was_meant(operation: str, data: st.DataObject) -> None:
    shape = sts_model().operations[operation].input
    params = data.draw(_values(shape))
    sent = create_serializer("query", include_validation=False).serialize_to_request(
        params, SERVICE.operation_model(operation)
    )
    form = read_form(b"", urlencode(sent["body"]).encode())
    assert (form.pop("Action"), form.pop("Version")) == (operation, "2011-06-15")
    assert members(form, shape) == params


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=25)
@given(data=st.data())
def test_what_is_written_botocore_reads_as_it_was_meant(operation: str, data: st.DataObject) -> None:
    shape = sts_model().operations[operation].output
    assert shape is not None
    response = data.draw(_values(shape))
    body = encode(operation, response, "the-request")
    model = SERVICE.operation_model(operation)
    parsed = QueryParser(timestamp_parser=in_utc).parse(
        {"status_code": 200, "headers": {}, "body": body}, model.output_shape
    )
    assert parsed.pop("ResponseMetadata")["RequestId"] == "the-request"
    assert parsed == response


def test_an_error_is_read_with_its_code_and_words() -> None:
    body = encode_error("AccessDenied", 'User: <a> & "b" is not authorized', "the-request")
    parsed = create_parser("query").parse({"status_code": 403, "headers": {}, "body": body}, None)
    assert parsed["Error"] == {"Type": "Sender", "Code": "AccessDenied", "Message": 'User: <a> & "b" is not authorized'}
    assert parsed["ResponseMetadata"]["RequestId"] == "the-request"


@given(st.text())
def test_whatever_is_written_is_xml(text: str) -> None:
    ET.fromstring(encode_error("ValidationError", text.encode(errors="replace").decode(), "r"))  # noqa: S314 - our own
    ET.fromstring(encode("GetCallerIdentity", {"Arn": text.encode(errors="replace").decode()}, "r"))  # noqa: S314 - our own


LISTS: dict[str, tuple[Mapping[str, str], object]] = {
    "elements come in the order of their numbers": (
        {"TransitiveTagKeys.member.10": "c", "TransitiveTagKeys.member.2": "b", "TransitiveTagKeys.member.1": "a"},
        ["a", "b", "c"],
    ),
    "numbers may be left out": ({"TransitiveTagKeys.member.3": "a", "TransitiveTagKeys.member.7": "b"}, ["a", "b"]),
    "nothing is the empty list": ({"TransitiveTagKeys": ""}, []),
    "what has no number is no element": ({"TransitiveTagKeys.member.x": "a"}, None),
    "a number that nobody counts to is none": ({"TransitiveTagKeys.member.99999999999": "a"}, None),
    "digits of other scripts are none": ({"TransitiveTagKeys.member.٣": "a"}, None),
}


@pytest.mark.parametrize(("form", "read"), LISTS.values(), ids=LISTS)
def test_lists(form: Mapping[str, str], read: object) -> None:
    assert members(form, sts_model().operations["AssumeRole"].input).get("TransitiveTagKeys") == read


REFUSED = {
    "a number that is none": ("DurationSeconds=soon", "MalformedInput", 'For input string: "soon"'),
    "a number with a fraction": ("DurationSeconds=900.5", "MalformedInput", 'For input string: "900.5"'),
    "a number of a thousand digits": (f"DurationSeconds={'9' * 1000}", "MalformedInput", None),
    "something twice": (
        "RoleArn=a&RoleArn=b",
        "MalformedQueryString",
        "The parameter RoleArn is given more than once.",
    ),
    "bytes that are no UTF-8": ("RoleArn=%ff", "MalformedQueryString", "The query string contains a syntax error."),
    "letters that are not encoded": ("RoleArn=é", "MalformedQueryString", "The query string contains a syntax error."),
    "more fields than anything needs": ("a&" * 5_000, "MalformedQueryString", None),
}


@pytest.mark.parametrize(("text", "code", "words"), REFUSED.values(), ids=REFUSED)
def test_a_form_that_is_refused(text: str, code: str, words: str | None) -> None:
    with pytest.raises(KmsError) as refused:
        members(read_form(b"", text.encode()), sts_model().operations["AssumeRole"].input)
    assert refused.value.code == code
    assert words is None or refused.value.message == words


def test_a_query_and_a_body_that_say_the_same_thing_are_refused() -> None:
    with pytest.raises(KmsError, match="more than once"):
        read_form(b"Action=GetCallerIdentity", b"Action=AssumeRole")
