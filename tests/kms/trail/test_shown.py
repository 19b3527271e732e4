"""What is shown is a table; what is secret is in no row of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from policyeval.catalog.kms_model import Shape, kms_model
from policyeval.catalog.sts_model import sts_model
from policyeval.kms.trail.encode import Encoder
from policyeval.kms.trail.members import camel, cloudtrail_date, show
from policyeval.kms.trail.shown import KMS, NOTHING, SHOWN, STS
from tests.kms.trail.samples import event

MODEL = {**kms_model().operations, **sts_model().operations}
NEVER = "never to be seen"

# Members of requests that no row shows, and why.
LEFT_OUT = {
    "GrantToken": "shows a grant to whoever has it",
    "GrantTokens": "likewise",
    "ImportToken": "a blob, good for a day",
    "KeyStorePassword": "a password",
    "ProvidedContexts": "hold signed assertions, and are refused",
    "TokenCode": "a password of the moment",
    "Marker": "opaque, and only good for the next page",
    "Recipient": "holds a blob, the attestation document",
    "TrustAnchorCertificate": "says nothing of who did what",
    "XksProxyAuthenticationCredential": "a secret",
}


def test_every_operation_has_a_row_and_no_other_has() -> None:
    assert set(SHOWN) == set(MODEL)


@pytest.mark.parametrize("name", MODEL)
def test_a_member_of_a_request_is_shown_or_left_out_for_a_reason(name: str) -> None:
    members, shown = MODEL[name].input.members, SHOWN[name].request
    assert set(shown) <= set(members)
    hidden = {member for member, shape in members.items() if member not in shown and shape.type != "blob"}
    assert {member for member in hidden if not members[member].sensitive} <= set(LEFT_OUT)


def _secret(shape: Shape, shown: Any, seen: tuple[str, ...] = ()) -> Iterator[str]:
    """Name the blobs and secrets within what is shown of a shape."""
    if shape.type == "blob" or shape.sensitive or shape.name == "tokenType":
        yield shape.name
    if shape.name not in seen:
        named = shown if isinstance(shown, Mapping) and shape.type == "structure" else dict.fromkeys(shape.members)
        for name, part in named.items():
            yield from _secret(shape.members[name], part, (*seen, shape.name))
        for each in (shape.member, shape.key, shape.value):
            if each is not None:
                yield from _secret(each, shown[0] if isinstance(shown, tuple) else None, (*seen, shape.name))


@pytest.mark.parametrize("name", MODEL)
def test_an_operation_belongs_to_its_service(name: str) -> None:
    assert SHOWN[name].source == (KMS if name in kms_model().operations else STS)


@pytest.mark.parametrize("name", MODEL)
def test_nothing_shown_is_a_blob_or_a_secret(name: str) -> None:
    row, output = SHOWN[name], MODEL[name].output
    answers = output.members if output is not None else {}
    shapes = [(MODEL[name].input.members[member], shown) for member, shown in row.request.items()]
    response = {**row.response, **dict.fromkeys(row.extra)}
    shapes += [(answers[member], shown) for member, shown in response.items() if member in answers]
    assert [secret for shape, shown in shapes for secret in _secret(shape, shown)] == []


def _filled(shape: Shape, depth: int = 0) -> Any:
    """Fill a shape with values that would be seen."""
    if shape.type == "structure":
        return {name: _filled(part, depth + 1) for name, part in shape.members.items()} if depth < 6 else {}
    if shape.type == "list" and shape.member is not None:
        return [_filled(shape.member, depth + 1)]
    return {
        "map": {NEVER: NEVER},
        "blob": NEVER.encode(),
        "string": NEVER,
        "timestamp": datetime(2030, 1, 31, tzinfo=UTC),
        "boolean": True,
        "integer": 1,
    }[shape.type]


def _hidden_only(members: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name not in shown}


@pytest.mark.parametrize("name", MODEL)
def test_a_line_holds_nothing_of_what_is_not_shown(name: str) -> None:
    row, output = SHOWN[name], MODEL[name].output
    request = _hidden_only(_filled(MODEL[name].input), row.request)
    answers = _filled(output) if output is not None else {}
    response = _hidden_only(answers, {**row.response, **dict.fromkeys(row.extra)})
    line = Encoder().encode(event(name, parameters=request, response=response))
    assert NEVER not in line
    assert json.loads(line + "}")["requestParameters"] is None


@pytest.mark.parametrize("name", MODEL)
def test_a_blob_where_text_belongs_is_left_out(name: str) -> None:
    blobs = dict.fromkeys(SHOWN[name].request, NEVER.encode())
    line = Encoder().encode(event(name, parameters=blobs, response=dict.fromkeys(SHOWN[name].response, NEVER.encode())))
    assert NEVER not in line
    assert NEVER.encode().hex() not in line


def test_an_unknown_operation_and_an_unknown_member_show_nothing() -> None:
    assert show(NOTHING.request, {"KeyId": "k"}) == {}
    assert show(SHOWN["Encrypt"].request, {"KeyId": "k", "Password": NEVER, "keyid": NEVER}) == {"keyId": "k"}


@pytest.mark.parametrize(
    ("operation", "params", "shown"),
    [
        pytest.param(
            "CreateGrant",
            {
                "KeyId": "k",
                "Operations": ["Encrypt", "RetireGrant"],
                "Constraints": {"EncryptionContextSubset": {"KeyId": "as written"}, "Other": 1},
            },
            {
                "keyId": "k",
                "operations": ["Encrypt", "RetireGrant"],
                "constraints": {"encryptionContextSubset": {"KeyId": "as written"}},
            },
            id="the names in an encryption context stay the caller's",
        ),
        pytest.param(
            "TagResource",
            {"KeyId": "k", "Tags": [{"TagKey": "a", "TagValue": "b", "Other": "c"}]},
            {"keyId": "k", "tags": [{"tagKey": "a", "tagValue": "b"}]},
            id="tags",
        ),
        pytest.param(
            "ImportKeyMaterial",
            {"KeyId": "k", "ValidTo": datetime(2030, 1, 31, 0, 5, 9, tzinfo=UTC), "ImportToken": b"t"},
            {"keyId": "k", "validTo": "Jan 31, 2030, 12:05:09 AM"},
            id="a time as CloudTrail writes it",
        ),
        pytest.param(
            "ImportKeyMaterial",
            {"KeyId": "k", "ValidTo": datetime(2030, 1, 31, 0, 5, 9)},  # noqa: DTZ001 - as said
            {"keyId": "k", "validTo": "Jan 31, 2030, 12:05:09 AM"},
            id="a time without an offset, which is in UTC wherever this runs",
        ),
        pytest.param(
            "ImportKeyMaterial",
            {"KeyId": datetime.min, "ValidTo": datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))},  # noqa: DTZ901
            {"keyId": "Jan 1, 1, 12:00:00 AM"},
            id="a time where text belongs, and one beyond the years that there are",
        ),
        pytest.param("ListKeys", {"Limit": 2**63, "Marker": -(10**5000)}, {"limit": 2**63}, id="a number without end"),
        pytest.param("PutKeyPolicy", {"KeyId": "k", "Policy": "{}"}, {"keyId": "k", "policy": "{}"}, id="a policy"),
        pytest.param(
            "Encrypt", {"KeyId": 5, "EncryptionContext": [1]}, {"keyId": 5, "encryptionContext": {}}, id="bad"
        ),
    ],
)
def test_what_is_shown_of_a_request(operation: str, params: dict[str, Any], shown: dict[str, object]) -> None:
    assert show(SHOWN[operation].request, params) == shown


@pytest.mark.parametrize(
    ("name", "spelled"), [("KeyId", "keyId"), ("AWSAccountId", "AWSAccountId"), ("ARN", "ARN"), ("Arn", "arn")]
)
def test_members_are_spelled_as_in_cloudtrail(name: str, spelled: str) -> None:
    assert camel(name) == spelled


@pytest.mark.parametrize(
    ("hour", "text"), [(0, "12:00:00 AM"), (1, "1:00:00 AM"), (12, "12:00:00 PM"), (23, "11:00:00 PM")]
)
def test_hours_have_halves_of_a_day(hour: int, text: str) -> None:
    assert cloudtrail_date(datetime(2030, 8, 1, hour, tzinfo=UTC)) == f"Aug 1, 2030, {text}"
