"""Condition keys that the call itself has: who called on whose behalf, from where, by which alias (S34, K6–K8)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from policyeval import Authorizer, Entities, PolicyEvalError, PolicySet, Request, Session, simulate
from tests.authorizer.estates import (
    ALIAS,
    ALICE,
    APP,
    BOB,
    KEY,
    ROOT_A,
    ROOT_B,
    A,
    B,
    M,
    allow,
    ask,
    deny,
    estate,
    policy,
    to,
    when,
)

S3 = "s3.us-east-1.amazonaws.com"
CHINA = "s3.cn-north-1.amazonaws.com.cn"
CHAIN = {"via_service": S3, "context": {"aws:CalledVia": ["athena.amazonaws.com", "s3.amazonaws.com"]}}
ANY = "ForAnyValue:StringEquals"
QUEUE = {"action": "sqs:SendMessage", "resource": f"arn:aws:sqs:us-east-1:{A}:queue"}
SNAPSHOT = {"action": "ebs:GetSnapshotBlock", "resource": f"arn:aws:ec2:us-east-1:{A}:snapshot/snap-1"}
PAIRS = {"encryption_context": {"Tenant": "blue", "stage": "prod"}}

# what holds, the request's facts, the operator, the key, its values, whether it holds
CALLS: list[tuple[str, dict[str, Any], str, str, list[str], bool]] = [
    ("the service in between", {"via_service": S3}, "StringEquals", "kms:ViaService", [S3], True),
    ("in China, where kms:ViaService ends as elsewhere", {"via_service": CHINA}, "StringEquals", "kms:ViaService", ["s3.cn-north-1.amazonaws.com"], True),
    ("and not as the endpoints there do", {"via_service": CHINA}, "StringEquals", "kms:ViaService", [CHINA], False),
    ("however it is told", {"context": {"kms:ViaService": CHINA}}, "StringEquals", "kms:ViaService", ["s3.cn-north-1.amazonaws.com"], True),
    ("twice", {"via_service": CHINA, "context": {"kms:ViaService": "s3.cn-north-1.amazonaws.com"}}, "Null", "kms:ViaService", ["false"], True),
    ("none in between", {}, "Null", "kms:ViaService", ["true"], True),
    ("given as context it is one", {"context": {"kms:ViaService": S3}}, "Bool", "aws:ViaAWSService", ["true"], True),
    ("that one is in between, in lower case", {"via_service": S3}, "StringEquals", "aws:ViaAWSService", ["true"], True),
    ("that none is", {}, "StringEquals", "aws:ViaAWSService", ["false"], True),
    ("its principal's name", {"via_service": S3}, ANY, "aws:CalledVia", ["s3.amazonaws.com"], True),
    ("in China", {"via_service": CHINA}, ANY, "aws:CalledVia", ["s3.amazonaws.com.cn"], True),
    ("which is no other", {"via_service": CHINA}, ANY, "aws:CalledVia", ["s3.amazonaws.com"], False),
    ("the first of the chain", CHAIN, "StringEquals", "aws:CalledViaFirst", ["athena.amazonaws.com"], True),
    ("the last of the chain", CHAIN, "StringEquals", "aws:CalledViaLast", ["s3.amazonaws.com"], True),
    ("the chain of one ends with it", {"via_service": S3}, "StringEquals", "aws:CalledViaLast", ["s3.amazonaws.com"], True),
    ("no chain has no first", {}, "Null", "aws:CalledViaFirst", ["true"], True),
    ("and no last", {}, "Null", "aws:CalledViaLast", ["true"], True),
    ("the endpoint", {"vpc_endpoint": "vpce-1"}, "StringEquals", "aws:SourceVpce", ["vpce-1"], True),
    ("its VPC", {"vpc_endpoint": "vpce-1"}, "StringEquals", "aws:SourceVpc", ["vpc-1"], True),
    ("through it there is no public address", {"vpc_endpoint": "vpce-1", "context": {"aws:SourceIp": "10.0.0.1"}}, "Null", "aws:SourceIp", ["true"], True),
    ("but a private one", {"vpc_endpoint": "vpce-1", "context": {"aws:VpcSourceIp": "10.0.0.1"}}, "IpAddress", "aws:VpcSourceIp", ["10.0.0.0/8"], True),
    ("without one a given endpoint", {"context": {"aws:SourceVpce": "vpce-2"}}, "StringEquals", "aws:SourceVpce", ["vpce-2"], True),
    ("a given one that is described tells its VPC, too", {"context": {"aws:SourceVpce": ["vpce-1"]}}, "StringEquals", "aws:SourceVpc", ["vpc-1"], True),
    ("a given VPC", {"context": {"aws:SourceVpc": "vpc-2"}}, "StringEquals", "aws:SourceVpc", ["vpc-2"], True),
    ("an endpoint's owner, whom a service does not look up", {**QUEUE, "vpc_endpoint": "vpce-1"}, "StringEquals", "aws:VpceAccount", [A], False),
    ("and who wants it where it is known", {**QUEUE, "vpc_endpoint": "vpce-1"}, "StringEqualsIfExists", "aws:VpceAccount", [B], True),
    ("an owner whom an action does not look up", SNAPSHOT, "StringNotEquals", "aws:ResourceAccount", [A], True),
    ("no endpoint", {}, "Null", "aws:SourceVpce", ["true"], True),
    ("no VPC", {}, "Null", "aws:SourceVpc", ["true"], True),
    ("a service does not come through the caller's endpoint", {"via_service": S3, "vpc_endpoint": "vpce-1"}, "Null", "aws:SourceVpce", ["true"], True),
    ("nor without its public address", {"via_service": S3, "vpc_endpoint": "vpce-1", "context": {"aws:SourceIp": "10.0.0.1"}}, "IpAddress", "aws:SourceIp", ["10.0.0.0/8"], True),
    ("the alias that was used", {"resource": ALIAS}, "StringEquals", "kms:RequestAlias", ["alias/app"], True),
    ("none was", {}, "Null", "kms:RequestAlias", ["true"], True),
    ("one that is said", {"context": {"kms:RequestAlias": "alias/app"}}, "StringEquals", "kms:RequestAlias", ["alias/app"], True),
    ("not where the action carries none", {"resource": ALIAS, "action": "kms:ListGrants"}, "Null", "kms:RequestAlias", ["true"], True),
    ("the encryption context's keys", PAIRS, "ForAllValues:StringEquals", "kms:EncryptionContextKeys", ["Tenant", "stage"], True),
    ("all of them", PAIRS, "ForAllValues:StringEquals", "kms:EncryptionContextKeys", ["Tenant"], False),
    ("one of them in any case", PAIRS, "StringEquals", "kms:EncryptionContext:TENANT", ["blue"], True),
    ("keys that are said", {"context": {"kms:EncryptionContextKeys": ["a"]}}, ANY, "kms:EncryptionContextKeys", ["a"], True),
    ("none", {}, "Null", "kms:EncryptionContextKeys", ["true"], True),
    ("the caller's account", {}, "StringEquals", "kms:CallerAccount", [A], True),
    ("the Region of the key", {}, "StringEquals", "aws:RequestedRegion", ["us-east-1"], True),
    ("that of IAM, which has one for all", {"action": "iam:GetRole", "resource": APP}, "StringEquals", "aws:RequestedRegion", ["us-east-1"], True),
    ("also where nothing is asked for", {"action": "iam:ListRoles", "resource": "*"}, "StringEquals", "aws:RequestedRegion", ["us-east-1"], True),
    ("which STS has not", {"action": "sts:GetFederationToken", "resource": f"arn:aws:sts::{A}:federated-user/x"}, "Null", "aws:RequestedRegion", ["true"], True),
    ("or the one that is said", {"context": {"aws:RequestedRegion": "eu-central-1"}}, "StringEquals", "aws:RequestedRegion", ["eu-central-1"], True),
    ("a user's own keys have no start", {}, "Null", "aws:TokenIssueTime", ["true"], True),
    ("a session's start is the request's time at the latest", {"session": Session()}, "Null", "aws:TokenIssueTime", ["false"], True),
    ("or what is said", {"session": Session(), "context": {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}}, "DateEquals", "aws:TokenIssueTime", ["2026-01-01"], True),
    ("a default stands for what is not said", {}, "StringEquals", "kms:EncryptionAlgorithm", ["SYMMETRIC_DEFAULT"], True),
    ("and gives way", {"context": {"kms:EncryptionAlgorithm": "RSAES_OAEP_SHA_1"}}, "StringEquals", "kms:EncryptionAlgorithm", ["RSAES_OAEP_SHA_1"], True),
    ("what nobody says is not there", {}, "Null", "team:x", ["true"], True),
]  # fmt: skip


RSA = {"spec": "RSA_2048", "usage": "SIGN_VERIFY", "origin": "EXTERNAL"}
FEDERATED = f"arn:aws:sts::{A}:federated-user/alice"
# what holds, the estate, the request's facts, the operator, the key, its values, whether it holds
DERIVED: list[tuple[str, dict[str, Any], dict[str, Any], str, str, list[str], bool]] = [
    ("a key's spec", {"key_facts": RSA}, {}, "StringEquals", "kms:KeySpec", ["RSA_2048"], True),
    ("by its old name", {"key_facts": RSA}, {}, "StringEquals", "kms:CustomerMasterKeySpec", ["RSA_2048"], True),
    ("its usage", {"key_facts": RSA}, {}, "StringEquals", "kms:KeyUsage", ["SIGN_VERIFY"], True),
    ("by its old name, too", {"key_facts": RSA}, {}, "StringEquals", "kms:CustomerMasterKeyUsage", ["SIGN_VERIFY"], True),
    ("its origin", {"key_facts": RSA}, {}, "StringEquals", "kms:KeyOrigin", ["EXTERNAL"], True),
    ("that it is of one Region", {}, {}, "StringEquals", "kms:MultiRegion", ["false"], True),
    ("and so of no kind of several", {}, {}, "Null", "kms:MultiRegionKeyType", ["true"], True),
    ("its aliases", {}, {}, ANY, "kms:ResourceAliases", ["alias/app"], True),
    ("that it has none", {"key_facts": {"aliases": []}}, {}, "Null", "kms:ResourceAliases", ["true"], True),
    ("its tags, in any case", {}, {}, "StringEquals", "aws:ResourceTag/ENV", ["prod"], True),
    ("of two that differ in case it is not known which", {"key_facts": {"tags": {"Env": "prod", "env": "dev"}}}, {}, "StringEquals", "aws:ResourceTag/env", ["dev"], False),
    ("nor is the other", {"key_facts": {"tags": {"Env": "prod", "env": "dev"}}}, {}, "StringEquals", "aws:ResourceTag/Env", ["prod"], False),
    ("its account", {}, {}, "StringEquals", "aws:ResourceAccount", [A], True),
    ("its organization", {"organized": True}, {}, "StringEquals", "aws:ResourceOrgID", ["o-a1b2c3d4e5"], True),
    ("its path in it", {"organized": True}, {}, ANY, "aws:ResourceOrgPaths", ["o-a1b2c3d4e5/r-ab12/"], True),
    ("the caller's organization", {"organized": True}, {}, "StringEquals", "aws:PrincipalOrgID", ["o-a1b2c3d4e5"], True),
    ("its path there", {"organized": True}, {}, ANY, "aws:PrincipalOrgPaths", ["o-a1b2c3d4e5/r-ab12/"], True),
    ("a user's type", {}, {}, "StringEquals", "aws:PrincipalType", ["User"], True),
    ("a user's id", {}, {}, "StringEquals", "aws:userid", ["AIDAEXAMPLEALICE00001"], True),
    ("a user is no service", {}, {}, "Bool", "aws:PrincipalIsAWSService", ["false"], True),
    ("a federated user's type", {}, {"principal": FEDERATED, "session": Session(policies=[policy(allow())])}, "StringEquals", "aws:PrincipalType", ["FederatedUser"], True),
    ("its ARN", {}, {"principal": FEDERATED, "session": Session(policies=[policy(allow())])}, "StringEquals", "aws:PrincipalArn", [FEDERATED], True),
    ("its id", {}, {"principal": FEDERATED, "session": Session(policies=[policy(allow())])}, "StringEquals", "aws:userid", [f"{A}:alice"], True),
    ("it has no user name", {}, {"principal": FEDERATED, "session": Session(policies=[policy(allow())])}, "Null", "aws:username", ["true"], True),
    ("its user's tags", {}, {"principal": FEDERATED, "session": Session(policies=[policy(allow())])}, "Null", "aws:PrincipalTag/team", ["false"], True),
    ("or its own", {}, {"principal": FEDERATED, "session": Session(policies=[policy(allow())], tags={"Team": "red"})}, "StringEquals", "aws:PrincipalTag/team", ["red"], True),
    ("a session's source identity", {"app": [allow(Condition=when("StringEquals", "aws:SourceIdentity", "me"))]}, {"principal": APP, "session": Session(source_identity="me")}, "StringEquals", "aws:SourceIdentity", ["me"], True),
    ("which most have not", {}, {"session": Session()}, "Null", "aws:SourceIdentity", ["true"], True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("described", "facts", "operator", "key", "values", "holds"), [pytest.param(*row[1:], id=row[0]) for row in DERIVED]
)
def test_a_key_that_is_derived(  # noqa: PLR0913, PLR0917 - the columns of the table
    described: dict[str, Any],
    facts: dict[str, Any],
    operator: str,
    key: str,
    values: list[str],
    holds: bool,  # noqa: FBT001 - a column of the table
) -> None:
    asked = {"alice": [allow(Condition=when(operator, key, *values))], **described}
    assert ask(asked, **{"action": "kms:DescribeKey", **facts}).allowed is holds


@pytest.mark.parametrize("told", ["kms:KeySpec", "kms:CustomerMasterKeySpec"])
@pytest.mark.parametrize("asked", ["kms:KeySpec", "kms:CustomerMasterKeySpec"])
def test_a_new_keys_spec_is_told_by_either_of_its_names(told: str, asked: str) -> None:
    described = {"alice": [allow(), deny(Condition=when("StringEquals", asked, "RSA_2048"))]}
    assert not ask(described, ALICE, "kms:CreateKey", "*", context={told: "RSA_2048"}).allowed
    assert ask(described, ALICE, "kms:CreateKey", "*", context={told: "HMAC_256"}).allowed


TAGGED_BLUE = when("StringEquals", "iam:ResourceTag/Team", "blue")
# what holds, the statement, the action, the resource, whether it is allowed
OF_IAM: list[tuple[str, Any, str, str, bool]] = [
    ("a role has its tags under IAM's own key", allow(Condition=TAGGED_BLUE), "iam:GetRole", APP, True),
    ("which a Deny looks at", deny(Condition=TAGGED_BLUE), "iam:DeleteRole", APP, False),
    ("also where it is assumed", deny(Condition=TAGGED_BLUE), "sts:AssumeRole", APP, False),
    ("a user has them, too", deny(Condition=TAGGED_BLUE), "iam:DeleteUser", ALICE, False),
    ("and under the key of all", deny(Condition=when("StringEquals", "aws:ResourceTag/team", "blue")), "iam:DeleteUser", ALICE, False),
    ("one without such a tag is none of them", deny(Condition=TAGGED_BLUE), "iam:DeleteUser", BOB, True),
    ("nor is what is none of IAM's", deny(Condition=when("Null", "iam:ResourceTag/env", "false")), "kms:Decrypt", KEY, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "action", "resource", "allowed"), [pytest.param(*r[1:], id=r[0]) for r in OF_IAM]
)
def test_the_tags_of_what_is_iams(statement: dict[str, Any], action: str, resource: str, *, allowed: bool) -> None:
    own = [statement] if statement["Effect"] == "Allow" else [allow(), statement]
    trust = {"Effect": "Allow", "Principal": to(A), "Action": "sts:AssumeRole"}
    described = {"alice": own, "trust": [trust]}
    assert ask(described, ALICE, action, resource).allowed is allowed


def test_of_a_roles_session() -> None:
    conditions = {
        **when("StringEquals", "aws:PrincipalType", "AssumedRole"),
        "StringLike": {"aws:userid": "AROAEXAMPLEAPPA000001:monday", "aws:PrincipalTag/team": "red"},
        "ArnEquals": {"aws:PrincipalArn": APP},
        "Null": {"aws:username": "true", "aws:TokenIssueTime": "false"},
    }
    session = Session(tags={"team": "red"})
    assert ask(
        {"app": [allow(Condition=conditions)]}, f"arn:aws:sts::{A}:assumed-role/app/monday", session=session
    ).allowed


def test_of_a_key_of_several_regions() -> None:
    alice = {
        "name": "alice",
        "identity_policies": [
            policy(
                allow(
                    Condition=when("StringEquals", "kms:MultiRegionKeyType", "PRIMARY")
                    | when("Bool", "kms:MultiRegion", "true")
                )
            )
        ],
    }
    key = {"id": "mrk-1234abcd12ab34cd56ef1234567890ab", "region": "us-east-1", "multi_region": True}
    authorizer = Authorizer(
        Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A, "users": [alice], "keys": [key]}]})
    )
    assert authorizer.authorize(Request(ALICE, "kms:DescribeKey", f"arn:aws:kms:us-east-1:{A}:key/{key['id']}")).allowed


def test_only_symmetric_keys_have_an_algorithm_that_goes_without_saying() -> None:
    unsaid = {"alice": [allow(Condition=when("Null", "kms:EncryptionAlgorithm", "true"))]}
    assert not ask(unsaid).allowed
    assert ask({**unsaid, "key_facts": {"spec": "RSA_2048"}}).allowed


def test_what_is_asked_on_no_key_has_the_keys_of_the_call_too() -> None:
    called = {**when("StringEquals", "kms:CallerAccount", A), **when("StringLike", "kms:ViaService", "s3.*")}
    described = {"alice": [allow(Condition=called)]}
    assert ask(described, ALICE, "kms:CreateKey", "*", via_service=S3).allowed
    assert ask(described, ALICE, "kms:CreateAlias", KEY, via_service=S3).allowed
    assert ask(
        {"alice": [allow(Condition=when("Null", "aws:RequestedRegion", "true"))]}, ALICE, "kms:ListKeys", "*"
    ).allowed


def test_tagging_a_key_that_is_not_there_yet_is_asked_on_all_keys() -> None:
    every = f"{KEY.rpartition('/')[0]}/*"
    everywhere, here = allow("kms:TagResource"), allow("kms:TagResource", Resource=KEY)
    for on in ("*", every):
        assert ask({"alice": [everywhere]}, ALICE, "kms:TagResource", on).allowed
        assert ask(
            {"alice": [allow("kms:TagResource", Resource=f"arn:aws:kms:*:{A}:key/*")]}, ALICE, "kms:TagResource", on
        ).allowed
        refused = ask({"alice": [here]}, ALICE, "kms:TagResource", on)
        assert refused.message == (
            f"User: {ALICE} is not authorized to perform: kms:TagResource because no identity-based policy allows the "
            "kms:TagResource action"
        )
    assert ask({"alice": [allow("kms:TagResource", Resource=every)]}, ALICE, "kms:TagResource", every).allowed
    with pytest.raises(PolicyEvalError):  # of others the key is there
        ask({"alice": [everywhere]}, ALICE, "kms:UntagResource", every)
    assert not ask({"key": [allow("kms:TagResource", Principal="*")]}, ALICE, "kms:TagResource", "*").allowed
    tagged = allow("kms:TagResource", Condition=when("StringEquals", "aws:ResourceTag/team", "x"))
    assert not ask({"alice": [tagged]}, ALICE, "kms:TagResource", "*").allowed
    tagging = allow("kms:TagResource", Condition=when("StringEquals", "aws:RequestTag/team", "x"))
    asked = {"context": {"aws:RequestTag/team": "x"}}
    assert ask({"alice": [tagging]}, ALICE, "kms:TagResource", "*", **asked).allowed


@pytest.mark.parametrize(
    "on",
    [
        pytest.param(f"arn:aws:s3:us-east-1:{A}:key/*", id="another service's"),
        pytest.param("arn:aws:kms:us-east-1::key/*", id="nobody's, which a Deny of the account's would not reach"),
        pytest.param(f"arn:aws:kms::{A}:key/*", id="in no Region, which a Deny of one would not reach"),
        pytest.param(f"arn:aws:kms:*:{A}:key/*", id="in some Region, which `*` asks"),
        pytest.param(f"arn:aws:kms:us-?ast-1:{A}:key/*", id="in one of some Regions"),
        pytest.param(f"arn:aws:kms:us-east-1:{A}:alias/x:key/*", id="an alias"),
    ],
)
def test_what_only_ends_as_all_keys_do_is_not_all_keys(on: str) -> None:
    with pytest.raises(PolicyEvalError):
        ask({"alice": [allow("kms:TagResource")]}, ALICE, "kms:TagResource", on)


def test_all_keys_of_a_region_tell_which_is_requested() -> None:
    every, there = f"{KEY.rpartition('/')[0]}/*", when("StringEquals", "aws:RequestedRegion", "us-east-1")
    assert ask({"alice": [allow(Condition=there)]}, ALICE, "kms:TagResource", every).allowed
    assert not ask({"alice": [allow(), deny(Condition=there)]}, ALICE, "kms:TagResource", every).allowed


def test_all_keys_are_those_of_the_region_that_a_request_tells() -> None:
    every, here, there = f"{KEY.rpartition('/')[0]}/*", "us-east-1", "eu-west-1"
    by_allow, by_deny = {"alice": [allow(Resource=every)]}, {"alice": [allow(), deny(Resource=every)]}
    for _ in range(4):  # no plan of one Region decides for another
        for region, inside in ((here, True), (there, False)):
            told = {"context": {"AWS:RequestedRegion": region}}
            assert ask(by_allow, ALICE, "kms:TagResource", "*", **told).allowed is inside
            assert ask(by_deny, ALICE, "kms:TagResource", "*", **told).allowed is not inside
    authorizer = Authorizer(estate(**by_deny))
    answers = [
        authorizer.authorize(Request(ALICE, "kms:TagResource", "*", context={"aws:RequestedRegion": region})).allowed
        for region in (there, there, there, here)
    ]
    assert answers == [True, True, True, False]
    assert ask(by_deny, ALICE, "kms:TagResource", "*", context={"aws:RequestedRegion": "no:Region"}).allowed


@pytest.mark.parametrize(
    ("on", "allowed"),
    [
        pytest.param(
            "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", True, id="the service's"
        ),
        pytest.param("aws-service-role/es.amazonaws.com/AWSServiceRoleForAutoScaling", False, id="another service's"),
        pytest.param("aws-service-role/autoscaling.amazonaws.com", False, id="a role of that name"),
        pytest.param("x/aws-service-role/autoscaling.amazonaws.com/x", False, id="a path of one's own"),
    ],
)
def test_whose_service_linked_role_is_made_follows_from_its_path(on: str, *, allowed: bool) -> None:
    making = allow("iam:*", Condition=when("StringEquals", "iam:AWSServiceName", "autoscaling.amazonaws.com"))
    arn = f"arn:aws:iam::{A}:role/{on}"
    assert ask({"alice": [making]}, ALICE, "iam:CreateServiceLinkedRole", arn).allowed is allowed
    assert not ask({"alice": [making]}, ALICE, "iam:DeleteServiceLinkedRole", arn).allowed
    told = {"context": {"iam:AWSServiceName": "autoscaling.amazonaws.com"}}
    assert ask({"alice": [making]}, ALICE, "iam:CreateServiceLinkedRole", arn, **told).allowed


@pytest.mark.parametrize("action", ["kms:TagResource", "kms:CreateKey"])
def test_nobody_makes_keys_in_another_partition(action: str) -> None:
    on = f"arn:aws-cn:kms:cn-north-1:{A}:key/*"
    assert not ask({"alice": [allow("kms:*")]}, ALICE, action, on).allowed


TEAM_ALONE = allow("kms:TagResource", Condition=when("ForAllValues:StringEquals", "aws:TagKeys", "team"))


@pytest.mark.parametrize(
    ("context", "allowed"),
    [
        pytest.param({"aws:RequestTag/team": "x"}, True, id="one whose name is listed"),
        pytest.param({"aws:RequestTag/cost": "7"}, False, id="one whose name is not"),
        pytest.param({"aws:RequestTag/team": "x", "aws:RequestTag/cost": ""}, False, id="an empty one beside it"),
        pytest.param({"AWS:requesttag/Team": "x"}, False, id="one in another case, whatever the key's"),
        pytest.param({"aws:RequestTag/team": "x", "aws:TagKeys": ["team", "cost"]}, False, id="more names than tags"),
        pytest.param({"aws:RequestTag/cost": "7", "aws:TagKeys": ["team"]}, False, id="one that the names lack"),
        pytest.param({"aws:RequestTag/Team": "x", "aws:TagKeys": ["team"]}, True, id="one named as the names have it"),
        pytest.param({}, True, id="none"),
    ],
)
def test_the_names_of_a_requests_tags_follow_from_its_tags(context: dict[str, Any], *, allowed: bool) -> None:
    assert ask({"alice": [TEAM_ALONE]}, ALICE, "kms:TagResource", KEY, context=context).allowed is allowed


@pytest.mark.parametrize("action", ["sts:GetFederationToken", "sts:GetSessionToken"])
def test_only_long_term_credentials_make_sessions(action: str) -> None:
    on = f"arn:aws:sts::{A}:federated-user/x" if action.endswith("FederationToken") else "*"
    described = {"alice": [allow("sts:*")], "app": [allow("sts:*")]}
    assert ask(described, ALICE, action, on).allowed
    for caller, session in ((ALICE, Session()), (ALICE, Session("x")), (APP, None), (APP, Session("x"))):
        refused = ask(described, caller, action, on, session=session)
        assert (refused.allowed, refused.rule) == (False, "S35")


# what holds, who asks, the session, the statements of everybody's policies, what the endpoint allows, the answer
WITHOUT_PERMISSION: list[tuple[str, str, str, Session | None, list[Any], list[Any] | None, tuple[str, str | None]]] = [
    ("a user asks who it is", "sts:GetCallerIdentity", ALICE, None, [], None, ("allowed", "S35")),
    ("a Deny does not hinder it", "sts:GetCallerIdentity", ALICE, None, [deny()], None, ("allowed", "S35")),
    ("a session asks as well", "sts:GetCallerIdentity", APP, Session("x"), [], None, ("allowed", "S35")),
    ("and one with a session policy", "sts:GetCallerIdentity", ALICE, Session("x", [policy(deny())]), [], None, ("allowed", "S35")),
    ("nobody asks it without credentials", "sts:GetCallerIdentity", "anonymous", None, [], None, ("implicit_deny", None)),
    ("an endpoint lets it pass", "sts:GetCallerIdentity", ALICE, None, [], [allow(Principal="*")], ("allowed", "S35")),
    ("an endpoint that is for something else does not", "sts:GetCallerIdentity", ALICE, None, [], [allow("s3:*", Principal="*")], ("implicit_deny", None)),
    ("nor one that denies it", "sts:GetCallerIdentity", ALICE, None, [], [deny(Principal="*")], ("explicit_deny", None)),
    ("a user gets a session of its own", "sts:GetSessionToken", ALICE, None, [], None, ("allowed", "S35")),
    ("which a Deny does not hinder", "sts:GetSessionToken", ALICE, None, [deny()], None, ("allowed", "S35")),
    ("the root user gets one, too", "sts:GetSessionToken", ROOT_A, None, [], None, ("allowed", "S35")),
    ("a session gets none", "sts:GetSessionToken", APP, Session("x"), [allow()], None, ("implicit_deny", "S35")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("action", "caller", "session", "own", "endpoint", "expected"),
    [pytest.param(*row[1:], id=row[0]) for row in WITHOUT_PERMISSION],
)
def test_some_calls_need_no_permission(  # noqa: PLR0913, PLR0917 - the columns of the table
    action: str,
    caller: str,
    session: Session | None,
    own: list[Any],
    endpoint: list[Any] | None,
    expected: tuple[str, str | None],
) -> None:
    through = "vpce-1" if endpoint else None
    described: dict[str, Any] = {"alice": own, "app": own, "endpoint": endpoint or ()}
    said = ask(described, caller, action, "*", session=session, vpc_endpoint=through)
    assert (said.reason, said.rule) == expected


def test_what_needs_no_permission_only_an_endpoint_has_to_let_pass() -> None:
    described = {"alice": [deny()], "endpoint": [deny(Principal="*", Sid="Closed"), allow(Principal="*")]}
    said = ask(described, ALICE, "sts:GetCallerIdentity", "*", vpc_endpoint="vpce-1").explain()
    assert said.endswith("\n\nTo allow it: statement `Closed` of endpoint policy of vpce-1 must not deny it")


def test_a_service_has_an_account_that_is_nobodys() -> None:
    for condition, allowed in [
        (when("Null", "aws:PrincipalAccount", "false"), True),
        (when("StringEqualsIfExists", "aws:PrincipalAccount", A), False),
        (when("StringLike", "aws:PrincipalAccount", "????????????"), False),
        (when("StringEquals", "aws:PrincipalServiceName", "s3.amazonaws.com"), True),
        (when("Bool", "aws:PrincipalIsAWSService", "true"), True),
        (when("Null", "kms:CallerAccount", "true"), True),
    ]:
        described = {"key": [allow(Principal={"Service": "s3.amazonaws.com"}, Condition=condition)]}
        assert ask(described, "s3.amazonaws.com").allowed is allowed


def test_services_call_in_every_partition() -> None:
    key = {"id": "k", "region": "cn-north-1", "policy": policy(allow(Principal={"Service": "s3.amazonaws.com"}))}
    entities = Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A, "partition": "aws-cn", "keys": [key]}]})
    request = Request("s3.amazonaws.com", "kms:Decrypt", f"arn:aws-cn:kms:cn-north-1:{A}:key/k")
    assert Authorizer(entities).authorize(request).allowed


@pytest.mark.parametrize(
    ("partition", "region"),
    [("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-iso", "us-iso-east-1"), ("aws-eusc", "eusc-de-east-1")],
)  # fmt: skip
def test_iam_is_in_a_region_of_each_partition(partition: str, region: str) -> None:
    lock = deny(Condition=when("StringNotEquals", "aws:RequestedRegion", region))
    user = {"name": "alice", "identity_policies": [policy(allow(), lock)]}
    account = {"id": A, "partition": partition, "users": [user]}
    authorizer = Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": [account]}))
    assert authorizer.authorize(Request(f"arn:{partition}:iam::{A}:user/alice", "iam:ListRoles", "*")).allowed


@pytest.mark.parametrize(("resource", "reason"), [(APP, "explicit_deny"), ("*", "implicit_deny")])
def test_iam_is_in_that_region_for_a_service_where_the_resource_tells_the_partition(resource: str, reason: str) -> None:
    lock = deny(Principal="*", Condition=when("StringEquals", "aws:RequestedRegion", "us-east-1"))
    described = {"endpoint": [allow(Principal="*"), lock]}
    assert ask(described, "s3.amazonaws.com", "iam:GetRole", resource, vpc_endpoint="vpce-1").reason == reason


@pytest.fixture
def _in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the system's zone cannot be set here")
@pytest.mark.usefixtures("_in_tokyo")
def test_the_zone_of_the_machine_is_nobodys_business() -> None:
    noon = datetime(2026, 1, 31, 12)  # noqa: DTZ001 - the case itself
    utc = {"alice": [allow(Condition=when("StringEquals", "team:x", "2026-01-31T12:00:00Z"))]}
    assert ask(utc, context={"team:x": noon}).allowed
    assert ask(utc, context={"team:x": noon.replace(tzinfo=UTC)}).allowed
    said = {"alice": [allow(Condition=when("StringEquals", "aws:CurrentTime", "2026-01-31T12:00:00Z"))]}
    assert ask(said, at=noon).allowed
    epoch = {"alice": [allow(Condition=when("StringEquals", "aws:EpochTime", "1769860800"))]}
    assert ask(epoch, at=noon).allowed
    assert ask(epoch, context={"aws:CurrentTime": "2026-01-31T12:00:00Z"}).allowed
    dated = {"alice": [allow(Condition=when("DateEquals", "aws:CurrentTime", "2026-01-31T12:00:00"))]}
    assert ask(dated, context={"aws:EpochTime": "1769860800"}).allowed


@pytest.mark.parametrize(
    ("facts", "operator", "key", "values", "holds"), [pytest.param(*row[1:], id=row[0]) for row in CALLS]
)
def test_a_key_of_the_call(facts: dict[str, Any], operator: str, key: str, values: list[str], holds: bool) -> None:  # noqa: FBT001 - a column of the table
    described = {"alice": [allow(Condition=when(operator, key, *values))], "endpoint": [allow(Principal="*")]}
    assert ask(described, **facts).allowed is holds


def test_on_an_alias_there_are_no_keys_of_the_call() -> None:
    nothing = {"Null": {"kms:CallerAccount": "true", "kms:ViaService": "true"}}
    asked = {"action": "kms:CreateAlias", "resource": ALIAS, "via_service": S3}
    assert ask({"alice": [allow(Condition=nothing)]}, **asked).allowed


OF_TOKEN, OF_FEDERATION, SECOND = Session(), Session("x", [policy(allow())]), {"aws:MultiFactorAuthPresent": True}
# What holds, the session, the action, the resource, what else is told, whether it is allowed; else S35 denies it.
TEMPORARY: list[tuple[str, Session | None, str, str, dict[str, Any], bool]] = [
    ("a user calls IAM", None, "iam:ListUsers", "*", {}, True),
    ("with a session token it does not", OF_TOKEN, "iam:ListUsers", "*", {}, False),
    ("but with a second factor", OF_TOKEN, "iam:ListUsers", "*", {"context": SECOND}, True),
    ("one that it showed a while ago, too", OF_TOKEN, "iam:ListUsers", "*", {"context": {"aws:MultiFactorAuthAge": 60}}, True),
    ("a service does on its behalf", OF_TOKEN, "iam:ListUsers", "*", {"via_service": S3}, True),
    ("and it passes a role", OF_TOKEN, "iam:PassRole", APP, {}, True),
    ("and assumes one", OF_TOKEN, "sts:AssumeRole", APP, {}, True),
    ("with tags", OF_TOKEN, "sts:TagSession", APP, {}, True),
    ("with a context", OF_TOKEN, "sts:SetContext", APP, {}, True),
    ("a service asks for its bearer token", OF_TOKEN, "sts:GetServiceBearerToken", "*", {}, True),
    ("it asks STS nothing else", OF_TOKEN, "sts:DecodeAuthorizationMessage", "*", {"context": SECOND}, False),
    ("a user does", None, "sts:DecodeAuthorizationMessage", "*", {}, True),
    ("a federated user does not call IAM", OF_FEDERATION, "iam:ListUsers", "*", {"context": SECOND}, False),
    ("but passes a role", OF_FEDERATION, "iam:PassRole", APP, {}, True),
    ("a service asks for its bearer token, too", OF_FEDERATION, "sts:GetServiceBearerToken", "*", {}, True),
    ("it asks STS nothing", OF_FEDERATION, "sts:DecodeAuthorizationMessage", "*", {}, False),
    ("nor to tag a session", OF_FEDERATION, "sts:TagSession", APP, {}, False),
    ("and all other services", OF_FEDERATION, "sqs:ListQueues", "*", {}, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("session", "action", "resource", "facts", "allowed"), [pytest.param(*row[1:], id=row[0]) for row in TEMPORARY]
)
def test_what_temporary_credentials_of_a_user_are_for(
    session: Session | None, action: str, resource: str, facts: dict[str, Any], *, allowed: bool
) -> None:
    trust = [{"Effect": "Allow", "Action": "sts:*", "Principal": to(ALICE)}]
    described = {"alice": [allow()], "app": [allow()], "trust": trust}
    decision = ask(described, ALICE, action, resource, session=session, **facts)
    assert (decision.allowed, decision.rule) == (allowed, None if allowed else "S35")


def test_a_roles_session_calls_iam_and_sts() -> None:
    for action in ("iam:ListUsers", "sts:DecodeAuthorizationMessage"):
        assert ask({"app": [allow()]}, APP, action, "*", session=Session("x")).allowed


MANAGER = f"arn:aws:iam::{M}:user/root-manager"
# What holds, who calls, on whose root user, whether it is allowed by which layer or denied by which rule.
ROOTS: list[tuple[str, str, str, tuple[bool, str | None, str | None]]] = [
    ("a user of the management account becomes a member's root user", MANAGER, ROOT_A, (True, "identity_policy", None)),
    ("with a policy that says so", f"{MANAGER}-2", ROOT_A, (False, "identity_policy", None)),
    ("but not its own account's", MANAGER, f"arn:aws:iam::{M}:root", (False, None, "S35")),
    ("nor that of an account outside", MANAGER, ROOT_B, (False, None, "S35")),
    ("nobody of a member becomes its root user", ALICE, ROOT_A, (False, None, "S35")),
    ("least of all the root user", ROOT_A, ROOT_A, (False, None, "S35")),
    ("nor does that of the management account", f"arn:aws:iam::{M}:root", ROOT_A, (False, None, "S35")),
    ("nor a service", "iam.amazonaws.com", ROOT_A, (False, None, "S35")),
]


@pytest.mark.parametrize(("caller", "root", "decided"), [pytest.param(*row[1:], id=row[0]) for row in ROOTS])
def test_who_becomes_a_root_user(caller: str, root: str, decided: tuple[bool, str | None, str | None]) -> None:
    everything = [policy(allow())]
    manager = {"name": "root-manager", "identity_policies": everything}
    accounts = [
        {"id": A, "users": [{"name": "alice", "identity_policies": everything}]},
        {"id": B},
        {"id": M, "users": [manager, {"name": "root-manager-2"}]},
    ]
    organization = {"id": "o-a1b2c3d4e5", "management_account": M, "root": {"id": "r-ab12", "accounts": [A, M]}}
    described = {"policyeval": 1, "organization": organization, "accounts": accounts}
    authorizer = Authorizer(Entities.from_mapping(described))
    request = Request(caller, "sts:AssumeRoot", root, context={"aws:RequestedRegion": "us-east-1"})
    found = [authorizer.authorize(request) for _ in range(3)]
    assert [(one.allowed, one.layer, one.rule) for one in found] == [decided] * 3


def test_who_hands_policies_over_becomes_no_root_user() -> None:
    policies = PolicySet(identity_policies=[policy(allow())])
    for root in (ROOT_A, f"arn:aws:iam::{B}:root"):
        assert simulate(Request(ALICE, "sts:AssumeRoot", root), policies).rule == "S35"


# What holds, the endpoint's type, its statement's effect and principal, who calls, whether it gets through.
GATES: list[tuple[str, str, str, object, str, bool]] = [
    ("an account is everybody in it", "Interface", "Allow", to(A), ALICE, True),
    ("through a gateway it is its root user", "Gateway", "Allow", to(A), ROOT_A, True),
    ("and nobody else in it", "Gateway", "Allow", to(A), ALICE, False),
    ("by its root's ARN, too", "Gateway", "Allow", to(ROOT_A), ALICE, False),
    ("which lets in the root user", "Gateway", "Allow", to(ROOT_A), ROOT_A, True),
    ("a user is let in by its ARN", "Interface", "Allow", to(ALICE), ALICE, True),
    ("but not through a gateway", "Gateway", "Allow", to(ALICE), ALICE, False),
    ("everybody is", "Gateway", "Allow", "*", ALICE, True),
    ("also beside others", "Gateway", "Allow", to(BOB, "*"), ALICE, True),
    ("who is denied is denied", "Gateway", "Deny", to(A), ALICE, False),
    ("also by name", "Gateway", "Deny", to(ALICE), ALICE, False),
    ("and others are not", "Gateway", "Deny", to(BOB), ALICE, True),
]


@pytest.mark.parametrize(
    ("kind", "effect", "principal", "caller", "through"), [pytest.param(*row[1:], id=row[0]) for row in GATES]
)
def test_whom_a_gateways_policy_lets_through(
    kind: str, effect: str, principal: object, caller: str, *, through: bool
) -> None:
    table = f"arn:aws:dynamodb:us-east-1:{A}:table/orders"
    others = allow("dynamodb:*" if effect == "Deny" else "s3:*", Principal="*")
    statements = [{**allow(), "Effect": effect, "Principal": principal}, others]
    account = {
        "id": A,
        "users": [{"name": "alice", "identity_policies": [policy(allow())]}, {"name": "bob"}],
        "vpc_endpoints": [{"id": "vpce-1", "type": kind, "policy": policy(*statements)}],
    }
    authorizer = Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": [account]}))
    request = Request(caller, "dynamodb:GetItem", table, vpc_endpoint="vpce-1")
    assert [authorizer.authorize(request).allowed for _ in range(3)] == [through] * 3


def test_in_simulate_an_endpoint_is_the_one_that_is_named() -> None:
    named = policy(allow(Condition=when("StringEquals", "aws:SourceVpce", "vpce-9")))
    policies = PolicySet(identity_policies=[named])
    request = Request(ALICE, "s3:GetObject", "arn:aws:s3:::bucket", vpc_endpoint="vpce-9")
    assert simulate(request, policies).allowed
    request = Request(ALICE, "s3:GetObject", "arn:aws:s3:::bucket", vpc_endpoint="vpce-8")
    assert not simulate(request, policies).allowed


def test_a_vpc_that_an_endpoint_does_not_tell_may_be_told() -> None:
    named = policy(allow(Condition=when("StringEquals", "aws:SourceVpc", "vpc-9")))
    for vpc, allowed in (("vpc-9", True), ("vpc-8", False)):
        context = {"aws:SourceVpc": vpc}
        request = Request(ALICE, "s3:GetObject", "arn:aws:s3:::bucket", vpc_endpoint="vpce-9", context=context)
        assert simulate(request, PolicySet(identity_policies=[named])).allowed is allowed


def test_that_a_public_address_is_left_out_is_told() -> None:
    described = {"alice": [allow()], "endpoint": [allow(Principal="*")]}
    through: dict[str, Any] = {"context": {"aws:SourceIp": "10.0.0.1"}, "vpc_endpoint": "vpce-1"}
    left_out = "requests through `vpce-1` carry no `aws:SourceIp`: left out"
    assert [each.message for each in ask(described, **through).diagnostics] == [left_out]
    assert ask(described, **through, via_service=S3).diagnostics == ()


def test_in_simulate_nothing_is_known_of_a_root_user_either() -> None:
    tagged = policy(allow(Principal="*", Condition=when("StringEquals", "aws:PrincipalTag/x", "y")))
    request = Request(ROOT_A, "kms:Decrypt", KEY, context={"aws:PrincipalTag/x": "y"})
    assert simulate(request, PolicySet(resource_policy=tagged)).allowed


def test_several_values_of_the_wrong_type_are_each_named() -> None:
    condition = when("ForAnyValue:NumericEquals", "team:x", "7")
    for given, faults in [(["a", "b"], 2), ("a", 1)]:
        decision = ask({"alice": [allow(Condition=condition)]}, context={"team:x": given})
        assert not decision.allowed
        assert len(decision.diagnostics) == faults
    condition = when("ForAllValues:NumericEquals", "team:x", "7")
    for given, faults in [(["a", "b"], 2), ("a", 1)]:
        decision = ask({"alice": [allow(Condition=condition)]}, context={"team:x": given})
        assert not decision.allowed
        assert len(decision.diagnostics) == faults


def test_variables_are_filled_in_for_each_of_several_values() -> None:
    condition = when("ForAnyValue:StringLike", "aws:TagKeys", "${aws:PrincipalTag/team}*")
    for keys, allowed in [(["red", "blue-1"], True), (["red"], False)]:
        assert ask({"alice": [allow(Condition=condition)]}, context={"aws:TagKeys": keys}).allowed is allowed
    one = when("ForAnyValue:StringLike", "team:x", "${aws:PrincipalTag/team}*")
    assert ask({"alice": [allow(Condition=one)]}, context={"team:x": "blue-1"}).allowed


def test_a_role_is_described_by_its_own_arn() -> None:
    condition = when("ArnEquals", "aws:PrincipalArn", APP)
    assert ask({"app": [allow(Condition=condition)]}, f"arn:aws:sts::{A}:assumed-role/app/s").allowed
