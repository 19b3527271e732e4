"""Context values as callers give them: of every type of the contract, and none that contradicts what is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from enum import Enum, IntEnum
from typing import Any

import pytest

from policyeval import Authorizer, PolicySet, Request, RequestError, Session, simulate
from tests.authorizer.estates import (
    ALIAS,
    ALICE,
    APP,
    APP_SESSION,
    BOB,
    BUCKET,
    KEY,
    PARTNER,
    A,
    B,
    allow,
    estate,
    policy,
    to,
    when,
)


class Level(IntEnum):
    HIGH = 3


class Ratio(float):
    def __repr__(self) -> str:
        return "a ratio"


S3 = "s3.us-east-1.amazonaws.com"
VPC, FAR_VPC = f"arn:aws:ec2:us-east-1:{A}:vpc/vpc-1", f"arn:aws:ec2:eu-west-1:{A}:vpc/vpc-1"


class Team(str, Enum):  # noqa: UP042 - of an older kind, whose members are not written as their texts
    BLUE = "blue"


NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def allowed(condition: object, key: str, value: Any, **facts: Any) -> bool:
    """Tell whether an Allow under a condition matches a request with one context key."""
    request = Request(**{"principal": ALICE, "action": "kms:Decrypt", "resource": KEY, "context": {key: value}} | facts)
    return simulate(request, PolicySet(resource_policy=policy(allow(Principal="*", Condition=condition)))).allowed


class Caller(str, Enum):  # noqa: UP042 - as above
    SERVICE = "s3.amazonaws.com"
    FEDERATED = f"arn:aws:sts::{A}:federated-user/alice"


@pytest.mark.parametrize(
    ("caller", "key"),
    [
        pytest.param(Caller.SERVICE, "aws:PrincipalServiceName", id="a service"),
        pytest.param(Caller.FEDERATED, "aws:PrincipalArn", id="a federated session"),
    ],
)
def test_a_caller_that_is_a_member_of_an_enumeration_is_its_text(caller: Caller, key: str) -> None:
    named = allow(Principal={"AWS": "*", "Service": "*"}, Condition=when("StringEquals", key, caller.value))
    for principal in (caller, caller.value):
        request = Request(principal, "sqs:SendMessage", f"arn:aws:sqs:us-east-1:{A}:queue")
        assert simulate(request, PolicySet(resource_policy=policy(named))).allowed


# what holds, the key, its value, the text it stands for
SCALARS: list[tuple[str, str, Any, str]] = [
    ("text is itself", "team:x", "blue", "blue"),
    ("a member of an enumeration is its text", "team:x", Team.BLUE, "blue"),
    ("true", "team:x", True, "true"),
    ("false", "team:x", False, "false"),
    ("an integer", "team:x", 7, "7"),
    ("a negative integer", "team:x", -7, "-7"),
    ("a fraction", "team:x", 1.5, "1.5"),
    ("a member of an enumeration of numbers is its number", "team:x", Level.HIGH, "3"),
    ("a fraction of a class of its own", "team:x", Ratio(1.5), "1.5"),
    ("a time in UTC", "team:x", NOON, "2026-01-31T12:00:00Z"),
    ("a time in another zone", "team:x", NOON.astimezone(timezone(timedelta(hours=2))), "2026-01-31T12:00:00Z"),
    ("a time without a zone", "team:x", NOON.replace(tzinfo=None), "2026-01-31T12:00:00Z"),
    ("a list of one, of a single-valued key", "aws:SourceAccount", ["111122223333"], "111122223333"),
    ("an ARN", "aws:SourceArn", "arn:aws:s3:::b", "arn:aws:s3:::b"),
    ("a list of one ARN", "aws:SourceArn", ["arn:aws:s3:::b"], "arn:aws:s3:::b"),
    ("a boolean of AWS's", "aws:SecureTransport", True, "true"),
    ("a number of AWS's", "aws:MultiFactorAuthAge", 5, "5"),
    ("an address", "aws:SourceIp", "10.0.0.1", "10.0.0.1"),
]


@pytest.mark.parametrize(("key", "value", "text"), [pytest.param(*row[1:], id=row[0]) for row in SCALARS])
def test_a_value_is_compared_as_text(key: str, value: Any, text: str) -> None:
    assert allowed(when("StringEquals", key, text), key, value)
    assert not allowed(when("StringEquals", key, text + "x"), key, value)


# what holds, the key, its value, the operator that meets it, with its values
LISTS: list[tuple[str, str, Any, str, list[str]]] = [
    ("a list holds each of its values", "aws:TagKeys", ["a", "b"], "ForAllValues:StringEquals", ["a", "b"]),
    ("a tuple is a list", "aws:TagKeys", ("a", "b"), "ForAnyValue:StringEquals", ["b"]),
    ("one text of a multi-valued key is a list of one", "aws:TagKeys", "a", "ForAnyValue:StringEquals", ["a"]),
    ("members of an enumeration are their texts", "aws:TagKeys", [Team.BLUE], "ForAllValues:StringEquals", ["blue"]),
    ("numbers in a list are text", "team:x", [1, True], "ForAllValues:StringEquals", ["1", "true"]),
    ("an empty list of a single-valued key is no value", "aws:SourceAccount", [], "Null", ["true"]),
    ("an empty list is null", "team:x", [], "Null", ["true"]),
    ("an empty text of a multi-valued key is null", "aws:TagKeys", "", "Null", ["true"]),
    ("an empty text of an ARN is null", "aws:SourceArn", "", "Null", ["true"]),
]


@pytest.mark.parametrize(("key", "value", "operator", "values"), [pytest.param(*row[1:], id=row[0]) for row in LISTS])
def test_lists_of_values(key: str, value: Any, operator: str, values: list[str]) -> None:
    assert allowed(when(operator, key, *values), key, value)


def test_a_multi_valued_key_stays_one_also_with_one_text() -> None:
    assert not allowed(when("StringEquals", "aws:TagKeys", "a"), "aws:TagKeys", "a")
    assert not allowed(when("StringNotEquals", "aws:TagKeys", "b"), "aws:TagKeys", "a")


def test_a_value_is_read_once_and_compared_each_time() -> None:
    authorizer = Authorizer(estate(alice=[allow(Condition=when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))]))
    seen = [
        authorizer.authorize(Request(ALICE, "kms:Decrypt", KEY, context={"aws:SourceIp": address})).allowed
        for address in ("10.0.0.1", "11.0.0.1", "10.0.0.1", "11.0.0.1")
    ]
    assert seen == [True, False, True, False]


WRONG: list[tuple[str, str, Any]] = [
    ("an ARN that is none", "aws:SourceArn", "bucket"),
    ("a number that is none", "aws:MultiFactorAuthAge", "old"),
    ("a date that is none", "aws:TokenIssueTime", "yesterday"),
    ("a boolean that is a number", "aws:SecureTransport", 1),
    ("bytes", "team:x", b"x"),
    ("a list with bytes in it", "team:x", [b"x"]),
    ("nothing", "team:x", None),
    ("a set", "aws:TagKeys", {"a"}),
]


@pytest.mark.parametrize(("key", "value"), [pytest.param(*row[1:], id=row[0]) for row in WRONG])
def test_a_value_of_the_wrong_type_is_an_input_error(key: str, value: Any) -> None:
    with pytest.raises(RequestError, match=key):
        allowed({}, key, value)


# What principal, resource and request settle may be said again, if it is said right (S34).
# what is said, the request's facts, the key and a value that is right, one that is not (None: any is)
SETTLED: list[tuple[str, dict[str, Any], str, Any, Any]] = [
    ("a principal's ARN", {}, "aws:PrincipalArn", ALICE, APP),
    ("a key without a value, which says nothing", {}, "aws:PrincipalAccount", [], None),
    ("in any case of the key", {}, "AWS:principalARN", ALICE, APP),
    ("a principal's account", {}, "aws:PrincipalAccount", A, B),
    ("a boolean, in any case", {}, "aws:PrincipalIsAWSService", "FALSE", "true"),
    (
        "that a service calls, in any case",
        {"principal": "s3.amazonaws.com"},
        "aws:PrincipalIsAWSService",
        "TRUE",
        "FALSE",
    ),
    ("a tag of the principal", {}, "aws:PrincipalTag/Team", "blue", "red"),
    ("a user id", {}, "aws:userid", "AIDAEXAMPLEALICE00001", "AIDAEXAMPLEALICE00002"),
    ("a user id that nothing tells", {"principal": BOB}, "aws:userid", "AIDAX", None),
    (
        "a session's user id, where only the role is named",
        {"principal": APP},
        "aws:userid",
        "AROAEXAMPLEAPPA000001:x",
        None,
    ),
    ("a session's source identity", {"principal": APP_SESSION}, "aws:SourceIdentity", "me", None),
    ("a source identity without a session", {}, "aws:SourceIdentity", None, "me"),
    ("a session's start", {"principal": APP_SESSION}, "aws:TokenIssueTime", "2026-01-31T11:00:00Z", None),
    (
        "a session's start where GetSessionToken made it",
        {"session": Session()},
        "aws:TokenIssueTime",
        "2026-01-31T11:00:00Z",
        None,
    ),
    ("an organization that there is not", {}, "aws:PrincipalOrgID", None, "o-a1b2c3d4e5"),
    (
        "a service's name",
        {"principal": "s3.amazonaws.com"},
        "aws:PrincipalServiceNamesList",
        ["s3.amazonaws.com"],
        ["ec2.amazonaws.com"],
    ),
    (
        "one value for a list of one",
        {"principal": "s3.amazonaws.com"},
        "aws:PrincipalServiceNamesList",
        "s3.amazonaws.com",
        "ec2.amazonaws.com",
    ),
    ("a key's account", {}, "aws:ResourceAccount", A, B),
    ("a key's tag", {}, "aws:ResourceTag/env", "prod", "dev"),
    ("a key's aliases, in any order", {}, "kms:ResourceAliases", ["alias/app"], ["alias/other"]),
    ("an organization that a key's account is not in", {}, "aws:ResourceOrgID", None, "o-a1b2c3d4e5"),
    ("a kind of multi-Region key that it is not", {}, "kms:MultiRegionKeyType", None, "PRIMARY"),
    ("the time", {"at": NOON}, "aws:CurrentTime", "2026-01-31T12:00:00Z", "2026-01-31T12:00:01Z"),
    ("the time in seconds", {"at": NOON}, "aws:EpochTime", NOON.timestamp(), NOON.timestamp() + 1),
    ("the time in other words", {"at": NOON}, "aws:CurrentTime", "2026-01-31T13:00:00+01:00", "2026-01-31T13:00:00"),
    ("a time that is empty is none", {"at": NOON}, "aws:EpochTime", "", None),
    ("the service in between", {"via_service": S3}, "kms:ViaService", S3, "ec2.us-east-1.amazonaws.com"),
    ("that a service is", {"via_service": S3}, "aws:ViaAWSService", "true", "false"),
    ("that a service is, in any case", {"via_service": S3}, "aws:ViaAWSService", "TRUE", "FALSE"),
    ("that none is", {}, "aws:ViaAWSService", False, True),
    ("whether a key is in several Regions, in any case", {}, "kms:MultiRegion", "FALSE", "TRUE"),
    (
        "the chain of services",
        {"via_service": S3},
        "aws:CalledVia",
        ["athena.amazonaws.com", "s3.amazonaws.com"],
        ["s3.amazonaws.com", "athena.amazonaws.com"],
    ),
    ("the chain of one", {"via_service": S3}, "aws:CalledVia", "s3.amazonaws.com", "athena.amazonaws.com"),
    ("the chain that is empty", {"via_service": S3}, "aws:CalledVia", None, []),
    ("the caller's account", {}, "kms:CallerAccount", A, B),
    ("the caller's account, of a service", {"principal": "s3.amazonaws.com"}, "kms:CallerAccount", None, A),
    ("the alias", {"resource": ALIAS}, "kms:RequestAlias", "alias/app", "alias/other"),
    ("the alias, where the key is named", {}, "kms:RequestAlias", "alias/app", None),
    (
        "the encryption context",
        {"encryption_context": {"Tenant": "blue"}},
        "kms:EncryptionContext:tenant",
        "blue",
        "red",
    ),
    ("its keys", {"encryption_context": {"a": "1", "b": "2"}}, "kms:EncryptionContextKeys", ["b", "a"], ["a"]),
    ("its key", {"encryption_context": {"a": "1"}}, "kms:EncryptionContextKeys", "a", "b"),
    ("the endpoint", {"vpc_endpoint": "vpce-1"}, "aws:SourceVpce", "vpce-1", "vpce-2"),
    ("the endpoint, where none is named", {}, "aws:SourceVpce", "vpce-2", None),
    ("the VPC", {"vpc_endpoint": "vpce-1"}, "aws:SourceVpc", "vpc-1", "vpc-2"),
    ("the VPC by its ARN", {"vpc_endpoint": "vpce-1"}, "aws:SourceVpcArn", VPC, f"{VPC}2"),
    (
        "the VPC by its ARN, in another Region",
        {"vpc_endpoint": "vpce-1"},
        "aws:SourceVpcArn",
        FAR_VPC,
        VPC.replace(A, B),
    ),
    ("the endpoint's account", {"vpc_endpoint": "vpce-1"}, "aws:VpceAccount", A, B),
    (
        "a user id that nothing tells, of temporary credentials",
        {"principal": BOB, "session": Session()},
        "aws:userid",
        "AIDAX",
        None,
    ),
    ("what nothing settles", {}, "aws:SourceIp", "10.0.0.1", None),
]


def _ask(facts: dict[str, Any], key: str, value: Any) -> None:
    described = estate(endpoint=[allow(Principal="*")])
    plain = {"principal": ALICE, "action": "kms:Decrypt", "resource": KEY, "context": {key: value}}
    Authorizer(described).authorize(Request(**plain | facts))


@pytest.mark.parametrize(("facts", "key", "right", "wrong"), [pytest.param(*row[1:], id=row[0]) for row in SETTLED])
def test_a_key_that_is_settled_may_be_said_right_only(facts: dict[str, Any], key: str, right: Any, wrong: Any) -> None:
    if right is not None:
        _ask(facts, key, right)
    if wrong is not None:
        with pytest.raises(RequestError, match="but "):
            _ask(facts, key, wrong)


def test_a_user_id_is_known_of_those_who_have_none() -> None:
    with pytest.raises(RequestError, match="the principal has none"):
        _ask({"principal": "s3.amazonaws.com"}, "aws:userid", "AIDAX")


def test_of_a_resource_that_nobody_describes_the_rest_may_be_said() -> None:
    queue = f"arn:aws:sqs:us-east-1:{A}:orders"
    _ask({"action": "sqs:SendMessage", "resource": queue}, "aws:ResourceTag/env", "prod")
    with pytest.raises(RequestError, match=f"the resource's is `{A}`"):
        _ask({"action": "sqs:SendMessage", "resource": queue}, "aws:ResourceAccount", B)


def test_without_a_resource_there_is_none_to_contradict() -> None:
    _ask({"action": "kms:CreateKey", "resource": "*"}, "kms:KeySpec", "RSA_2048")
    _ask({"action": "kms:CreateKey", "resource": "*"}, "kms:MultiRegion", "true")


def test_a_bucket_says_nothing_of_keys() -> None:
    described = estate(bucket=[allow(Principal=to(ALICE))])
    request = Request(ALICE, "s3:GetObject", BUCKET, context={"kms:KeySpec": "RSA_2048"})
    assert Authorizer(described).authorize(request).allowed


def test_in_simulate_the_caller_tells_what_nothing_derives() -> None:
    tagged = when("StringEquals", "aws:PrincipalTag/team", "blue")
    assert allowed(tagged, "aws:PrincipalTag/team", "blue")
    assert not allowed(tagged, "aws:PrincipalTag/team", "red")
    organization = when("StringEquals", "aws:ResourceOrgID", "o-a1b2c3d4e5")
    assert allowed(organization, "aws:ResourceOrgID", "o-a1b2c3d4e5")
    spec = when("StringEquals", "kms:KeySpec", "HMAC_256")
    assert allowed(spec, "kms:KeySpec", "HMAC_256")
    with pytest.raises(RequestError, match="the principal's is"):
        allowed({}, "aws:PrincipalArn", PARTNER)


def test_a_time_that_is_given_as_context_is_the_time_of_the_request() -> None:
    later = when("DateGreaterThan", "aws:EpochTime", "2026-01-31")
    assert allowed(later, "aws:CurrentTime", "2026-01-31T12:00:00Z")
    assert not allowed(later, "aws:CurrentTime", "2026-01-30T12:00:00Z")


def test_an_encryption_context_may_be_given_by_its_condition_keys() -> None:
    listed = when("ForAllValues:StringEquals", "kms:EncryptionContextKeys", "Tenant")
    assert allowed(
        {**listed, **when("Null", "kms:EncryptionContextKeys", "false")}, "kms:EncryptionContext:Tenant", "blue"
    )


def test_two_names_of_an_encryption_context_that_differ_in_case_are_one_key_with_two_values() -> None:
    pairs = {"Tenant": "blue", "tenant": "red", "stage": "prod"}

    def met(operator: str, key: str, *values: str) -> bool:
        return allowed(when(operator, f"kms:EncryptionContext:{key}", *values), "team:x", "", encryption_context=pairs)

    assert met("ForAllValues:StringEquals", "tenant", "blue", "red")
    assert not met("ForAllValues:StringEquals", "tenant", "blue")
    assert not met("StringEquals", "tenant", "blue")
    assert met("StringEquals", "stage", "prod")
