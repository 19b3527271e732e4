"""An allow that rests on the absence of what every real request has, or on what none has, says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from policyeval import Authorizer, Entities, PolicySet, Request, Session, simulate
from tests.authorizer.estates import (
    ALICE,
    APP,
    APP_SESSION,
    BOB,
    BUCKET,
    KEY,
    LINKED,
    PARTNER,
    ROOT_A,
    A,
    B,
    allow,
    ask,
    deny,
    estate,
    policy,
    to,
    when,
)

EVERYTHING = allow(Principal=to(A))
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ANY, ALL = "ForAnyValue:StringEquals", "ForAllValues:StringEquals"
SERVICE = {"via_service": "s3.us-east-1.amazonaws.com"}
THROUGH = {"context": {"aws:SourceVpce": "vpce-9"}}

# What holds, the action, the key policy's statement beside "everything", the request's facts, the key that is missed.
CASES: list[tuple[str, str, dict[str, Any], dict[str, Any], str | None]] = [
    ("a Deny of an algorithm", "kms:Sign", deny(Principal="*", Condition=when("StringEquals", "kms:SigningAlgorithm", "x")), {}, "`kms:SigningAlgorithm`"),
    ("the algorithm is told", "kms:Sign", deny(Principal="*", Condition=when("StringEquals", "kms:signingalgorithm", "x")), {"context": {"kms:SigningAlgorithm": "y"}}, None),
    ("a message's type is RAW when it is left out", "kms:Sign", deny(Principal="*", Condition=when("StringEquals", "kms:MessageType", "DIGEST")), {}, None),
    ("a Deny of operations of a grant", "kms:CreateGrant", deny(Principal="*", Condition=when(ANY, "kms:GrantOperations", "Decrypt")), {}, "`kms:GrantOperations`"),
    ("a Deny of a grantee", "kms:CreateGrant", deny(Principal="*", Condition=when("StringEquals", "kms:GranteePrincipal", APP)), {}, "`kms:GranteePrincipal`"),
    ("the grantee is a service", "kms:CreateGrant", deny(Principal="*", Condition=when("StringEquals", "kms:GranteePrincipal", APP)), {"context": {"kms:GranteeServicePrincipal": "rds.amazonaws.com"}}, None),
    ("what may be left out of a request", "kms:CreateGrant", deny(Principal="*", Condition=when("StringEquals", "kms:GrantConstraintType", "x")), {}, None),
    ("a Deny for somebody else", "kms:Sign", deny(Principal=to(APP), Condition=when("StringEquals", "kms:SigningAlgorithm", "x")), {}, None),
    ("a Deny of which another condition fails", "kms:Sign", deny(Principal="*", Condition=when("StringEquals", "kms:SigningAlgorithm", "x") | when("StringLike", "aws:username", "bob")), {}, None),
    ("a Deny of which another condition holds", "kms:Sign", deny(Principal="*", Condition=when("StringEquals", "kms:SigningAlgorithm", "x") | when("StringLike", "aws:username", "alice")), {}, "`kms:SigningAlgorithm`"),
    ("a Deny of names of tags", "kms:UntagResource", deny(Principal="*", Condition=when(ANY, "aws:TagKeys", "team")), {}, "`aws:TagKeys`"),
    ("a Deny of an address", "kms:Decrypt", deny(Principal="*", Condition=when("IpAddress", "aws:SourceIp", "10.0.0.0/8")), {}, "`aws:SourceIp`"),
    ("an address is told", "kms:Decrypt", deny(Principal="*", Condition=when("IpAddress", "aws:SourceIp", "10.0.0.0/8")), {"context": {"aws:SourceIp": "192.0.2.1"}}, None),
    ("a private address is told", "kms:Decrypt", deny(Principal="*", Condition=when("IpAddress", "aws:SourceIp", "10.0.0.0/8")), {"context": {"aws:VpcSourceIp": "10.0.0.1"}}, None),
    ("a Deny of a VPC", "kms:Decrypt", deny(Principal="*", Condition=when("StringEquals", "aws:SourceVpc", "vpc-1")), THROUGH, "`aws:SourceVpc`"),
    ("a Deny of a VPC by its ARN", "kms:Decrypt", deny(Principal="*", Condition=when("ArnLike", "aws:SourceVpcArn", "arn:aws:ec2:*:*:vpc/vpc-1")), THROUGH, "`aws:SourceVpcArn`"),
    ("a Deny of who owns an endpoint", "kms:Decrypt", deny(Principal="*", Condition=when("StringEquals", "aws:VpceAccount", B)), THROUGH, "`aws:VpceAccount`"),
    ("an endpoint may be in no organization", "kms:Decrypt", deny(Principal="*", Condition=when("StringEquals", "aws:VpceOrgID", "o-a1b2c3d4e5")), THROUGH, None),
    ("a request through no endpoint", "kms:Decrypt", deny(Principal="*", Condition=when("StringEquals", "aws:SourceVpc", "vpc-1")), {}, None),
    ("a service calls from its own", "kms:Decrypt", deny(Principal="*", Condition=when("IpAddress", "aws:SourceIp", "10.0.0.0/8")), SERVICE, None),
    ("a Deny without TLS, which as good as all have", "kms:Decrypt", deny(Principal="*", Condition=when("Bool", "aws:SecureTransport", "false")), {}, None),
    ("nor of some addresses without", "kms:Decrypt", deny(Principal="*", Condition=when("Bool", "aws:SecureTransport", "false") | when("IpAddress", "aws:SourceIp", "10.0.0.0/8")), {}, None),
    ("a Deny with TLS", "kms:Decrypt", deny(Principal="*", Condition=when("Bool", "aws:SecureTransport", "true")), {}, "`aws:SecureTransport`"),
    ("also where a service calls", "kms:Decrypt", deny(Principal="*", Condition=when("Bool", "aws:SecureTransport", "true")), SERVICE, "`aws:SecureTransport`"),
    ("a Deny of a client", "kms:Decrypt", deny(Principal="*", Condition=when("StringLike", "aws:UserAgent", "curl/*")), {}, "`aws:UserAgent`"),
    ("two keys in one statement", "kms:ReEncryptTo", deny(Principal="*", Condition=when("Bool", "kms:ReEncryptOnSameKey", "true") | when("IpAddress", "aws:SourceIp", "10.0.0.0/8")), {}, "`aws:SourceIp` and `kms:ReEncryptOnSameKey`"),
]  # fmt: skip


@pytest.mark.parametrize(("action", "statement", "facts", "missed"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])  # fmt: skip
def test_a_deny_that_could_match_is_named(
    action: str, statement: dict[str, Any], facts: dict[str, Any], missed: str | None
) -> None:
    decision = ask({"key": [EVERYTHING, statement], "alice": [allow()]}, ALICE, action, KEY, **facts)
    assert decision.allowed
    told = [one.message for one in decision.doubts]
    if missed is None:
        assert told == []
        return
    expected = f"{missed} is not told, which every request has: otherwise the Deny may match in statement #1"
    assert [message.partition(" of key policy")[0] for message in told] == [expected]
    assert decision.doubts[0].hint == "tell it as context: AWS may decide otherwise"
    assert decision.doubts[0].place is not None
    assert f"What is otherwise in a real request:\n  {expected}" in decision.explain()


@pytest.mark.parametrize(
    ("condition", "is_named"),
    [
        pytest.param(when(ALL, "kms:GrantOperations", "Decrypt"), True, id="none of none is another"),
        pytest.param(when("StringEqualsIfExists", "kms:GranteePrincipal", APP), True, id="it is compared if it exists"),
        pytest.param(when("StringNotEquals", "kms:GranteePrincipal", APP), True, id="nothing is not that"),
        pytest.param(when("BoolIfExists", "aws:SecureTransport", "true"), False, id="as good as all come over TLS"),
        pytest.param(when("BoolIfExists", "aws:SecureTransport", "false"), True, id="and not without"),
        pytest.param(when("Null", "kms:GrantOperations", "true"), True, id="it has to be missing"),
        pytest.param(when("Null", "kms:GrantConstraintType", "true"), False, id="what may be missing has to be"),
    ],
)
def test_an_allow_that_matches_for_want_of_a_value_is_named(condition: dict[str, Any], *, is_named: bool) -> None:
    decision = ask({"alice": [allow("kms:CreateGrant", Condition=condition)]}, ALICE, "kms:CreateGrant", KEY)
    assert decision.allowed
    assert ["the Allow may not match" in one.message for one in decision.diagnostics] == [True] * is_named


def test_an_allow_beside_it_needs_nothing_told() -> None:
    picky = allow("kms:CreateGrant", Condition=when("StringEquals", "kms:GranteePrincipal", APP))
    decision = ask({"alice": [allow("kms:CreateGrant"), picky]}, ALICE, "kms:CreateGrant", KEY)
    assert decision.allowed
    assert decision.diagnostics == ()


NOT_BOB = when("StringNotEquals", "kms:GranteePrincipal", BOB)
NOT_CURL = when("StringNotLike", "aws:UserAgent", "curl/*")
UNGIVEN, UNHELD = "`kms:GranteePrincipal` is not told", "`aws:UserAgent` is not told"
# What holds, the statements of the caller's policy, those of the key policy, what is said.
SPARED: list[tuple[str, list[dict[str, Any]], list[dict[str, Any]], list[str]]] = [
    ("another Allow suffices", [allow(), allow(Condition=NOT_BOB)], [EVERYTHING], []),
    ("in the key policy", [allow()], [EVERYTHING, allow(Principal=to(A), Condition=NOT_BOB)], []),
    ("where the caller is named", [allow(Condition=NOT_BOB)], [allow(Principal=to(ALICE))], []),
    ("the other depends on it, too", [allow(Condition=NOT_BOB), allow(Condition=NOT_BOB)], [EVERYTHING], [UNGIVEN] * 2),
    ("the other depends on something else", [allow(Condition=NOT_CURL), allow(Condition=NOT_BOB)], [EVERYTHING], [UNHELD, UNGIVEN]),
    ("the other is in the other half", [allow(Condition=NOT_BOB)], [EVERYTHING], [UNGIVEN]),
    ("a Deny takes it from both", [allow(), allow(Condition=NOT_CURL), deny(Condition=when("StringEquals", "kms:GranteePrincipal", BOB))], [EVERYTHING], [UNGIVEN]),
]  # fmt: skip


@pytest.mark.parametrize(("alice", "key", "said"), [pytest.param(*case[1:], id=case[0]) for case in SPARED])
def test_an_allow_that_the_decision_stands_without_is_not_named(
    alice: list[dict[str, Any]], key: list[dict[str, Any]], said: list[str]
) -> None:
    decision = ask({"key": key, "alice": alice}, ALICE, "kms:CreateGrant", KEY)
    assert decision.allowed
    assert [one.message.partition(",")[0] for one in decision.diagnostics] == said
    assert decision.doubts == decision.diagnostics


def test_a_denied_request_misses_nothing() -> None:
    picky = allow("kms:CreateGrant", Condition=when("StringEquals", "kms:GranteePrincipal", APP))
    decision = ask({"alice": [picky]}, ALICE, "kms:CreateGrant", KEY)
    assert not decision.allowed
    assert decision.diagnostics == ()
    assert "What is otherwise" not in decision.explain()


def test_whose_id_is_not_described_is_named() -> None:
    lock = deny(Principal="*", Condition=when("StringEquals", "aws:userid", "AIDAEXAMPLEBOB000001"))
    bob = f"arn:aws:iam::{A}:user/bob"
    opened = allow(Principal=to(bob, ALICE, APP))
    for caller, session, count in ((bob, None, 1), (ALICE, None, 0), (APP, Session("x"), 0)):
        decision = ask({"key": [opened, lock]}, caller, "kms:Decrypt", KEY, session=session)
        assert decision.allowed
        assert len(decision.diagnostics) == count


def test_which_role_a_session_that_is_handed_over_has_is_named() -> None:
    locked = deny(Condition=when("StringLike", "aws:userid", "AROAEXAMPLE:*"))
    request = Request(f"arn:aws:sts::{A}:assumed-role/app/monday", "s3:ListBucket", BUCKET)
    decision = simulate(request, PolicySet(identity_policies=[policy(allow(), locked)]))
    assert decision.allowed
    (doubt,) = decision.doubts
    assert doubt.message.startswith("`aws:userid` is not told, which every request has: otherwise the Deny may match")


def test_a_deny_of_one_session_is_named_where_nobody_tells_which_one_calls() -> None:
    monday = f"arn:aws:sts::{A}:assumed-role/app/monday"
    lock = deny(Principal=to(monday, f"arn:aws:sts::{A}:assumed-role/other/monday"))
    told = "the session's name is not told, which every request of a role has: otherwise the Deny may match in"
    for statement, session, count in (
        (lock, None, 1),
        (lock, Session("tuesday"), 0),
        (lock | {"Condition": when("StringEquals", "kms:ViaService", "s3.us-east-1.amazonaws.com")}, None, 0),
        (lock | {"Principal": to(f"arn:aws:sts::{A}:assumed-role/other/monday")}, None, 0),
    ):
        decision = ask({"key": [allow(Principal=to(APP)), statement]}, APP, "kms:Decrypt", KEY, session=session)
        assert decision.allowed
        assert [one.message.startswith(told) for one in decision.doubts] == [True] * count


OFFICE, MONDAY = when("IpAddress", "aws:SourceIp", "203.0.113.0/24"), f"arn:aws:sts::{A}:assumed-role/app/monday"
NAMELESS, IN_PART = "the session's name is not told", "`aws:userid` is not known in full"
UNPLACED = "`aws:SourceIp` is not told"
# What holds, whose sessions the Deny lists, under what, the request's facts, what is said.
TOGETHER: list[tuple[str, str | None, dict[str, Any], dict[str, Any], list[str]]] = [
    ("one session, at an address", MONDAY, OFFICE, {}, [UNPLACED]),
    ("which is told", MONDAY, OFFICE, {"context": {"aws:SourceIp": "203.0.113.7"}}, [NAMELESS]),
    ("and is another", MONDAY, OFFICE, {"context": {"aws:SourceIp": "198.51.100.1"}}, []),
    ("another session calls", MONDAY, OFFICE, {"session": Session("tuesday")}, []),
    ("one session, by its id as well", MONDAY, when("StringLike", "aws:userid", "*:monday"), {}, [NAMELESS]),
    ("by another one's id", MONDAY, when("StringLike", "aws:userid", "*:tuesday"), {}, []),
    ("and the id is told", MONDAY, OFFICE, {"context": {"aws:userid": "AROAEXAMPLEAPPA000001:tuesday"}}, []),
    ("one id, at an address", None, when("StringLike", "aws:userid", "*:monday") | OFFICE, {}, [UNPLACED]),
    ("another role's", None, when("StringLike", "aws:userid", "AROAEXAMPLEOTHER00001:*") | OFFICE, {}, []),
    ("one id alone", None, when("StringLike", "aws:userid", "*:monday"), {}, [IN_PART]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("session", "condition", "facts", "said"), [pytest.param(*case[1:], id=case[0]) for case in TOGETHER]
)
def test_a_deny_that_depends_on_the_session_and_something_else_is_named(
    session: str | None, condition: dict[str, Any], facts: dict[str, Any], said: list[str]
) -> None:
    lock = deny(Principal=to(session or APP), Condition=condition)
    decision = ask({"key": [allow(Principal=to(APP)), lock]}, APP, "kms:Decrypt", KEY, **facts)
    assert decision.allowed
    assert all(one.message.startswith(what) for one, what in zip(decision.doubts, said, strict=True))


REVOKED = deny(Condition=when("DateLessThan", "aws:TokenIssueTime", "2026-01-31T02:00:00Z"))
FRESH = allow(Condition=when("DateGreaterThan", "aws:TokenIssueTime", "2026-01-31T02:00:00Z"))
ISSUED = {"context": {"aws:TokenIssueTime": "2026-01-31T09:00:00Z"}}
ELSEWHERE = REVOKED | {"Condition": REVOKED["Condition"] | when("Bool", "aws:ViaAWSService", "true")}
# What holds, who asks, the request's facts, the statements of its policy, the effect that is in doubt.
BY_AGE: list[tuple[str, str, dict[str, Any], list[dict[str, Any]], str | None]] = [
    ("older sessions of a role are revoked", APP, {}, [allow(), REVOKED], "Deny may match"),
    ("a named one may be older, too", APP, {"session": Session("x")}, [allow(), REVOKED], "Deny may match"),
    ("no session of a role is that old", APP, {"at": NOON + timedelta(hours=3)}, [allow(), REVOKED], None),
    ("a user's may be", ALICE, {"session": Session(), "at": NOON + timedelta(hours=3)}, [allow(), REVOKED], "Deny may match"),
    ("and not for longer", ALICE, {"session": Session(), "at": NOON + timedelta(days=2)}, [allow(), REVOKED], None),
    ("a user's own keys are never revoked so", ALICE, {}, [allow(), REVOKED], None),
    ("when it began is told", APP, ISSUED, [allow(), REVOKED], None),
    ("another condition fails", APP, {}, [allow(), ELSEWHERE], None),
    ("fresh ones alone are let in", APP, {}, [FRESH], "Allow may not match"),
    ("all are fresh", APP, {"at": NOON + timedelta(days=1)}, [FRESH], None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("caller", "facts", "statements", "doubted"), [pytest.param(*case[1:], id=case[0]) for case in BY_AGE]
)
def test_what_hangs_on_the_age_of_a_session_is_named(
    caller: str, facts: dict[str, Any], statements: list[dict[str, Any]], doubted: str | None
) -> None:
    described = {"key": [EVERYTHING], "app": statements, "alice": statements}
    decision = ask(described, caller, "kms:Decrypt", KEY, **{"at": NOON, **facts})
    assert decision.allowed
    told = f"`aws:TokenIssueTime` is not told, and taken for the request's time: otherwise the {doubted}"
    assert [one.message.partition(" in statement")[0] for one in decision.doubts] == ([told] if doubted else [])


BY_ID, LIKE_ID = (partial(when, operator, "aws:userid") for operator in ("StringEquals", "StringLike"))
NOT_BY_ID = when("StringNotEquals", "aws:userid", "AROAEXAMPLEAPPA000001:monday")
# What holds, who asks, the statement of its policy (a Deny is beside "everything"), what is in doubt.
BY_IDS: list[tuple[str, str, Session | None, dict[str, Any], str | None]] = [
    ("a Deny of one session's id", APP, None, deny(Condition=BY_ID("AROAEXAMPLEAPPA000001:monday")), "Deny may match"),
    ("a Deny of sessions of a name", APP, None, deny(Condition=LIKE_ID("*:monday")), "Deny may match"),
    ("another role's session", APP, None, deny(Condition=BY_ID("AROAEXAMPLEOTHER00001:monday")), None),
    ("a user's id", APP, None, deny(Condition=BY_ID("AIDAEXAMPLEALICE00001")), None),
    ("the session's name is told", APP, Session("tuesday"), deny(Condition=BY_ID("AROAEXAMPLEAPPA000001:monday")), None),
    ("the role's id is not described", LINKED, Session("monday"), deny(Condition=LIKE_ID("AROAEXAMPLE0000000001:*")), "Deny may match"),
    ("and the session has another name", LINKED, Session("monday"), deny(Condition=BY_ID("AROAEXAMPLE0000000001:tuesday")), None),
    ("neither is known", LINKED, None, deny(Condition=BY_ID("AROAEXAMPLE0000000001:tuesday")), "Deny may match"),
    ("the colon is left to a wildcard", LINKED, None, deny(Condition=LIKE_ID("AROAEXAMPLE0000000001*")), "Deny may match"),
    ("and the role's id", APP, None, deny(Condition=LIKE_ID("*monday")), "Deny may match"),
    ("but the role's is another", APP, None, deny(Condition=LIKE_ID("AROAEXAMPLEOTHER00001*")), None),
    ("and so is the session's name", LINKED, Session("tuesday"), deny(Condition=LIKE_ID("*monday")), None),
    ("no session has an id without a colon", LINKED, None, deny(Condition=BY_ID("AROAEXAMPLE0000000001")), None),
    ("an Allow of all sessions but one", APP, None, allow(Condition=NOT_BY_ID), "Allow may not match"),
    ("an Allow of all sessions", APP, None, allow(Condition=LIKE_ID("AROAEXAMPLEAPPA000001:*")), None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("caller", "session", "statement", "doubted"), [pytest.param(*case[1:], id=case[0]) for case in BY_IDS]
)
def test_what_hangs_on_an_id_that_is_not_known_in_full_is_named(
    caller: str, session: Session | None, statement: dict[str, Any], doubted: str | None
) -> None:
    statements = [statement] if statement["Effect"] == "Allow" else [allow(), statement]
    described = {"key": [EVERYTHING], "app": statements, "linked": statements}
    decision = ask(described, caller, "kms:Decrypt", KEY, session=session)
    assert decision.allowed
    told = f"`aws:userid` is not known in full: otherwise the {doubted}"
    assert [one.message.partition(" in statement")[0] for one in decision.doubts] == ([told] if doubted else [])


def test_what_else_the_request_tells_counts_beside_the_id() -> None:
    office = BY_ID("AROAEXAMPLEAPPA000001:monday") | when("IpAddress", "aws:SourceIp", "203.0.113.0/24")
    described = {"key": [EVERYTHING], "app": [allow(), deny(Condition=office)]}
    for address, count in (("203.0.113.7", 1), ("198.51.100.1", 0)):
        decision = ask(described, APP, "kms:Decrypt", KEY, context={"aws:SourceIp": address})
        assert decision.allowed
        assert len(decision.doubts) == count


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        pytest.param(deny(Resource="key/*"), ["key/*"], id="a path"),
        pytest.param(deny(Resource=["alias/a", f"arn:aws:kms:*:{A}:alias/*", "arn"]), ["alias/a", "arn"], id="of several those"),
        pytest.param(deny(Resource="Arn:aws:kms:*"), ["Arn:aws:kms:*"], id="in another case"),
        pytest.param(deny(Resource="${aws:username}"), ["${aws:username}"], id="a variable, which is none there"),
        pytest.param(deny(Resource=["*:alias/*", "a?n:aws:s3:::x", "arn:aws:s3*"]), [], id="patterns of ARNs"),
        pytest.param(deny("kms:Encrypt", Resource="key/*"), [], id="another action"),
        pytest.param(deny(Resource="key/*", Condition=when("Bool", "aws:ViaAWSService", "true")), [], id="a condition fails"),
        pytest.param(allow(Resource="key/*"), [], id="an Allow, which lets nobody in by it"),
        pytest.param(deny(NotResource=["key/*", KEY]), [], id="what is not to be denied"),
    ],
)  # fmt: skip
def test_a_deny_of_what_is_no_arn_is_named(statement: dict[str, Any], named: list[str]) -> None:
    decision = ask({"key": [EVERYTHING], "alice": [allow(), statement]}, ALICE, "kms:Decrypt", KEY)
    assert decision.allowed
    told = [
        f"the resource `{each}` is no ARN, so the Deny does not match by it in statement #1 of of-alice"
        for each in named
    ]
    assert [one.message for one in decision.doubts] == told


def test_nor_of_whom_a_resource_policy_names_otherwise() -> None:
    for who, count in ((ALICE, 1), (APP, 0)):
        described = {"key": [EVERYTHING, deny(Principal=to(who), Resource="key/*")], "alice": [allow()]}
        decision = ask(described, ALICE, "kms:Decrypt", KEY)
        assert decision.allowed
        assert len(decision.doubts) == count


STALE = when("NumericGreaterThan", "aws:MultiFactorAuthAge", "300")
SECOND_FACTOR = {"session": Session(), "context": {"aws:MultiFactorAuthPresent": True}}
AGENT, BY_AGENT = {"aws:CalledViaAWSMCP": "aws-mcp.amazonaws.com"}, when("Bool", "aws:ViaAWSMCPService", "true")


@pytest.mark.parametrize(
    ("condition", "facts", "missed"),
    [
        pytest.param(STALE, SECOND_FACTOR, "`aws:MultiFactorAuthAge`", id="a second factor was shown some time ago"),
        pytest.param(STALE, {"session": Session()}, None, id="none was shown"),
        pytest.param(BY_AGENT, {"context": AGENT}, "`aws:ViaAWSMCPService`", id="a server of AWS's is called by agents"),
        pytest.param(BY_AGENT, {}, None, id="no server is called"),
        pytest.param(when("StringLike", "aws:CalledViaAWSMCP", "aws-mcp*"), {"context": {"aws:ViaAWSMCPService": "true"}}, "`aws:CalledViaAWSMCP`", id="some server is called"),
        pytest.param(when("StringLike", "aws:CalledViaAWSMCP", "aws-mcp*"), {"context": {"aws:ViaAWSMCPService": "false"}}, None, id="which none is"),
    ],
)  # fmt: skip
def test_a_deny_by_what_comes_with_another_key_is_named(
    condition: dict[str, Any], facts: dict[str, Any], missed: str | None
) -> None:
    decision = ask(
        {"key": [EVERYTHING], "alice": [allow(), deny(Condition=condition)]}, ALICE, "kms:Decrypt", KEY, **facts
    )
    assert decision.allowed
    assert [one.message.partition(" is not told")[0] for one in decision.doubts] == ([missed] if missed else [])


@pytest.mark.parametrize(
    ("action", "resource", "key", "is_missed"),
    [
        pytest.param("iam:AttachRolePolicy", APP, "iam:PolicyARN", True, id="which policy is attached"),
        pytest.param("iam:DetachUserPolicy", ALICE, "iam:PolicyARN", True, id="which is detached"),
        pytest.param("iam:PutUserPermissionsBoundary", ALICE, "iam:PermissionsBoundary", True, id="the boundary that is put"),
        pytest.param("iam:CreateUser", ALICE, "iam:PermissionsBoundary", False, id="a user may have none"),
        pytest.param("iam:CreateServiceLinkedRole", APP, "iam:AWSServiceName", True, id="whose role it is"),
        pytest.param("iam:CreateServiceLinkedRole", LINKED, "iam:AWSServiceName", False, id="the role's path has it"),
        pytest.param("iam:PassRole", APP, "iam:PassedToService", False, id="some services do not say who they are"),
        pytest.param("sts:GetWebIdentityToken", "*", "sts:SigningAlgorithm", True, id="how a token is signed"),
        pytest.param("sts:GetWebIdentityToken", "*", "sts:DurationSeconds", False, id="and not for how long"),
    ],
)  # fmt: skip
def test_a_deny_by_what_an_operation_requires_is_named(
    action: str, resource: str, key: str, *, is_missed: bool
) -> None:
    identity = [allow(), deny(Condition=when("StringLike", key, "arn:*"))]
    decision = ask({"alice": identity}, ALICE, action, resource)
    assert decision.allowed
    assert [one.message.startswith(f"`{key}` is not told") for one in decision.doubts] == [True] * is_missed


def test_a_service_that_is_not_the_roles_is_named() -> None:
    identity = [allow(), deny(Condition=when("StringEquals", "iam:AWSServiceName", "x.amazonaws.com"))]
    told = {"context": {"iam:AWSServiceName": "rds.amazonaws.com"}}
    assert ask({"alice": identity}, ALICE, "iam:CreateServiceLinkedRole", LINKED).reason == "explicit_deny"
    assert ask({"alice": identity}, ALICE, "iam:DeleteServiceLinkedRole", LINKED).allowed
    decision = ask({"alice": identity}, ALICE, "iam:CreateServiceLinkedRole", LINKED, **told)
    assert decision.allowed
    said = "`iam:AWSServiceName` is told to be another, but the role is of `x.amazonaws.com`: otherwise"
    assert [one.message.startswith(said) for one in decision.doubts] == [True]
    assert not ask({"alice": identity}, ALICE, "iam:CreateServiceLinkedRole", APP, **told).doubts


OIDC, SAML = f"arn:aws:iam::{A}:oidc-provider/token.example.org/x", f"arn:aws:iam::{A}:saml-provider/Directory"
BY_TOKEN, BY_ASSERTION = "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"
# What holds, who becomes the role, by what call, the key of a Deny's condition, whether it is missed.
BECOMING: list[tuple[str, str, str, str, bool]] = [
    ("every session has a name", ALICE, "sts:AssumeRole", "sts:RoleSessionName", True),
    ("also by a token", OIDC, BY_TOKEN, "sts:RoleSessionName", True),
    ("a tag takes none", ALICE, "sts:TagSession", "sts:RoleSessionName", False),
    ("who is behind it is set", ALICE, "sts:SetSourceIdentity", "sts:SourceIdentity", True),
    ("it may be meant for nobody outside", ALICE, "sts:AssumeRole", "sts:ExternalId", False),
    ("a token is of somebody", OIDC, BY_TOKEN, "token.example.org/X:sub", True),
    ("and for somebody", OIDC, BY_TOKEN, "token.example.org/x:aud", True),
    ("another provider's is not", OIDC, BY_TOKEN, "token.example.com:sub", False),
    ("and says what the provider likes", OIDC, BY_TOKEN, "token.example.org/x:email", False),
    ("a web site's is for an application", "graph.facebook.com", BY_TOKEN, "graph.facebook.com:app_id", True),
    ("a pool's as others", "cognito-identity.amazonaws.com", BY_TOKEN, "cognito-identity.amazonaws.com:aud", True),
    ("an assertion is of somebody", SAML, BY_ASSERTION, "saml:sub", True),
    ("a user has none", ALICE, "sts:AssumeRole", "saml:sub", False),
]


@pytest.mark.parametrize(
    ("caller", "action", "key", "is_missed"), [pytest.param(*case[1:], id=case[0]) for case in BECOMING]
)
def test_a_deny_by_what_every_becoming_of_a_role_has_is_named(
    caller: str, action: str, key: str, *, is_missed: bool
) -> None:
    everyone: dict[str, Any] = {"Principal": "*", "Action": "sts:*"}
    trust = [
        {**everyone, "Effect": "Allow"},
        {**everyone, "Effect": "Deny", "Condition": when("StringLike", key, "x*")},
    ]
    decision = ask({"trust": trust}, caller, action, APP)
    assert decision.allowed
    assert [one.message.startswith(f"`{key}` is not told") for one in decision.doubts] == [True] * is_missed


@pytest.mark.parametrize(
    ("account", "is_missed"),
    [
        pytest.param(A, False, id="the ARN of the source tells the account that is wanted"),
        pytest.param(B, True, id="it tells another one"),
        pytest.param("", True, id="it tells none"),
    ],
)
def test_the_sources_account_is_missed_where_its_arn_does_not_settle_the_answer(
    account: str, *, is_missed: bool
) -> None:
    own = allow(Principal="*", Condition=when("StringEqualsIfExists", "aws:SourceAccount", A))
    source = f"arn:aws:sns:us-east-1:{account}:topic"
    decision = ask(
        {"bucket": [own]}, "sns.amazonaws.com", "s3:PutObject", f"{BUCKET}/x", context={"aws:SourceArn": source}
    )
    assert decision.allowed
    assert [one.message.startswith("`aws:SourceAccount` is not told") for one in decision.doubts] == [True] * is_missed


# "Enforce confused deputy protection", as the examples of resource control policies have it.
FENCE = when("StringNotEqualsIfExists", "aws:SourceOrgID", "o-ours") | when("Null", "aws:SourceAccount", "false")


@pytest.mark.parametrize(
    ("context", "is_missed"),
    [
        pytest.param({"aws:SourceArn": BUCKET}, True, id="who names the source names its account"),
        pytest.param({"aws:SourceOrgID": "o-theirs"}, True, id="and who names its organization"),
        pytest.param({"aws:SourceOrgID": "o-ours", "aws:SourceAccount": "777788889999"}, False, id="it is told"),
        pytest.param({}, False, id="no source is named"),
    ],
)
def test_a_fence_for_services_is_not_escaped_for_want_of_the_sources_account(
    context: dict[str, Any], *, is_missed: bool
) -> None:
    fenced = [allow(Principal="*"), deny(Principal="*", Condition=FENCE)]
    decision = ask({"bucket": fenced}, "sns.amazonaws.com", "s3:PutObject", f"{BUCKET}/x", context=context)
    assert decision.allowed
    assert [one.message.startswith("`aws:SourceAccount` is not told") for one in decision.doubts] == [True] * is_missed


BY_ORGANIZATION = when("StringNotEquals", "aws:SourceOrgID", "o-ours") | when("Null", "aws:SourceOrgID", "false")
TOPIC = f"arn:aws:sns:us-east-1:{B}:topic"
# What holds, who calls, what it tells, whether it is said that the source's organization is not known.
SOURCES: list[tuple[str, str, dict[str, str], bool]] = [
    ("a source whose account is not told", "sns.amazonaws.com", {"aws:SourceArn": TOPIC}, True),
    ("of an account that nobody describes", "sns.amazonaws.com", {"aws:SourceAccount": "777788889999"}, True),
    ("of one that is in no organization", "sns.amazonaws.com", {"aws:SourceAccount": B}, False),
    ("the organization is told", "sns.amazonaws.com", {"aws:SourceArn": TOPIC, "aws:SourceOrgID": "o-ours"}, False),
    ("no source is named", "sns.amazonaws.com", {}, False),
    ("no service calls", ALICE, {}, False),
]


@pytest.mark.parametrize(("caller", "context", "is_named"), [pytest.param(*case[1:], id=case[0]) for case in SOURCES])
def test_a_deny_by_the_organization_of_a_source_that_is_not_known_is_named(
    caller: str, context: dict[str, str], *, is_named: bool
) -> None:
    fenced = [allow(Principal="*"), deny(Principal="*", Condition=BY_ORGANIZATION)]
    decision = ask({"bucket": fenced}, caller, "s3:PutObject", f"{BUCKET}/x", context=context)
    assert decision.allowed
    told = "`aws:SourceOrgID` is not told, and the account that the service calls for is not known: otherwise the Deny"
    assert [one.message.startswith(told) for one in decision.diagnostics] == [True] * is_named


def test_a_session_of_assume_root_is_limited_by_its_task() -> None:
    for context, count in (({"aws:AssumedRoot": "True"}, 1), ({"aws:AssumedRoot": "false"}, 0), ({}, 0)):
        decision = ask({}, ROOT_A, "kms:Decrypt", KEY, context=context)
        assert decision.allowed
        assert [one.message.startswith("the task policy that") for one in decision.doubts] == [True] * count


def test_the_region_of_what_has_no_resource_is_named() -> None:
    lock = deny("kms:CreateKey", Condition=when("StringEquals", "aws:RequestedRegion", "us-east-1"))
    for facts, count in (({}, 1), ({"context": {"aws:RequestedRegion": "eu-west-1"}}, 0)):
        decision = ask({"alice": [allow("kms:*"), lock]}, ALICE, "kms:CreateKey", "*", **facts)
        assert decision.allowed
        assert ["`aws:RequestedRegion` is not told" in one.message for one in decision.diagnostics] == [True] * count


@pytest.mark.parametrize(
    ("statement", "on", "context", "named"),
    [
        pytest.param(deny(Resource=f"arn:aws:kms:us-east-1:{A}:key/*"), "*", {}, True, id="a Deny of one Region's"),
        pytest.param(deny(Resource=f"arn:aws:kms:us-*:{A}:key/*"), "*", {}, True, id="a Deny of some Regions'"),
        pytest.param(deny(Resource=f"arn:aws:kms:us-east-1:{B}:key/*"), "*", {}, False, id="a Deny of another account's"),
        pytest.param(deny(Resource=KEY), "*", {}, False, id="a Deny of a key that is there"),
        pytest.param(deny(Resource=f"arn:aws:kms:us-east-1:{A}:key/*"), f"arn:aws:kms:eu-west-1:{A}:key/*", {}, False, id="the Region stands in the resource"),
        pytest.param(deny(Resource=f"arn:aws:kms:us-east-1:{A}:key/*"), "*", {"aws:RequestedRegion": "eu-west-1"}, False, id="the Region is told"),
    ],
)  # fmt: skip
def test_a_deny_of_new_keys_of_one_region_is_named_where_nobody_tells_which_it_is(
    statement: dict[str, Any], on: str, context: dict[str, Any], *, named: bool
) -> None:
    decision = ask({"alice": [allow(), statement]}, ALICE, "kms:TagResource", on, context=context)
    assert decision.allowed
    assert [each.message for each in decision.doubts] == [
        "the Region of the new key is not told: otherwise the Deny may match in statement #1 of of-alice"
    ] * named


def test_an_allow_of_new_keys_that_no_region_takes_away_is_not_named() -> None:
    here = f"arn:aws:kms:us-east-1:{A}:key/*"
    decision = ask({"alice": [allow(Resource=here), allow(NotResource=here)]}, ALICE, "kms:TagResource", "*")
    assert decision.allowed
    assert [each.message for each in decision.doubts] == [
        "the Region of the new key is not told: otherwise the Allow may not match in statement #1 of of-alice"
    ]


def test_another_region_than_that_of_the_new_key_is_named() -> None:
    fenced = [allow(Condition=when("StringEquals", "aws:RequestedRegion", "eu-west-1"))]
    told = {"context": {"aws:RequestedRegion": "eu-west-1"}}
    said = (
        "`aws:RequestedRegion` is told to be another, but the key is in `us-east-1`: otherwise the Allow may not match"
    )
    for on, named in (
        (f"arn:aws:kms:us-east-1:{A}:key/*", True),
        (f"arn:aws:kms:eu-west-1:{A}:key/*", False),
        ("*", False),
    ):
        decision = ask({"alice": fenced}, ALICE, "kms:TagResource", on, **told)
        assert decision.allowed
        assert [one.message.startswith(said) for one in decision.doubts] == [True] * named


def test_the_region_of_ec2_is_named_by_both_its_keys() -> None:
    for key in ("ec2:Region", "aws:RequestedRegion"):
        lock = deny("ec2:Describe*", Condition=when("StringEquals", key, "us-east-1"))
        for facts, count in (({}, 1), ({"context": {"aws:RequestedRegion": "eu-west-1"}}, 0)):
            decision = ask({"alice": [allow("ec2:*"), lock]}, ALICE, "ec2:DescribeVpcs", "*", **facts)
            assert decision.allowed
            assert [f"`{key}` is not told" in one.message for one in decision.doubts] == [True] * count


def test_a_deny_outside_a_region_is_not_escaped_by_ec2s_name_for_it() -> None:
    lock = deny("ec2:*", Condition=when("StringEquals", "ec2:Region", "us-east-1"))
    decision = ask({"alice": [allow("ec2:*"), lock]}, ALICE, "ec2:StopInstances", INSTANCE)
    assert decision.reason == "explicit_deny"


def test_a_call_that_needs_no_permission_hangs_on_no_policy() -> None:
    lock = deny(Condition=when("StringNotEqualsIfExists", "aws:RequestedRegion", "eu-west-1"))
    decision = ask({"alice": [lock]}, ALICE, "sts:GetCallerIdentity", "*")
    assert decision.allowed
    assert decision.diagnostics == ()


def test_but_on_that_of_the_endpoint_it_comes_through() -> None:
    lock = deny(Principal="*", Condition=when("StringEquals", "aws:RequestedRegion", "eu-west-1"))
    described = {"endpoint": [allow(Principal="*"), lock]}
    decision = ask(described, ALICE, "sts:GetCallerIdentity", "*", vpc_endpoint="vpce-1")
    assert decision.allowed
    assert ["`aws:RequestedRegion` is not told" in one.message for one in decision.diagnostics] == [True]


OLD_TLS = when("NumericLessThan", "s3:TlsVersion", "1.3")
PRESIGNED = when("StringEquals", "s3:authType", "REST-QUERY-STRING")
# What holds, who asks, the condition of a Deny, the request's facts, the key that is missed.
BY_S3: list[tuple[str, str, dict[str, Any], dict[str, Any], str | None]] = [
    ("a version of TLS", ALICE, OLD_TLS, {}, "`s3:TlsVersion`"),
    ("one that S3 takes no more", ALICE, when("NumericLessThan", "s3:TlsVersion", "1.2"), {}, None),
    ("also of nobody's request", "anonymous", OLD_TLS, {}, "`s3:TlsVersion`"),
    ("the version is told", ALICE, OLD_TLS, {"context": {"s3:TlsVersion": "1.3"}}, None),
    ("a request without TLS has none", ALICE, OLD_TLS, {"context": {"aws:SecureTransport": "False"}}, None),
    ("how it is signed", ALICE, PRESIGNED, {}, "`s3:authType`"),
    ("by what version", ALICE, when("StringEquals", "s3:signatureversion", "AWS"), {}, "`s3:signatureversion`"),
    ("nobody signs", "anonymous", PRESIGNED, {}, None),
    ("from where nobody's request comes", "anonymous", when("IpAddress", "aws:SourceIp", "10.0.0.0/8"), {}, "`aws:SourceIp`"),
    ("from which VPC", "anonymous", when("StringEquals", "aws:SourceVpc", "vpc-1"), THROUGH, "`aws:SourceVpc`"),
    ("a service calls from its own", "s3.amazonaws.com", when("IpAddress", "aws:SourceIp", "10.0.0.0/8"), {}, None),
    ("a service signs for itself", ALICE, PRESIGNED, SERVICE, None),
    ("what need not be there", ALICE, when("StringEquals", "s3:x-amz-acl", "public-read"), {}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("caller", "condition", "facts", "missed"), [pytest.param(*case[1:], id=case[0]) for case in BY_S3]
)
def test_a_deny_by_what_all_requests_to_s3_have_is_named(
    caller: str, condition: dict[str, Any], facts: dict[str, Any], missed: str | None
) -> None:
    bucket = [allow(Principal="*"), deny(Principal="*", Condition=condition)]
    decision = ask({"bucket": bucket}, caller, "s3:GetObject", f"{BUCKET}/x", **facts)
    assert decision.allowed
    assert [one.message.partition(" is not told")[0] for one in decision.doubts] == ([missed] if missed else [])


@pytest.mark.parametrize(
    ("action", "resource", "is_missed"),
    [
        ("sqs:SendMessage", f"arn:aws:sqs:us-east-1:{A}:queue", False),
        ("lambda:GetFunction", f"arn:aws:lambda:us-east-1:{A}:function:f", True),
    ],
)
def test_whose_endpoint_it_is_is_missed_where_requests_say_so(action: str, resource: str, *, is_missed: bool) -> None:
    lock = deny(Condition=when("StringEquals", "aws:VpceAccount", B))
    decision = ask({"alice": [allow(), lock]}, ALICE, action, resource, **THROUGH)
    assert decision.allowed
    assert any("`aws:VpceAccount` is not told" in one.message for one in decision.diagnostics) == is_missed


OF_B = f"arn:aws:sns:us-east-1:{B}:orders"
ARN, S3, BACKUP = "arn:aws:s3:::bucket", "s3.amazonaws.com", {"via_service": "backup.us-east-1.amazonaws.com"}
# What holds, who asks, the condition of an Allow, the request's facts, what is said of the key.
TOLD: list[tuple[str, str, dict[str, Any], dict[str, Any], str | None]] = [
    ("a user's source", ALICE, when("ArnLike", "aws:SourceArn", ARN), {"context": {"aws:SourceArn": ARN}}, "`aws:SourceArn` is told, but only services pass it"),
    ("a root user's session", ALICE, when("Bool", "aws:AssumedRoot", "true"), {"context": {"aws:AssumedRoot": "true"}}, "`aws:AssumedRoot` is told, but only a root user's session of AssumeRoot has it"),
    ("a source's account, of nobody", "anonymous", when("StringEquals", "aws:SourceAccount", A), {"context": {"aws:SourceAccount": A}}, "`aws:SourceAccount` is told, but only services pass it"),
    ("a source that a service passes", S3, when("ArnLike", "aws:SourceArn", ARN), {"context": {"aws:SourceArn": ARN}}, None),
    ("a source beside a service", ALICE, when("ArnLike", "aws:SourceArn", ARN), {"context": {"aws:SourceArn": ARN}, **BACKUP}, "`aws:SourceArn` is told, but only services pass it"),
    ("whose source it is, of another account", S3, when("StringEquals", "aws:SourceAccount", A), {"context": {"aws:SourceArn": OF_B, "aws:SourceAccount": A}}, f"`aws:SourceAccount` is told to be another, but `aws:SourceArn` is of account `{B}`"),
    ("and of the same", S3, when("StringEquals", "aws:SourceAccount", B), {"context": {"aws:SourceArn": OF_B, "aws:SourceAccount": B}}, None),
    ("a bucket does not tell whose it is", S3, when("StringEquals", "aws:SourceAccount", B), {"context": {"aws:SourceArn": ARN, "aws:SourceAccount": B}}, None),
    ("a source that nothing looks at", ALICE, when("StringEquals", "aws:username", "alice"), {"context": {"aws:SourceArn": ARN}}, None),
    ("an endpoint beside a service", ALICE, when("StringNotEquals", "aws:SourceVpc", "vpc-1"), {"context": {"aws:SourceVpc": "vpc-2"}, **BACKUP}, "`aws:SourceVpc` is told, but a service makes the call"),
    ("an endpoint's owner beside a service", ALICE, when("StringNotEquals", "aws:VpceAccount", B), {"context": {"aws:VpceAccount": A}, **BACKUP}, "`aws:VpceAccount` is told, but a service makes the call"),
    ("an address beside an endpoint's owner", ALICE, when("IpAddress", "aws:SourceIp", "10.0.0.0/8"), {"context": {"aws:SourceIp": "10.0.0.1", "aws:VpceAccount": A}}, "`aws:SourceIp` is told, but through a VPC endpoint there is none"),
    ("an address beside a VPC's ARN", ALICE, when("IpAddress", "aws:SourceIp", "10.0.0.0/8"), {"context": {"aws:SourceIp": "10.0.0.1", "aws:SourceVpcArn": f"arn:aws:ec2:us-east-1:{A}:vpc/vpc-1"}}, "`aws:SourceIp` is told, but through a VPC endpoint there is none"),
    ("an address beside an endpoint", ALICE, when("IpAddress", "aws:SourceIp", "10.0.0.0/8"), {"context": {"aws:SourceIp": "10.0.0.1", "aws:SourceVpc": "vpc-2"}}, "`aws:SourceIp` is told, but through a VPC endpoint there is none"),
    ("an address alone", ALICE, when("IpAddress", "aws:SourceIp", "10.0.0.0/8"), {"context": {"aws:SourceIp": "10.0.0.1"}}, None),
    ("another Region", ALICE, when("StringEquals", "aws:RequestedRegion", "eu-west-1"), {"context": {"aws:RequestedRegion": "eu-west-1"}}, "`aws:RequestedRegion` is told to be another, but the key is in `us-east-1`"),
    ("the key's own Region", ALICE, when("StringEquals", "aws:RequestedRegion", "us-east-1"), {"context": {"aws:RequestedRegion": "us-east-1"}}, None),
    ("another alias", ALICE, when("StringEquals", "kms:RequestAlias", "alias/x"), {"context": {"kms:RequestAlias": "alias/x"}}, "`kms:RequestAlias` is told, but the key has no such alias"),
    ("an alias of the key", ALICE, when("StringEquals", "kms:RequestAlias", "alias/app"), {"context": {"kms:RequestAlias": "alias/app"}}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("caller", "condition", "facts", "said"), [pytest.param(*case[1:], id=case[0]) for case in TOLD]
)
def test_what_no_request_has_is_named_where_an_allow_rests_on_it(
    caller: str, condition: dict[str, Any], facts: dict[str, Any], said: str | None
) -> None:
    decision = ask({"key": [allow(Principal="*", Condition=condition)]}, caller, "kms:Decrypt", KEY, **facts)
    assert decision.allowed
    told = [(one.message.partition(" in statement")[0], one.hint) for one in decision.doubts]
    expected = (f"{said}: otherwise the Allow may not match", "leave it out: AWS may decide otherwise")
    assert told == ([expected] if said is not None else [])


def test_what_no_request_has_is_named_where_it_escapes_a_deny() -> None:
    lock = deny(Principal="*", Condition=when("StringNotEquals", "aws:SourceAccount", A))
    decision = ask({"key": [EVERYTHING, lock], "alice": [allow()]}, ALICE, context={"aws:SourceAccount": A})
    assert decision.allowed
    (doubt,) = decision.doubts
    assert doubt.message.startswith(
        "`aws:SourceAccount` is told, but only services pass it: otherwise the Deny may match"
    )


@pytest.mark.parametrize(
    ("action", "resource", "key", "value", "is_doubted"),
    [
        pytest.param("ec2:CreateVpcPeeringConnection", f"arn:aws:ec2:us-east-1:{A}:vpc/vpc-1", "aws:ResourceAccount", A, True, id="an owner"),
        pytest.param("ec2:DeleteVpc", f"arn:aws:ec2:us-east-1:{A}:vpc/vpc-1", "aws:ResourceAccount", A, False, id="an owner who is looked up"),
        pytest.param("s3:PutObject", f"{BUCKET}/x", "s3:ExistingObjectTag/team", "red", True, id="a tag"),
        pytest.param("s3:PutObject", f"{BUCKET}/x", "s3:ExistingObjectTag/team/a", "red", True, id="a tag with a slash"),
        pytest.param("s3:GetObject", f"{BUCKET}/x", "s3:ExistingObjectTag/team", "red", False, id="a tag that is looked up"),
    ],
)  # fmt: skip
def test_what_aws_does_not_look_up_is_named_where_it_is_told(
    action: str, resource: str, key: str, value: str, *, is_doubted: bool
) -> None:
    picky = allow(Condition=when("StringEquals", key, value))
    request = Request(ALICE, action, resource, context={key: value})
    decision = simulate(request, PolicySet(identity_policies=[policy(picky)]))
    assert decision.allowed
    said = [f"`{key}` is told, but AWS does not look it up for this action: " in one.message for one in decision.doubts]
    assert said == [True] * is_doubted


def test_what_is_left_out_and_what_is_told_too_much_is_said_apart() -> None:
    condition = when("StringEqualsIfExists", "kms:GranteePrincipal", APP) | when("ArnLike", "aws:SourceArn", ARN)
    picky = allow("kms:CreateGrant", Condition=condition)
    decision = ask({"alice": [picky]}, ALICE, "kms:CreateGrant", KEY, context={"aws:SourceArn": ARN})
    assert [(one.hint or "").partition(":")[0] for one in decision.doubts] == ["leave it out", "tell it as context"]


TABLES = f"arn:aws:s3tables:us-east-1:{A}"
QUEUE = f"arn:aws:sqs:us-east-1:{A}:orders"
TABLE = f"arn:aws:dynamodb:us-east-1:{A}:table/orders"
# What is asked, on what, and which resource is said not to be described.
UNDESCRIBED: list[tuple[str, str, str, str | None]] = [
    ("a queue", "sqs:SendMessage", QUEUE, QUEUE),
    ("a bucket", "s3:ListBucket", BUCKET, BUCKET),
    ("a bucket that is made, and has none yet", "s3:CreateBucket", BUCKET, None),
    ("an object, whose bucket it is", "s3:GetObject", f"{BUCKET}/x", BUCKET),
    ("an index, whose table it is", "dynamodb:Query", f"{TABLE}/index/i", TABLE),
    ("a table bucket", "s3tables:ListTables", f"{TABLES}:bucket/b", f"{TABLES}:bucket/b"),
    ("a table, whose bucket it is", "s3tables:GetTable", f"{TABLES}:bucket/b/table/t", f"{TABLES}:bucket/b"),
    (
        "a directory bucket",
        "s3express:CreateSession",
        f"arn:aws:s3express:us-east-1:{A}:bucket/b--x-s3",
        f"arn:aws:s3express:us-east-1:{A}:bucket/b--x-s3",
    ),
    (
        "an endpoint of an Outpost, which has no policy",
        "s3-outposts:DeleteEndpoint",
        f"arn:aws:s3-outposts:us-east-1:{A}:outpost/op-1/endpoint/e",
        None,
    ),
    ("a job of S3's, which has no policy", "s3:DescribeJob", f"arn:aws:s3:us-east-1:{A}:job/x", None),
    ("a database, which has none", "rds:StartDBInstance", f"arn:aws:rds:us-east-1:{A}:db:x", None),
    ("a role, which is looked at without one", "iam:GetRole", APP, None),
    ("an alias, which has none", "kms:DeleteAlias", f"arn:aws:kms:us-east-1:{A}:alias/x", None),
    ("nothing", "s3:ListAllMyBuckets", "*", None),
]


@pytest.mark.parametrize(("action", "resource", "whole"), [pytest.param(*row[1:], id=row[0]) for row in UNDESCRIBED])
def test_an_allow_says_that_nobody_describes_a_policy_that_may_deny_it(
    action: str, resource: str, whole: str | None
) -> None:
    decision = ask({"alice": [allow()]}, ALICE, action, resource, resource_account=A)
    said = [f"`{whole}` is not described: if it has a policy, that is not asked here"] if whole else []
    assert decision.allowed
    assert [one.message for one in decision.diagnostics] == said
    assert [message in decision.explain() for message in said] == [True] * len(said)
    assert decision.doubts == ()  # a scenario describes all that there is


INSTANCE = f"arn:aws:ec2:us-east-1:{A}:instance/i-1"
PRODUCTION = when("StringEquals", "aws:ResourceTag/env", "prod")
UNKNOWN = "is not told, and the resource is not described: otherwise"
# What holds, the caller's statements, the request's facts, what is said up to the statement that depends on it.
TAGS: list[tuple[str, list[dict[str, Any]], dict[str, Any], str | None]] = [
    ("a Deny of a tag", [allow(), deny(Condition=PRODUCTION)], {}, f"`aws:ResourceTag/env` {UNKNOWN} the Deny may match"),
    ("by the service's own name", [allow(), deny(Condition=when("StringEquals", "ec2:ResourceTag/Env", "prod"))], {}, f"`ec2:ResourceTag/Env` {UNKNOWN} the Deny may match"),
    ("by another service's, which EC2 does not have", [allow(), deny(Condition=when("StringEquals", "ssm:resourceTag/env", "prod"))], {}, None),
    ("an Allow of what is not tagged", [allow(Condition=when("StringNotEquals", "aws:ResourceTag/env", "prod"))], {}, f"`aws:ResourceTag/env` {UNKNOWN} the Allow may not match"),
    ("by a variable", [allow(), deny(Condition=when("StringEquals", "aws:username", "${aws:ResourceTag/owner}"))], {}, f"`aws:resourcetag/owner` {UNKNOWN} the Deny may match"),
    ("the tag is told", [allow(), deny(Condition=PRODUCTION)], {"context": {"aws:ResourceTag/env": "dev"}}, None),
    ("a Deny for another action", [allow(), deny("s3:*", Condition=PRODUCTION)], {}, None),
]  # fmt: skip


@pytest.mark.parametrize(("own", "facts", "said"), [pytest.param(*row[1:], id=row[0]) for row in TAGS])
def test_an_allow_says_that_nobody_describes_the_tags_it_hangs_on(
    own: list[dict[str, Any]], facts: dict[str, Any], said: str | None
) -> None:
    decision = ask({"alice": own}, ALICE, "ec2:StopInstances", INSTANCE, **facts)
    assert decision.allowed
    assert [one.message.partition(" in statement")[0] for one in decision.diagnostics] == ([said] if said else [])
    assert decision.doubts == ()


BLOCKED = "the policy is public, and S3 Block Public Access, on unless it was turned off, is not asked here"
EVERYBODY = [allow(Principal="*")]
FROM_HERE = [allow(Principal="*", Condition=when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))]
# Who asks, the bucket's policy, whether it is said.
OPEN: list[tuple[str, str, list[dict[str, Any]], bool]] = [
    ("nobody in particular", "anonymous", EVERYBODY, True),
    ("another account", PARTNER, EVERYBODY, True),
    ("one that is named beside everybody", PARTNER, [allow(Principal=to(B)), allow("s3:PutObject", Principal="*")], True),
    ("one that is named", PARTNER, [allow(Principal=to(B))], False),
    ("its own account", ALICE, EVERYBODY, False),
    ("a service", "logging.s3.amazonaws.com", EVERYBODY, False),
    ("everybody from here", "anonymous", FROM_HERE, False),
    ("everybody but for what is denied", "anonymous", [*FROM_HERE, deny("s3:PutObject", Principal="*")], False),
]  # fmt: skip


@pytest.mark.parametrize(("principal", "bucket", "said"), [pytest.param(*row[1:], id=row[0]) for row in OPEN])
def test_an_allow_to_strangers_says_that_public_access_may_be_blocked(
    principal: str, bucket: list[dict[str, Any]], *, said: bool
) -> None:
    authorizer = Authorizer(estate(alice=[allow()], partner=[allow()], bucket=bucket))
    request = Request(principal, "s3:GetObject", f"{BUCKET}/x", context={"aws:SourceIp": "10.0.0.1"})
    decision = authorizer.authorize(request)
    assert decision.allowed
    assert [one.message for one in decision.diagnostics] == [BLOCKED] * said
    assert decision.doubts == ()


def test_who_can_read_a_public_bucket_from_elsewhere_hangs_on_public_access() -> None:
    authorizer = Authorizer(estate(alice=[allow()], partner=[allow()], bucket=EVERYBODY))
    found = {one.principal: one for one in authorizer.who_can("s3:GetObject", f"{BUCKET}/x")}
    assert (found[ALICE].verdict, found[ALICE].conditions) == ("allow", ())
    assert found[PARTNER].verdict == "conditional"
    assert found[PARTNER].conditions == ("S3 Block Public Access does not restrict it",)
    assert authorizer.account_access(A, "s3:GetObject", f"{BUCKET}/x").door == "open"
    assert authorizer.account_access(B, "s3:GetObject", f"{BUCKET}/x").door == "conditional"


OTHERWISE = "is a bucket's tag, which counts only where ABAC is enabled for it: otherwise"
UNTOLD = "`s3:ExistingObjectTag/env` is not told, and the resource is not described: otherwise the Deny may match"
OF_OBJECT = [allow(), deny(Condition=when("StringEquals", "s3:ExistingObjectTag/env", "prod"))]
# What holds, the caller's statements, the action, the resource, what is said.
OF_S3: list[tuple[str, list[dict[str, Any]], str, str, str | None]] = [
    ("an Allow of a bucket's tag", [allow(Condition=PRODUCTION)], "s3:ListBucket", BUCKET, f"`aws:ResourceTag/env` {OTHERWISE} the Allow may not match"),
    ("a Deny of all others", [allow(), deny(Condition=when("StringNotEquals", "s3:BucketTag/env", "prod"))], "s3:GetObject", f"{BUCKET}/x", f"`s3:BucketTag/env` {OTHERWISE} the Deny may match"),
    ("what does not depend on it", [allow()], "s3:ListBucket", BUCKET, None),
    ("an object's own tag", OF_OBJECT, "s3:GetObject", f"{BUCKET}/x", UNTOLD),
    ("which writing it does not look up", OF_OBJECT, "s3:PutObject", f"{BUCKET}/x", None),
    ("nor of an object that is described", OF_OBJECT, "s3:GetObject", f"{BUCKET}/y", None),
]  # fmt: skip


@pytest.mark.parametrize(("own", "action", "resource", "said"), [pytest.param(*row[1:], id=row[0]) for row in OF_S3])
def test_an_allow_says_what_of_s3s_tags_it_takes_for_granted(
    own: list[dict[str, Any]], action: str, resource: str, said: str | None
) -> None:
    account = {
        "id": A,
        "users": [{"name": "alice", "identity_policies": [policy(*own)]}],
        "resources": [{"arn": BUCKET, "tags": {"env": "prod"}}, {"arn": f"{BUCKET}/y"}],
    }
    source = Entities.from_mapping({"policyeval": 1, "accounts": [account]})
    decision = Authorizer(source).authorize(Request(ALICE, action, resource))
    assert decision.allowed
    assert [one.message.partition(" in statement")[0] for one in decision.diagnostics] == ([said] if said else [])
    assert decision.doubts == ()


# The access points there are, and what is asked of them.
POINTS = [
    ("s3:GetObject", f"arn:aws:s3:us-east-1:{A}:accesspoint/p/object/x", True),
    ("s3:GetObject", f"arn:aws:s3::{A}:accesspoint/m.mrap/object/x", True),
    ("s3express:CreateSession", f"arn:aws:s3express:us-east-1:{A}:accesspoint/p", True),
    ("s3-outposts:GetObject", f"arn:aws:s3-outposts:us-east-1:{A}:outpost/op-1/accesspoint/p/object/x", True),
    ("s3-object-lambda:GetObject", f"arn:aws:s3-object-lambda:us-east-1:{A}:accesspoint/p", True),
    ("s3-outposts:GetObject", f"arn:aws:s3-outposts:us-east-1:{A}:outpost/op-1/bucket/b/object/x", False),
    ("s3-outposts:GetAccessPoint", f"arn:aws:s3-outposts:us-east-1:{A}:outpost/op-1/accesspoint/p", False),
]


@pytest.mark.parametrize(("action", "resource", "said"), POINTS)
def test_an_allow_through_an_access_point_says_that_what_is_behind_it_is_not_asked(
    action: str, resource: str, *, said: bool
) -> None:
    decision = ask({"alice": [allow()]}, ALICE, action, resource)
    assert decision.allowed
    assert ["the bucket behind an access point" in one.message for one in decision.doubts] == [True] * said


OF_POINT = f"arn:aws:s3:us-east-1:{A}:accesspoint/ap"
ALONE = f"`{BUCKET}` is not described: if it has a policy, that is not asked here"
# What is described, what its bucket's tag is asked by, what is said of that.
PARTS: list[tuple[str, list[dict[str, Any]], str, str, list[str]]] = [
    ("an object alone, by the key of all", [{"arn": f"{BUCKET}/x"}], f"{BUCKET}/x", "aws:ResourceTag/env", [ALONE]),
    ("by that of buckets", [{"arn": f"{BUCKET}/x", "tags": {"env": "prod"}}], f"{BUCKET}/x", "s3:BucketTag/env", [ALONE]),
    ("with a policy", [{"arn": f"{BUCKET}/x", "policy": policy(allow(Principal="*"))}], f"{BUCKET}/x", "s3:BucketTag/env", []),
    ("with its access point", [{"arn": f"{OF_POINT}/object/x"}, {"arn": OF_POINT}], f"{OF_POINT}/object/x", "s3:BucketTag/env", ["the bucket behind"]),
]  # fmt: skip


@pytest.mark.parametrize(("resources", "resource", "key", "said"), [pytest.param(*row[1:], id=row[0]) for row in PARTS])
def test_an_allow_of_an_object_says_that_nobody_describes_its_bucket(
    resources: list[dict[str, Any]], resource: str, key: str, said: list[str]
) -> None:
    own = [allow(), deny(Condition=when("StringEquals", key, "prod"))]
    account = {"id": A, "users": [{"name": "alice", "identity_policies": [policy(*own)]}], "resources": resources}
    authorizer = Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": [account]}))
    decision = authorizer.authorize(Request(ALICE, "s3:GetObject", resource))
    assert decision.allowed
    told = sorted(one.message for one in decision.diagnostics)
    expected = sorted([*said, f"`{key}` {UNKNOWN} the Deny may match"])
    assert [message[: len(begin)] for message, begin in zip(told, expected, strict=True)] == expected
    assert authorizer.authorize(Request(ALICE, "s3:GetObject", resource, context={key: "dev"})).allowed
    assert not authorizer.authorize(Request(ALICE, "s3:GetObject", resource, context={key: "prod"})).allowed


def test_an_allow_of_a_table_says_that_its_buckets_tag_is_not_known() -> None:
    own = [allow(), deny(Condition=when("StringEquals", "s3tables:TableBucketTag/env", "prod"))]
    table = f"arn:aws:s3tables:us-east-1:{A}:bucket/b/table/t"
    account = {
        "id": A,
        "users": [{"name": "alice", "identity_policies": [policy(*own)]}],
        "resources": [{"arn": table}],
    }
    authorizer = Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": [account]}))
    doubt, unasked = authorizer.authorize(Request(ALICE, "s3tables:DeleteTable", table)).diagnostics
    assert doubt.message.startswith(f"`s3tables:TableBucketTag/env` {UNKNOWN} the Deny may match")
    assert (
        unasked.message
        == f"`{table.removesuffix('/table/t')}` is not described: if it has a policy, that is not asked here"
    )
    told = {"s3tables:TableBucketTag/env": "prod"}
    assert not authorizer.authorize(Request(ALICE, "s3tables:DeleteTable", table, context=told)).allowed


TAKEN = f"whose `{BUCKET}` is, is not told: it is taken for the caller's own"
# What holds, who asks, the action, the resource, the request's facts, whether it is said.
WHOSE: list[tuple[str, str, str, str, dict[str, Any], bool]] = [
    ("a bucket's ARN has no account", ALICE, "s3:ListBucket", BUCKET, {}, True),
    ("the request tells it", ALICE, "s3:ListBucket", BUCKET, {"resource_account": A}, False),
    ("the context tells it", ALICE, "s3:ListBucket", BUCKET, {"context": {"aws:ResourceAccount": A}}, False),
    ("by S3's name for it", ALICE, "s3:ListBucket", BUCKET, {"context": {"S3:resourceAccount": A}}, False),
    ("a queue's ARN does", ALICE, "sqs:SendMessage", QUEUE, {}, False),
    ("what is asked on nothing is nobody's else", ALICE, "s3:ListAllMyBuckets", "*", {}, False),
    ("who has no account is of none", "anonymous", "s3:ListBucket", BUCKET, {}, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("caller", "action", "resource", "facts", "said"), [pytest.param(*row[1:], id=row[0]) for row in WHOSE]
)
def test_an_allow_of_policies_handed_over_says_whose_it_takes_a_bucket_for(
    caller: str, action: str, resource: str, facts: dict[str, Any], *, said: bool
) -> None:
    policies = PolicySet(identity_policies=[policy(allow())], resource_policy=policy(allow(Principal="*")))
    decision = simulate(Request(caller, action, resource, **facts), policies)
    assert decision.allowed
    assert [one.message for one in decision.diagnostics] == [TAKEN] * said


@pytest.mark.parametrize(
    ("caller", "action", "resource", "said"),
    [
        pytest.param("anonymous", "kms:Decrypt", KEY, ["KMS takes no unsigned request"], id="nobody, at KMS"),
        pytest.param(ALICE, "kms:Decrypt", KEY, [], id="a user, at KMS"),
        pytest.param("anonymous", "sqs:SendMessage", QUEUE, [], id="nobody, at a queue"),
    ],
)
def test_an_allow_of_an_unsigned_request_says_that_kms_takes_none(
    caller: str, action: str, resource: str, said: list[str]
) -> None:
    open_to_all = policy(allow(Principal="*"))
    described = {"keys": [{"id": KEY.rpartition("/")[2], "region": "us-east-1", "policy": open_to_all}]}
    account = {"id": A, "users": [{"name": "alice"}], "resources": [{"arn": QUEUE, "policy": open_to_all}], **described}
    decision = Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": [account]})).authorize(
        Request(caller, action, resource)
    )
    assert decision.allowed
    assert decision.doubts == ()
    assert [one.message.partition(",")[0] for one in decision.diagnostics] == said


def test_what_is_described_has_the_policy_that_is_described() -> None:
    account = {
        "id": A,
        "users": [{"name": "alice", "identity_policies": [policy(allow())]}],
        "resources": [{"arn": BUCKET}],
    }
    authorizer = Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": [account]}))
    for resource in (BUCKET, f"{BUCKET}/x"):
        assert authorizer.authorize(Request(ALICE, "s3:GetObject", resource)).diagnostics == ()
        handed = simulate(
            Request(ALICE, "s3:GetObject", resource, resource_account=A), PolicySet(identity_policies=[policy(allow())])
        )
        assert handed.diagnostics == ()
    assert authorizer.account_access(A, "s3:GetObject", BUCKET).door == "open"


CALLERS, RESOURCES = (f"is not told, and the {whose} is not described: otherwise" for whose in ("caller", "resource"))
TABLE = f"arn:aws:dynamodb:us-east-1:{A}:table/x"
OBJECT_TAGGED = when("StringEquals", "s3:ExistingObjectTag/env", "prod")
# What holds, the statement beside "everything", the action, the resource, what is told, what is said.
HANDED: list[tuple[str, dict[str, Any], str, str, dict[str, Any], str | None]] = [
    ("a caller's tag", deny(Condition=when("StringEquals", "aws:PrincipalTag/team", "red")), "dynamodb:GetItem", TABLE, {}, f"`aws:PrincipalTag/team` {CALLERS} the Deny may match"),
    ("its organization", deny(Condition=when("StringEquals", "aws:PrincipalOrgID", "o-x")), "dynamodb:GetItem", TABLE, {}, f"`aws:PrincipalOrgID` {CALLERS} the Deny may match"),
    ("which is told", deny(Condition=when("StringEquals", "aws:PrincipalOrgID", "o-x")), "dynamodb:GetItem", TABLE, {"aws:PrincipalOrgID": "o-y"}, None),
    ("that a user is no service is known", deny(Condition=when("StringLike", "aws:PrincipalServiceName", "*")), "dynamodb:GetItem", TABLE, {}, None),
    ("a resource's tag", deny(Condition=PRODUCTION), "dynamodb:GetItem", TABLE, {}, f"`aws:ResourceTag/env` {RESOURCES} the Deny may match"),
    ("its organization, too", deny(Condition=when("StringEquals", "aws:ResourceOrgID", "o-x")), "dynamodb:GetItem", TABLE, {}, f"`aws:ResourceOrgID` {RESOURCES} the Deny may match"),
    ("a key's spec", deny(Condition=when("StringEquals", "kms:KeySpec", "RSA_2048")), "kms:DescribeKey", KEY, {}, f"`kms:KeySpec` {RESOURCES} the Deny may match"),
    ("and what is not of the key", deny(Condition=when("StringEquals", "kms:ViaService", "x")), "kms:DescribeKey", KEY, {}, None),
    ("a key's spec where there is no key", deny(Condition=when("StringEquals", "kms:KeySpec", "RSA_2048")), "dynamodb:GetItem", TABLE, {}, None),
    ("an object's tag", deny(Condition=OBJECT_TAGGED), "s3:GetObject", f"{BUCKET}/x", {}, f"`s3:ExistingObjectTag/env` {RESOURCES} the Deny may match"),
    ("which the action does not look up", deny(Condition=OBJECT_TAGGED), "s3:DeleteObject", f"{BUCKET}/x", {}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "action", "resource", "context", "said"), [pytest.param(*case[1:], id=case[0]) for case in HANDED]
)
def test_what_policies_handed_over_ask_of_caller_and_resource_is_named(
    statement: dict[str, Any], action: str, resource: str, context: dict[str, Any], said: str | None
) -> None:
    policies = PolicySet(identity_policies=[policy(allow(), statement)], resource_policy=policy(EVERYTHING))
    decision = simulate(Request(ALICE, action, resource, resource_account=A, context=context), policies)
    assert decision.allowed
    assert decision.doubts == ()
    assert [one.message.partition(" in statement")[0] for one in decision.diagnostics] == ([said] if said else [])


# What holds, what the request tells, whether it is said that the endpoint's policy is not asked.
ENDPOINTS: list[tuple[str, dict[str, Any], bool]] = [
    ("one that is not described", {"context": {"aws:SourceVpce": "vpce-9"}}, True),
    ("that is told by its VPC", {"context": {"aws:SourceVpc": "vpc-9"}}, True),
    ("one that is described", {"context": {"aws:SourceVpce": "vpce-1"}}, False),
    ("that is named", {"vpc_endpoint": "vpce-1"}, False),
    ("a service calls from its own", {"context": {"aws:SourceVpce": "vpce-9"}, **SERVICE}, False),
    ("none", {}, False),
]


@pytest.mark.parametrize(("facts", "is_said"), [pytest.param(*case[1:], id=case[0]) for case in ENDPOINTS])
def test_an_allow_says_that_nobody_describes_the_endpoint_it_comes_through(
    facts: dict[str, Any], *, is_said: bool
) -> None:
    described = {"key": [EVERYTHING], "alice": [allow()], "endpoint": [allow(Principal="*")]}
    decision = ask(described, ALICE, "kms:Decrypt", KEY, **facts)
    assert decision.allowed
    said = "the request comes through a VPC endpoint that is not described: its policy is not asked here"
    assert [one.message for one in decision.diagnostics] == [said] * is_said
    assert decision.doubts == ()


def test_policies_handed_over_have_the_endpoints_policy_that_is_handed_over() -> None:
    request = Request(ALICE, "s3:ListBucket", BUCKET, resource_account=A, context={"aws:SourceVpc": "vpc-9"})
    assert simulate(request, PolicySet(identity_policies=[policy(allow())])).diagnostics == ()


BY_ARN = partial(when, "ArnLike", "aws:PrincipalArn")


@pytest.mark.parametrize(
    ("principal", "identity", "resource", "doubted"),
    [
        pytest.param(APP_SESSION, deny(Condition=BY_ARN(APP)), EVERYTHING, "Deny may match", id="a Deny of a role by its path"),
        pytest.param(APP_SESSION, deny(Condition=BY_ARN("arn:aws:iam::*:role/aws-reserved/*/a?p")), EVERYTHING, "Deny may match", id="by a pattern"),
        pytest.param(APP_SESSION, allow(), deny(Principal=to(APP)), "Deny may match", id="a Deny that names it"),
        pytest.param(APP_SESSION, allow(), deny(Principal=to(APP.replace("app", "other"))), None, id="another role"),
        pytest.param(APP_SESSION, allow(), deny(Principal=to(BOB)), None, id="a user"),
        pytest.param(APP_SESSION, allow(Condition=when("ArnNotLike", "aws:PrincipalArn", APP)), EVERYTHING, "Allow may not match", id="an Allow of all others"),
        pytest.param(APP.replace("/svc", "/cvs"), deny(Condition=BY_ARN(APP)), EVERYTHING, None, id="the path is told"),
    ],
)  # fmt: skip
def test_which_path_the_role_of_a_session_has_is_named(
    principal: str, identity: dict[str, Any], resource: dict[str, Any], doubted: str | None
) -> None:
    statements = [identity] if identity["Effect"] == "Allow" else [allow("s3:*"), identity]
    policies = PolicySet(identity_policies=[policy(*statements)], resource_policy=policy(resource))
    decision = simulate(Request(principal, "s3:ListBucket", BUCKET, resource_account=A), policies)
    assert decision.allowed
    told = f"the role's path is not told, and taken for none: otherwise the {doubted}"
    assert [one.message.partition(" in statement")[0] for one in decision.diagnostics] == ([told] if doubted else [])


def test_an_allow_of_the_role_by_its_path_is_not_said_to_match_without() -> None:
    others, named = (allow(Condition=when(operator, "aws:PrincipalArn", APP)) for operator in ("ArnNotLike", "ArnLike"))
    policies = PolicySet(identity_policies=[policy(others, named)])
    decision = simulate(Request(APP_SESSION, "s3:ListBucket", BUCKET, resource_account=A), policies)
    assert decision.allowed
    told = "the role's path is not told, and taken for none: otherwise the Allow may not match in statement #0"
    assert [one.message.partition(" of ")[0] for one in decision.diagnostics] == [told]


def test_a_door_that_nobody_describes_is_not_known_to_be_open() -> None:
    authorizer = Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A}]}))
    assert authorizer.account_access(A, "sqs:SendMessage", QUEUE).door == "conditional"
    assert authorizer.account_access(A, "rds:StartDBInstance", f"arn:aws:rds:us-east-1:{A}:db:x").door == "open"


TLS, TLS12 = "aws:SecureTransport", "s3:TlsVersion"
NOT_OVER_TLS = deny("*", Principal="*", Condition=when("BoolIfExists", TLS, "false"))
NOT_OVER_TLS12 = deny("*", Principal="*", Condition=when("NumericLessThanIfExists", TLS12, "1.2"))
# What holds, what is described, the request's facts, the keys that are named.
WANTING: list[tuple[str, dict[str, Any], dict[str, Any], str | None]] = [
    ("a Deny that matches without the key", {"key": [EVERYTHING, NOT_OVER_TLS]}, {}, f"`{TLS}` is not told"),
    ("an Allow that does not", {"key": [EVERYTHING], "alice": [allow(Condition=when("Bool", TLS, "true"))]}, {}, f"`{TLS}` is not told"),
    ("what comes without is told", {"key": [EVERYTHING, NOT_OVER_TLS]}, {"context": {TLS: "false"}}, None),
    ("something else denies as well", {"key": [EVERYTHING, NOT_OVER_TLS, deny(Principal="*")]}, {}, None),
    ("nobody allows it", {"key": [NOT_OVER_TLS]}, {}, None),
    ("a Deny that nothing of it turns", {"key": [EVERYTHING, deny(Principal="*")]}, {}, None),
    ("of S3 the version as well", {"bucket": [NOT_OVER_TLS, NOT_OVER_TLS12]}, {"action": "s3:GetObject", "resource": f"{BUCKET}/x"}, f"`{TLS}` and `{TLS12}` is not told"),
]  # fmt: skip


@pytest.mark.parametrize(("described", "facts", "said"), [case[1:] for case in WANTING], ids=[case[0] for case in WANTING])  # fmt: skip
def test_a_deny_that_tls_would_turn_says_so(described: dict[str, Any], facts: dict[str, Any], said: str | None) -> None:
    decision = ask({"alice": [allow("*")], **described}, **{"principal": ALICE, **facts})
    assert not decision.allowed
    sentence = f"{said}: over TLS, as nearly all requests come, it would be allowed"
    assert [one.message for one in decision.diagnostics] == [sentence] * (said is not None)
    assert (sentence in decision.explain().splitlines()) is (said is not None)
    assert decision.doubts == decision.diagnostics


EU_ALONE = deny("*", Condition=when("StringNotEquals", "aws:RequestedRegion", "eu-west-1"))
OFFICE_ALONE = deny("*", Condition=when("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"))
AT_A_BUCKET = {"action": "s3:GetObject", "resource": f"{BUCKET}/x", "resource_account": A}
# What holds, what of alice's is denied, the request's facts, the keys that are named, by Deny.
ESCAPED: list[tuple[str, list[dict[str, Any]], dict[str, Any], list[str]]] = [
    ("a Deny outside of a Region", [EU_ALONE], AT_A_BUCKET, ["`aws:RequestedRegion`"]),
    ("each of two", [EU_ALONE, OFFICE_ALONE], AT_A_BUCKET, ["`aws:RequestedRegion`", "`aws:SourceIp`"]),
    ("the Region is told", [EU_ALONE], {**AT_A_BUCKET, "context": {"aws:RequestedRegion": "us-east-1"}}, []),
    ("the resource tells the Region", [EU_ALONE], {"action": "kms:Decrypt", "resource": KEY}, []),
    ("another denies whatever is told", [EU_ALONE, deny("*")], AT_A_BUCKET, []),
    ("what not every request has", [deny("*", Condition=when("StringNotEquals", "aws:SourceVpce", "vpce-1"))], AT_A_BUCKET, []),
    ("what TLS turns beside it", [EU_ALONE, NOT_OVER_TLS], AT_A_BUCKET, ["`aws:RequestedRegion`"]),
]  # fmt: skip


@pytest.mark.parametrize(("denies", "facts", "named"), [case[1:] for case in ESCAPED], ids=[case[0] for case in ESCAPED])  # fmt: skip
def test_a_deny_for_want_of_what_every_request_has_says_so(
    denies: list[dict[str, Any]], facts: dict[str, Any], named: list[str]
) -> None:
    denies = [{key: value for key, value in each.items() if key != "Principal"} for each in denies]
    decision = ask({"alice": [allow("*"), *denies]}, ALICE, **facts)
    assert decision.reason == "explicit_deny"
    assert [one.message for one in decision.diagnostics] == [
        f"{key} is not told, which every request has: otherwise the Deny may not match in statement #{number} of of-alice"
        for number, key in enumerate(named, 1)
    ]


@pytest.mark.parametrize(
    ("source", "named"),
    [
        pytest.param(f"arn:aws:sns:us-east-1:{A}:orders", True, id="what it calls for is of the account that is spared"),
        pytest.param(f"arn:aws:sns:us-east-1:{B}:orders", False, id="of another, which is denied as well"),
        pytest.param("arn:aws:s3:::orders", True, id="nobody tells of which"),
    ],
)  # fmt: skip
def test_a_deny_by_the_account_of_what_a_service_calls_for_is_in_doubt_where_it_may_be_spared(
    source: str, *, named: bool
) -> None:
    key = [
        allow(Principal=to(Service="sns.amazonaws.com")),
        deny(Principal="*", Condition=when("StringNotEquals", "aws:SourceAccount", A)),
    ]
    decision = ask({"key": key}, "sns.amazonaws.com", "kms:Decrypt", KEY, context={"aws:SourceArn": source})
    assert decision.reason == "explicit_deny"
    assert ["`aws:SourceAccount` is not told" in one.message for one in decision.doubts] == [True] * named


def test_nothing_is_said_of_a_deny_where_nobody_allows_it() -> None:
    assert not ask({"alice": [EU_ALONE]}, ALICE, **AT_A_BUCKET).diagnostics
