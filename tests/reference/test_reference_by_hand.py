"""The reference on cases computed by hand from SEMANTICS.md, each under the rule that decides it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from policyeval.model.grant import Grant
from policyeval.model.policy import NamedPolicy
from policyeval.model.records import AccountRecord, KeyFacts, PolicyLevels, PrincipalRecord, ResourceRecord
from policyeval.model.request import Request, Session
from policyeval.syntax.policy import parse_policy
from tests.reference.decide import Outcome, decide
from tests.reference.text import plain, resource_matches
from tests.reference.world import World

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
QUEUE = "arn:aws:sqs:us-east-1:111122223333:orders"
ROLE, USER = "arn:aws:iam::111122223333:role/svc/app", "arn:aws:iam::111122223333:user/alice"
SESSION = "arn:aws:sts::111122223333:assumed-role/app/s1"
ROOT, AWAY_ROOT = "arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:root"
AWAY = "arn:aws:iam::444455556666:user/eve"

ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DENY = {"Effect": "Deny", "Action": "*", "Resource": "*"}
NOTHING = {"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"}

Document = Mapping[str, object]


def named(*statements: Document) -> NamedPolicy:
    return NamedPolicy("p", parse_policy({"Version": "2012-10-17", "Statement": list(statements)}))


def to(principal: object, **more: object) -> Document:
    return {"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*", **more}


def world(
    *on_key: Document,
    identity: tuple[Document, ...] = (),
    boundary: Document | None = None,
    scps: PolicyLevels = (),
    rcps: PolicyLevels = (),
    grants: tuple[Grant, ...] = (),
) -> World:
    home = AccountRecord(
        "111122223333", "aws", "o-1", "o-1/r-1/", service_control_policies=scps, resource_control_policies=rcps
    )
    away = AccountRecord("444455556666")
    policies = (named(*identity),) if identity else ()
    limit = named(boundary) if boundary else None
    people = [
        PrincipalRecord(ROOT, "root", home, "root"),
        PrincipalRecord(AWAY_ROOT, "root", away, "root"),
        PrincipalRecord(ROLE, "role", home, "app", "/svc/", "AROAAPP", {}, policies, limit),
        PrincipalRecord(USER, "user", home, "alice", "/", "AIDAALICE", {"team": "blue"}, policies, limit),
        PrincipalRecord(AWAY, "user", away, "eve", identity_policies=policies, permissions_boundary=limit),
    ]
    own = named(*on_key) if on_key else None
    resources = [ResourceRecord(KEY, home, own, key=KeyFacts()), ResourceRecord(QUEUE, home, own)]
    return World([home, away], people, resources, list(grants))


def ask(principal: str, resource: str = KEY, action: str = "kms:Decrypt", **more: object) -> Request:
    return Request(principal, action, resource, **more)  # type: ignore[arg-type]


def grant(grantee: str, *operations: str, **more: object) -> Grant:
    return Grant(KEY, "g", frozenset(operations or ["Decrypt"]), grantee, **more)  # type: ignore[arg-type]


def allowed(layer: str | None, rule: str | None = None) -> Outcome:
    return Outcome(allowed=True, reason="allowed", layer=layer, rule=rule)


def implicit(layer: str | None, rule: str | None = None) -> Outcome:
    return Outcome(allowed=False, reason="implicit_deny", layer=layer, rule=rule)


def explicit(layer: str) -> Outcome:
    return Outcome(allowed=False, reason="explicit_deny", layer=layer)


NOT_ALICE = to({"AWS": [USER, ROOT]}, Effect="Deny")
NOT_ALICE = {("NotPrincipal" if name == "Principal" else name): value for name, value in NOT_ALICE.items()}
TENANT = to({"AWS": ROOT}, Condition={"StringEquals": {"kms:EncryptionContext:Tenant": "blue"}})

CASES = [
    ("S1 a deny ends it", world(to("*"), identity=(ALLOW, DENY)), ask(USER), explicit("identity_policy")),
    (
        "S2 every level allows",
        world(to("*"), scps=((named(ALLOW),), ())),
        ask(USER),
        implicit("service_control_policy"),
    ),
    (
        "S3 RCPs hit root",
        world(to("*"), rcps=((named(to("*", Effect="Deny")),),)),
        ask(ROOT),
        explicit("resource_control_policy"),
    ),
    ("S5 identity suffices", world(identity=(ALLOW,)), ask(USER, QUEUE, "sqs:SendMessage"), allowed("identity_policy")),
    ("S5 resource suffices", world(to({"AWS": USER})), ask(USER, QUEUE, "sqs:SendMessage"), allowed("resource_policy")),
    ("S5 nothing", world(), ask(USER, QUEUE, "sqs:SendMessage"), implicit("identity_policy")),
    ("S6 both halves", world(to({"AWS": AWAY}), identity=(ALLOW,)), ask(AWAY), allowed("identity_policy")),
    ("S6 own half missing", world(to({"AWS": AWAY})), ask(AWAY), implicit("identity_policy")),
    ("S6 key's half missing", world(to({"AWS": ROOT})), ask(AWAY), implicit("resource_policy")),
    ("S6 another root", world(to({"AWS": "444455556666"})), ask(AWAY_ROOT), allowed("resource_policy")),
    (
        "S7 federated",
        world(to({"AWS": ROOT}), identity=(ALLOW,)),
        ask(USER, session=Session("x")),
        implicit("session_policy"),
    ),
    ("S8 role limited", world(to({"AWS": ROLE}), boundary=NOTHING), ask(SESSION), implicit("permissions_boundary")),
    ("S8 session free", world(to({"AWS": SESSION}), boundary=NOTHING), ask(SESSION), allowed("resource_policy")),
    ("S8 boundary denies", world(to({"AWS": SESSION}), boundary=DENY), ask(SESSION), explicit("permissions_boundary")),
    ("S8 user free", world(to({"AWS": USER}), boundary=NOTHING), ask(USER), allowed("resource_policy")),
    ("S9 root", world(), ask(ROOT, QUEUE, "sqs:SendMessage"), allowed(None, "S9")),
    ("S9 K1 root shut out", world(to({"AWS": USER})), ask(ROOT), implicit("resource_policy")),
    ("S12 unique id", world(to({"AWS": "AIDAALICE"})), ask(USER), allowed("resource_policy")),
    ("S13 spared", world(to({"AWS": USER}), NOT_ALICE), ask(USER), allowed("resource_policy")),
    ("S13 not spared", world(to("*"), NOT_ALICE), ask(SESSION), explicit("resource_policy")),
    ("S13 boundary", world(to("*"), NOT_ALICE, boundary=ALLOW), ask(USER), explicit("resource_policy")),
    ("S15 service", world(to({"Service": "s3.amazonaws.com"})), ask("s3.amazonaws.com"), allowed("resource_policy")),
    ("K1 delegation", world(to({"AWS": ROOT}), identity=(ALLOW,)), ask(SESSION), allowed("identity_policy")),
    ("K1 no delegation", world(to({"AWS": ROLE}), identity=(ALLOW,)), ask(USER), implicit("resource_policy")),
    ("K3", world(to("*"), identity=(ALLOW,)), ask(AWAY, action="kms:DisableKey"), implicit(None, "K3")),
    ("K3 anonymous", world(to("*")), ask("anonymous", action="kms:DisableKey"), implicit(None, "K3")),
    ("K8", world(TENANT), ask(ROOT, encryption_context={"TENANT": "blue"}), allowed("resource_policy")),
    ("G1", world(to({"AWS": ROOT}), grants=(grant(USER),)), ask(USER), allowed("grant")),
    ("G1 across", world(grants=(grant(AWAY),)), ask(AWAY), allowed("grant")),
    ("G1 operation", world(grants=(grant(USER, "Encrypt"),)), ask(USER), implicit("resource_policy")),
    ("G2 account", world(grants=(grant("111122223333"),)), ask(USER), implicit("identity_policy")),
    ("G2 role", world(grants=(grant(ROLE),), boundary=NOTHING), ask(SESSION), implicit("permissions_boundary")),
    (
        "G3",
        world(grants=(grant(USER, context_subset={"a": "b"}),)),
        ask(USER, encryption_context={"a": "B"}),
        implicit("resource_policy"),
    ),
    (
        "G3 DescribeKey",
        world(grants=(grant(USER, "DescribeKey", context_subset={"a": "b"}),)),
        ask(USER, action="kms:DescribeKey"),
        allowed("grant"),
    ),
    ("G5 none", world(to("*"), identity=(ALLOW,)), ask(USER, action="kms:RetireGrant"), implicit(None, "G5")),
    (
        "G5 retiring",
        world(grants=(grant(ROLE, retiring_principal=USER),)),
        ask(USER, action="kms:RetireGrant"),
        allowed("grant"),
    ),
    (
        "G5 a key policy cannot deny",
        world(to("*", Effect="Deny"), grants=(grant(ROLE, retiring_principal=USER),)),
        ask(USER, action="kms:RetireGrant"),
        allowed("grant"),
    ),
]


@pytest.mark.parametrize(("estate", "request_", "expected"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_a_case_computed_by_hand(estate: World, request_: Request, expected: Outcome) -> None:
    assert decide(estate, request_) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", True),
        (KEY, True),
        ("arn:aws:kms:*", True),
        ("arn:aws:kms:us-*:key/1234abcd-12ab-34cd-56ef-1234567890ab", True),
        ("arn:aws:kms:us-*t-1:key/1234abcd-12ab-34cd-56ef-1234567890ab", False),
        ("arn:aws:kms:us-east-1:*:key/1234*", True),
        ("arn:aws:kms:us-east-1:11*33:key/*", True),
        ("arn:aws:kms:us-east-1?111122223333:key/*", False),
        ("arn:aws:kms:us-east-1:111122223333:KEY/*", False),
    ],
)
def test_resources_match_by_segment(pattern: str, *, expected: bool) -> None:
    assert resource_matches(pattern, "2012-10-17", {}, KEY) is expected


def test_a_variable_brings_no_wildcards() -> None:
    facts = {"aws:username": "a*"}
    pattern = "arn:aws:sqs:us-east-1:111122223333:${aws:username}"
    assert resource_matches(pattern, "2012-10-17", facts, QUEUE.replace("orders", "abc")) is False
    assert resource_matches(pattern, "2012-10-17", facts, QUEUE.replace("orders", "a*")) is True
    assert resource_matches(pattern, "2012-10-17", {}, QUEUE) is None
    assert plain("a")[0].written
