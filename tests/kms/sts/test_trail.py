"""Calls of STS in the trail: who asked, what was decided, and never what opens a session."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, cast

import pytest

from policyeval.catalog.kms_prices import kms_prices
from policyeval.kms.errors import KmsError
from policyeval.kms.trail.usage import Usage
from tests.kms.estate import A, B, allow
from tests.kms.sts.estate import ROLE, SESSION, Tokens, tags, text


def test_an_assumed_role_is_told_with_its_decisions() -> None:
    tokens = Tokens()
    tokens.call(
        "AssumeRole",
        RoleArn=ROLE,
        RoleSessionName="s1",
        Tags=tags(team="blue"),
        TransitiveTagKeys=["team"],
        ExternalId="42",
        request={"source_ip": "192.0.2.1", "user_agent": "boto3", "region": "eu-west-1"},
    )
    (record,) = tokens.trail.records
    told = {
        "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRole",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "192.0.2.1",
        "userAgent": "boto3",
        "eventTime": "2026-01-31T12:00:00Z",
        "readOnly": True,
        "resources": [],
        "recipientAccountId": A,
    }
    assert {name: record[name] for name in told} == told
    assert record["userIdentity"] == {
        "type": "IAMUser",
        "principalId": "AIDAALICE",
        "userName": "alice",
        "arn": f"arn:aws:iam::{A}:user/alice",
        "accountId": A,
        "accessKeyId": "AKIAALICE",
    }
    assert record["requestParameters"] == {
        "roleArn": ROLE,
        "roleSessionName": "s1",
        "tags": [{"key": "team", "value": "blue"}],
        "transitiveTagKeys": ["team"],
        "externalId": "42",
    }
    decisions = record["additionalEventData"]["decisions"]
    assert [(each["action"], each["decision"]) for each in decisions] == [
        ("sts:AssumeRole", "allow"),
        ("sts:TagSession", "allow"),
    ]
    response = record["responseElements"]
    assert response["assumedRoleUser"] == {"assumedRoleId": "AROAAPP:s1", "arn": SESSION}
    assert set(response["credentials"]) == {"accessKeyId", "expiration"}
    assert response["credentials"]["expiration"] == "Jan 31, 2026, 1:00:00 PM"


def test_a_refusal_is_told_with_its_words() -> None:
    tokens = Tokens(alice=[])
    code, words = tokens.not_assumed()
    (record,) = tokens.trail.records
    assert (record["errorCode"], record["errorMessage"]) == (code, words)
    assert record["responseElements"] is None
    assert record["additionalEventData"]["decisions"][0]["decision"] == "deny"


def test_what_was_not_even_valid_is_told() -> None:
    tokens = Tokens()
    tokens.not_assumed(name="a b", Tags="none")
    (record,) = tokens.trail.records
    assert record["errorCode"] == "MalformedInput"
    assert record["requestParameters"] == {"roleArn": ROLE, "roleSessionName": "a b", "tags": []}


def test_nor_what_has_no_members_at_all() -> None:
    tokens = Tokens()
    alice, params = tokens.find(), cast("dict[str, object]", ["x"])
    with pytest.raises(KmsError):
        tokens.sts.call(alice.caller(), alice, "AssumeRole", params)
    (record,) = tokens.trail.records
    assert (record["errorCode"], record["requestParameters"]) == ("MalformedInput", None)


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "s1", "SourceIdentity": "alice"}),
        ("GetSessionToken", {}),
        ("GetFederationToken", {"Name": "bob", "Policy": text(allow("kms:*"))}),
    ],
)
def test_neither_secret_nor_token_is_in_a_line(operation: str, params: dict[str, Any]) -> None:
    tokens = Tokens()
    response = tokens.call(operation, **params)
    tokens.call("GetCallerIdentity", tokens.of(response))
    credentials = response["Credentials"]
    for line in tokens.trail.lines:
        said = line.decode()
        assert credentials["AccessKeyId"] in said
        assert credentials["SecretAccessKey"] not in said
        assert json.dumps(credentials["SecretAccessKey"])[1:-1] not in said
        assert credentials["SessionToken"] not in said


@pytest.mark.parametrize(
    ("operation", "params", "told"),
    [
        (
            "AssumeRole",
            {"RoleArn": ROLE, "RoleSessionName": "s1"},
            {
                "type": "AssumedRole",
                "principalId": "AROAAPP:s1",
                "arn": SESSION,
                "accountId": B,
                "sessionContext": {
                    "sessionIssuer": {
                        "type": "Role",
                        "principalId": "AROAAPP",
                        "arn": ROLE,
                        "accountId": B,
                        "userName": "app",
                    }
                },
            },
        ),
        (
            "GetFederationToken",
            {"Name": "bob"},
            {
                "type": "FederatedUser",
                "principalId": f"{A}:bob",
                "arn": f"arn:aws:sts::{A}:federated-user/bob",
                "accountId": A,
                "sessionContext": {
                    "sessionIssuer": {
                        "type": "IAMUser",
                        "principalId": "AIDAALICE",
                        "arn": f"arn:aws:iam::{A}:user/alice",
                        "accountId": A,
                        "userName": "alice",
                    }
                },
            },
        ),
    ],
)
def test_a_session_that_calls_is_told_with_who_made_it(
    operation: str, params: dict[str, Any], told: dict[str, Any]
) -> None:
    tokens = Tokens()
    session = tokens.of(tokens.call(operation, **params))
    tokens.call("GetCallerIdentity", session)
    identity = tokens.trail.records[1]["userIdentity"]
    assert identity == {**told, "accessKeyId": session.access_key_id}


def test_the_id_that_the_caller_is_told_is_the_records() -> None:
    tokens = Tokens()
    alice = tokens.find()
    tokens.sts.call(alice.caller(), alice, "GetCallerIdentity", request_id="11111111-2222")
    tokens.sts.call(alice.caller(), alice, "GetCallerIdentity")
    first, second = tokens.trail.records
    assert first["requestID"] == "11111111-2222"
    assert len({first["eventID"], second["eventID"], second["requestID"], "11111111-2222"}) == 4


def test_what_sts_does_is_no_use_of_kms() -> None:
    tokens = Tokens()
    tokens.call("GetCallerIdentity")
    usage = Usage(kms_prices())
    usage.read("trail.jsonl", tokens.trail.lines)
    assert usage.report() is None


def test_a_reloaded_description_goes_on_in_the_same_trail() -> None:
    tokens = Tokens()
    tokens.call("GetCallerIdentity")
    tokens.clock.now += timedelta(seconds=1)
    tokens.sts.describe(Tokens().sts._core.iam)
    tokens.call("GetCallerIdentity")
    assert [record["chain"]["sequence"] for record in tokens.trail.records] == [1, 2]
