"""Who calls, sessions of users and root users, and sessions under another name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from policyeval import Entities
from policyeval.kms.sts.service import SecurityTokenService
from tests.kms.estate import START, A, B, allow, deny
from tests.kms.sts.estate import KINDS, ROLE, SESSION, Tokens, described, tags, text

NAMED = f"arn:aws:sts::{A}:federated-user/bob"


@pytest.mark.parametrize(
    ("kind", "user_id", "account", "arn"),
    [
        ("user", "AIDAALICE", A, f"arn:aws:iam::{A}:user/alice"),
        ("root user", A, A, f"arn:aws:iam::{A}:root"),
        ("role", "AROAAPP:s1", B, SESSION),
        ("user with a session token", "AIDAALICE", A, f"arn:aws:iam::{A}:user/alice"),
        ("root user with a session token", A, A, f"arn:aws:iam::{A}:root"),
        ("federated user", f"{A}:bob", A, NAMED),
        ("federated root user", f"{A}:bob", A, NAMED),
    ],
)
def test_a_caller_is_told_who_it_is(kind: str, user_id: str, account: str, arn: str) -> None:
    tokens = Tokens()
    identity = KINDS[kind](tokens)
    assert tokens.call("GetCallerIdentity", identity) == {"UserId": user_id, "Account": account, "Arn": arn}
    assert identity.arn == arn


def test_nobody_can_be_denied_to_know_who_he_is() -> None:
    tokens = Tokens(alice=[deny("*")])
    assert tokens.call("GetCallerIdentity")["UserId"] == "AIDAALICE"


def test_who_is_described_without_a_unique_id_gets_one_that_stays() -> None:
    tokens = Tokens()
    plain = tokens.find("AKIAPLAIN")
    user_id = tokens.call("GetCallerIdentity", plain)["UserId"]
    assert len(user_id) == 21
    assert user_id.startswith("AIDA")
    assert tokens.call("GetCallerIdentity", plain)["UserId"] == user_id


# GetSessionToken


@pytest.mark.parametrize("operation", ["GetSessionToken", "GetFederationToken"])
@pytest.mark.parametrize(
    ("key", "asked", "seconds"),
    [
        ("AKIAALICE", None, 43200),
        ("AKIAALICE", 900, 900),
        ("AKIAALICE", 129600, 129600),
        ("AKIAROOT", None, 3600),
        ("AKIAROOT", 900, 900),
        ("AKIAROOT", 129600, 3600),  # a root user gets an hour, and is not refused
    ],
)
def test_how_long_a_session_lasts(operation: str, key: str, asked: int | None, seconds: int) -> None:
    tokens = Tokens()
    params: dict[str, Any] = {"Name": "bob"} if operation == "GetFederationToken" else {}
    if asked is not None:
        params["DurationSeconds"] = asked
    found = tokens.of(tokens.call(operation, tokens.find(key), **params))
    assert found.expires == START + timedelta(seconds=seconds)


@pytest.mark.parametrize("operation", ["GetSessionToken", "GetFederationToken"])
@pytest.mark.parametrize("seconds", [899, 129601])
def test_how_long_it_cannot_last(operation: str, seconds: int) -> None:
    assert Tokens().refused(operation, Name="bob", DurationSeconds=seconds)[0] == "ValidationError"


def test_no_policy_has_a_say_in_who_gets_a_session_token() -> None:
    tokens = Tokens(alice=[deny("*")])
    assert tokens.of(tokens.call("GetSessionToken")).principal.endswith("user/alice")


@pytest.mark.parametrize("operation", ["GetSessionToken", "GetFederationToken"])
@pytest.mark.parametrize(
    "kind",
    ["role", "user with a session token", "root user with a session token", "federated user", "federated root user"],
)
def test_temporary_credentials_get_no_others_but_of_roles(operation: str, kind: str) -> None:
    tokens = Tokens()
    refusal = tokens.refused(operation, KINDS[kind](tokens), Name="bob")
    assert refusal == ("AccessDenied", f"Cannot call {operation} with session credentials")


# GetFederationToken


def test_a_federated_session_is_named_as_one_asks() -> None:
    tokens = Tokens()
    response = tokens.call("GetFederationToken", Name="bob", Tags=tags(project="x"))
    assert response["FederatedUser"] == {"FederatedUserId": f"{A}:bob", "Arn": NAMED}
    found = tokens.of(response)
    assert found.session is not None
    assert (found.session.name, found.session.tags) == ("bob", {"project": "x"})


@pytest.mark.parametrize(
    ("statements", "params", "refused"),
    [
        pytest.param([allow("sts:GetFederationToken")], {}, None, id="allowed"),
        pytest.param([allow("sts:GetFederationToken", resource=NAMED)], {}, None, id="allowed for this name"),
        pytest.param(
            [allow("sts:GetFederationToken", resource=f"{NAMED}by")], {}, "sts:GetFederationToken", id="for another"
        ),
        pytest.param([], {}, "sts:GetFederationToken", id="not allowed"),
        pytest.param([allow("sts:*"), deny("sts:GetFederationToken")], {}, "sts:GetFederationToken", id="denied"),
        pytest.param([allow("sts:*")], {"Tags": tags(a="b")}, None, id="with tags"),
        pytest.param(
            [allow("sts:GetFederationToken")], {"Tags": tags(a="b")}, "sts:TagSession", id="tags need their own right"
        ),
        pytest.param(
            [allow("sts:*", Condition={"StringEquals": {"aws:RequestTag/a": "b"}})],
            {"Tags": tags(a="c")},
            "sts:GetFederationToken",
            id="another tag than is allowed",
        ),
    ],
)
def test_a_federated_session_needs_a_permission(
    statements: list[dict[str, Any]], params: dict[str, Any], refused: str | None
) -> None:
    tokens = Tokens(alice=statements)
    if refused is None:
        assert tokens.call("GetFederationToken", Name="bob", **params)
    else:
        code, said = tokens.refused("GetFederationToken", Name="bob", **params)
        assert code == "AccessDenied"
        assert said.startswith(
            f"User: arn:aws:iam::{A}:user/alice is not authorized to perform: {refused} on resource: {NAMED} "
        )


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Name": "a b"}, "ValidationError"),
        ({"Name": "b" * 33}, "ValidationError"),
        ({}, "ValidationError"),
        ({"Name": "bob", "Policy": text(allow("kms:*")) + " " * 2048}, "ValidationError"),
        ({"Name": "bob", "Policy": "[]"}, "MalformedPolicyDocument"),
        ({"Name": "bob", "PolicyArns": [{"arn": f"arn:aws:iam::{B}:policy/none"}]}, "MalformedPolicyDocument"),
    ],
)
def test_what_is_malformed_is_refused(params: dict[str, Any], code: str) -> None:
    assert Tokens().refused("GetFederationToken", **params)[0] == code


@pytest.mark.parametrize("policy", ["[]", "{", text(allow("kms:*")) * 2])
@pytest.mark.parametrize(
    ("operation", "params"),
    [("GetFederationToken", {"Name": "bob"}), ("AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "s1"})],
)
def test_a_session_policy_is_read_for_who_may_make_the_session_alone(
    operation: str, params: dict[str, Any], policy: str
) -> None:
    assert Tokens().refused(operation, **params, Policy=policy)[0] == "MalformedPolicyDocument"
    assert Tokens(alice=()).refused(operation, **params, Policy=policy)[0] == "AccessDenied"


# All of them


@pytest.mark.parametrize("operation", ["AssumeRoot", "AssumeRoleWithWebIdentity", "", "getCallerIdentity"])
def test_an_operation_that_is_not_here_is_refused(operation: str) -> None:
    assert Tokens().refused(operation) == (
        "InvalidAction",
        f"Could not find operation {operation} for version 2011-06-15",
    )


def test_a_session_of_another_service_has_no_token_here() -> None:
    other = SecurityTokenService(described())  # under a root key of its own
    issue = other.session_of(ROLE, "s1")
    identity = other.find(issue.access_key_id, issue.token)
    assert Tokens().refused("GetSessionToken", identity)[0] == "InvalidClientTokenId"


@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        ("user", "GetCallerIdentity"),
        ("user", "GetSessionToken"),
        ("user", "GetFederationToken"),
        ("user", "AssumeRole"),
        ("role", "GetCallerIdentity"),
        ("role", "AssumeRole"),
        ("user with a session token", "GetCallerIdentity"),
        ("user with a session token", "AssumeRole"),
        ("federated user", "GetCallerIdentity"),
    ],
)
def test_who_is_gone_from_the_file_between_two_steps_of_a_request_has_no_token(kind: str, operation: str) -> None:
    tokens = Tokens()
    identity = KINDS[kind](tokens)
    tokens.sts.describe(Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A}, {"id": B}]}))
    assert tokens.refused(operation, identity, Name="bob", RoleArn=ROLE, RoleSessionName="s1") == (
        "InvalidClientTokenId",
        "The security token included in the request is invalid.",
    )
