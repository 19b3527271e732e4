"""A record says what CloudTrail's would, and what was decided."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings

from policyeval.kms.trail.encode import Encoder
from policyeval.kms.trail.event import INTERNAL, Event, Who
from policyeval.kms.trail.records import record
from tests.kms.trail.samples import ALLOWED, ARN, DENIED, KEY, MATERIAL, NOON, event, events, written

B = "444455556666"


@settings(max_examples=150)
@given(first=events(), second=events())
def test_the_quick_text_means_the_record(first: Event, second: Event) -> None:
    encoder = Encoder()
    for each in (first, second, first):  # the third time from what was kept
        text = encoder.encode(each) + "}"
        assert text.isascii()
        assert json.loads(text) == json.loads(json.dumps(record(each)))
        assert [*json.loads(text)] == [*record(each)]


def test_an_encrypt_that_was_allowed() -> None:
    assert written(event(parameters={"KeyId": ARN, "Plaintext": b"no", "EncryptionContext": {"tenant": "blue"}})) == {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROAEXAMPLE:s1",
            "arn": f"arn:aws:sts::{B}:assumed-role/app/s1",
            "accountId": B,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": "AROAEXAMPLE",
                    "arn": f"arn:aws:iam::{B}:role/svc/app",
                    "accountId": B,
                    "userName": "app",
                }
            },
        },
        "eventTime": "2030-01-31T12:00:01Z",
        "eventSource": "kms.amazonaws.com",
        "eventName": "Encrypt",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "aws-cli/2.30",
        "requestParameters": {"keyId": ARN, "encryptionContext": {"tenant": "blue"}},
        "responseElements": None,
        "additionalEventData": {
            "keyMaterialId": MATERIAL,
            "keys": [{"spec": "SYMMETRIC_DEFAULT", "manager": "CUSTOMER"}],
            "decisions": [
                {
                    "action": "kms:Encrypt",
                    "resource": ARN,
                    "decision": "allow",
                    "reason": "allowed",
                    "layer": "resource_policy",
                    "rule": None,
                    "determining_statements": [
                        {
                            "layer": "resource_policy",
                            "policy": "key policy",
                            "sid": "AccountB",
                            "index": 1,
                            "grant_id": None,
                            "file": None,
                            "line": None,
                            "column": None,
                        }
                    ],
                }
            ],
        },
        "requestID": "11111111-0000-0000-0000-000000000001",
        "eventID": "00000000-0000-0000-0000-000000000001",
        "readOnly": True,
        "resources": [{"accountId": "111122223333", "type": "AWS::KMS::Key", "ARN": ARN}],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": B,
        "eventCategory": "Management",
    }


def test_a_refusal_has_its_code_its_words_and_what_decided() -> None:
    refused = written(event(error="AccessDeniedException", error_message="no", decisions=(DENIED,)))
    assert (refused["errorCode"], refused["errorMessage"]) == ("AccessDenied", "no")  # CloudTrail's, not the API's
    assert refused["additionalEventData"]["decisions"] == [DENIED.to_json()]
    assert DENIED.to_json()["rule"] == "K3"
    assert "keyMaterialId" not in refused["additionalEventData"]


@pytest.mark.parametrize(
    ("who", "identity"),
    [
        pytest.param(
            Who(f"arn:aws:iam::{B}:root", B),
            {"type": "Root", "principalId": B, "arn": f"arn:aws:iam::{B}:root", "accountId": B},
            id="the root user",
        ),
        pytest.param(
            Who(f"arn:aws:iam::{B}:user/ops/alice", B, unique_id="AIDA1", access_key="AKIA1"),
            {
                "type": "IAMUser",
                "principalId": "AIDA1",
                "arn": f"arn:aws:iam::{B}:user/ops/alice",
                "accountId": B,
                "accessKeyId": "AKIA1",
                "userName": "alice",
            },
            id="a user",
        ),
        pytest.param(
            Who(f"arn:aws:sts::{B}:federated-user/bob", B, unique_id="AIDA1", issuer=f"arn:aws:iam::{B}:user/alice"),
            {
                "type": "FederatedUser",
                "principalId": f"{B}:bob",
                "arn": f"arn:aws:sts::{B}:federated-user/bob",
                "accountId": B,
                "sessionContext": {
                    "sessionIssuer": {
                        "type": "IAMUser",
                        "principalId": "AIDA1",
                        "arn": f"arn:aws:iam::{B}:user/alice",
                        "accountId": B,
                        "userName": "alice",
                    }
                },
            },
            id="a federated user",
        ),
        pytest.param(Who("s3.amazonaws.com"), {"type": "AWSService", "invokedBy": "s3.amazonaws.com"}, id="a service"),
        pytest.param(
            Who("anonymous"),
            {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"},
            id="nobody in particular",
        ),
        pytest.param(
            Who(f"arn:aws:iam::{B}:user/alice", B, via_service="s3.us-east-1.amazonaws.com"),
            {
                "type": "IAMUser",
                "arn": f"arn:aws:iam::{B}:user/alice",
                "accountId": B,
                "userName": "alice",
                "invokedBy": "s3.us-east-1.amazonaws.com",
            },
            id="a user through a service",
        ),
        pytest.param(
            Who(f"arn:aws:sts::{B}:assumed-role/app/s1", B),
            {"type": "AssumedRole", "arn": f"arn:aws:sts::{B}:assumed-role/app/s1", "accountId": B},
            id="a session of whose role nothing is known",
        ),
        pytest.param(Who(INTERNAL, B), {"accountId": B, "invokedBy": "AWS Internal"}, id="KMS itself"),
    ],
)
def test_who_called(who: Who, identity: dict[str, object]) -> None:
    assert written(event(who=who))["userIdentity"] == identity


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (datetime(2030, 1, 31, 23, 59, 59, 999_999, UTC), "2030-01-31T23:59:59Z"),
        (datetime(2030, 2, 1, 1, tzinfo=timezone(timedelta(hours=2))), "2030-01-31T23:00:00Z"),
    ],
)
def test_times_are_utc_to_the_second(time: datetime, text: str) -> None:
    assert written(event(time=time))["eventTime"] == text


def test_the_text_of_a_second_is_not_kept_for_another_one() -> None:
    encoder = Encoder()
    micro = timedelta(microseconds=1)
    for at in (NOON, NOON + timedelta(seconds=1) - micro, NOON + timedelta(seconds=1), NOON - micro, NOON):
        assert json.loads(encoder.encode(event(time=at)) + "}")["eventTime"] == f"{at.isoformat()[:19]}Z"


def test_a_service_stands_for_an_address() -> None:
    shown = written(event(who=Who("s3.amazonaws.com")))
    assert (shown["sourceIPAddress"], shown["userAgent"]) == ("s3.amazonaws.com", "s3.amazonaws.com")
    assert shown["recipientAccountId"] == KEY.account


def test_the_endpoint_is_named() -> None:
    assert written(event(who=Who("s3.amazonaws.com", vpc_endpoint="vpce-1")))["vpcEndpointId"] == "vpce-1"


def _response(operation: str, response: dict[str, Any], **facts: Any) -> Any:
    return written(event(operation, parameters={}, response=response, **facts))["responseElements"]


def test_changes_show_the_key_and_little_more() -> None:
    assert _response("CreateGrant", {"GrantId": "g", "GrantToken": "secret"}) == {"grantId": "g", "keyId": ARN}
    assert _response("DisableKey", {}) == {"keyId": ARN}
    deleted = {"KeyId": ARN, "DeletionDate": NOON, "KeyState": "PendingDeletion", "PendingWindowInDays": 7}
    assert _response("ScheduleKeyDeletion", deleted) == {
        "deletionDate": "Jan 31, 2030, 12:00:00 PM",
        "keyState": "PendingDeletion",
        "pendingWindowInDays": 7,
        "keyId": ARN,
    }
    created = _response("CreateKey", {"KeyMetadata": {"AWSAccountId": "111122223333", "KeyId": KEY.key_id}})
    assert created == {"keyMetadata": {"AWSAccountId": "111122223333", "keyId": KEY.key_id}}


def test_what_failed_shows_no_response() -> None:
    assert _response("CreateGrant", {"GrantId": "g"}, error="AccessDeniedException") is None


@pytest.mark.parametrize("operation", ["Encrypt", "CreateGrant"])
def test_a_refused_request_fills_no_disk_and_one_that_was_done_is_told_whole(operation: str) -> None:
    parameters = {"KeyId": "k" * 102_400}
    refused = written(event(operation, parameters=parameters, error="ValidationException", error_message="w" * 1_025))
    assert (refused["requestParameters"], refused["errorMessage"]) == (None, "w" * 1_024)
    short = {"KeyId": "k" * 1_024}
    refused = written(event(operation, parameters=short, error="ValidationException"))
    assert refused["requestParameters"] == {"keyId": short["KeyId"]}
    assert written(event(operation, parameters=parameters))["requestParameters"] == {"keyId": parameters["KeyId"]}


def test_a_second_key_and_its_material_are_there() -> None:
    other = replace(KEY, arn=f"{ARN}-2", spec="RSA_2048")
    shown = written(event("ReEncrypt", keys=(KEY, other), response={"SourceKeyMaterialId": "s"}))
    assert [each["ARN"] for each in shown["resources"]] == [ARN, other.arn]
    assert shown["additionalEventData"]["keys"][1] == {"spec": "RSA_2048", "manager": "CUSTOMER"}
    assert shown["additionalEventData"]["sourceKeyMaterialId"] == "s"


def test_what_kms_does_by_itself_is_an_event_of_the_service() -> None:
    details = {"rotationType": "AUTOMATIC", "keyOrigin": "AWS_KMS", "password": "no"}
    shown = written(event("RotateKey", who=Who(INTERNAL, KEY.account), parameters=details, decisions=()))
    assert shown["eventType"] == "AwsServiceEvent"
    assert shown["requestParameters"] is None
    assert shown["serviceEventDetails"] == {"rotationType": "AUTOMATIC", "keyOrigin": "AWS_KMS"}
    assert shown["recipientAccountId"] == KEY.account


def test_a_key_that_got_new_material_shows_it() -> None:
    encoder = Encoder()
    encoder.encode(event())
    rotated = event(keys=(replace(KEY, material_id="f" * 64),))
    assert json.loads(encoder.encode(rotated) + "}")["additionalEventData"]["keyMaterialId"] == "f" * 64


def test_a_decision_without_statements_is_whole() -> None:
    assert written(event(decisions=()))["additionalEventData"]["decisions"] == []
    assert len(written(event(decisions=(ALLOWED, DENIED)))["additionalEventData"]["decisions"]) == 2


def test_a_context_that_is_not_all_text_shows_its_text() -> None:
    mixed = {"tenant": "blue", "number": 1, 2: "two", "blob": b"no"}
    shown = written(event(parameters={"EncryptionContext": mixed}, error="SerializationException"))
    assert shown["requestParameters"] == {"encryptionContext": {"tenant": "blue"}}
