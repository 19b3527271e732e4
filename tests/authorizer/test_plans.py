"""Plans: made of what is asked again, held as long as the records they were made of (docs/adr/0008)."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policyeval import Authorizer, Decision, Entities, Request, RequestError, Session, UnknownEntityError
from tests.authorizer.estates import (
    ALIAS,
    ALICE,
    APP,
    APP_SESSION,
    BOB,
    DELEGATES,
    KEY,
    LINKED,
    A,
    allow,
    at_least,
    deny,
    estate,
    grant,
    only,
    to,
    when,
)

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
BLUE = when("StringEquals", "kms:EncryptionContext:tenant", "blue")
ALLOWED: dict[str, Any] = {"alice": [allow("kms:*")], "app": [allow("kms:*")]}
ASKED = Request(ALICE, "kms:Decrypt", KEY)
MORNING = "2026-01-31T08:00:00Z"


class Source:
    """A source that passes questions on and counts them; its revision is what a test says."""

    def __init__(self, entities: Entities) -> None:
        self.entities = entities
        self.revision: object = object()
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> object:
        self.asked[name] += 1
        return getattr(self.entities, name)

    def change(self, entities: Entities) -> None:
        self.entities = entities
        self.revision = object()


def warm(authorizer: Authorizer, request: Request = ASKED) -> Decision:
    return [authorizer.authorize(request) for _ in range(3)][-1]


def test_what_is_asked_a_third_time_gets_a_plan() -> None:
    authorizer = Authorizer(estate(**ALLOWED))
    seen = []
    for _ in range(4):
        authorizer.authorize(ASKED)
        seen.append(len(authorizer._plans._plans))
    assert seen == [0, 0, 1, 1]


def test_under_one_revision_no_record_is_asked_for() -> None:
    source = Source(estate(**ALLOWED))
    authorizer = Authorizer(source)  # type: ignore[arg-type]
    warm(authorizer)
    source.asked.clear()
    assert authorizer.authorize(ASKED).allowed
    assert not source.asked


def test_when_the_revision_changes_records_are_compared_once_and_the_plan_stays() -> None:
    source = Source(estate(**ALLOWED))
    authorizer = Authorizer(source)  # type: ignore[arg-type]
    warm(authorizer)
    plan = authorizer._plans.find(ASKED)
    source.change(source.entities.with_identity_policies(APP, []))
    source.asked.clear()
    assert authorizer._plans.find(ASKED) is plan
    assert set(source.asked) == {"principal", "resource", "grants"}
    source.asked.clear()
    assert authorizer._plans.find(ASKED) is plan
    assert not source.asked


CHANGES: list[tuple[str, Any, str]] = [
    ("an identity policy is taken", lambda e: e.with_identity_policies(ALICE, []), "implicit_deny"),
    ("a key policy denies", lambda e: e.with_resource_policy(KEY, _closed()), "explicit_deny"),
    ("nothing changes but the revision", lambda e: e, "allowed"),
    ("another's policy is taken", lambda e: e.with_identity_policies(BOB, []), "allowed"),
]


def _closed() -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [deny("kms:*", Principal="*")]}


@pytest.mark.parametrize("revision", ["changes", "None", "absent"])
@pytest.mark.parametrize(("change", "reason"), [pytest.param(*case[1:], id=case[0]) for case in CHANGES])
def test_the_decision_after_a_change_is_of_the_change(change: Any, reason: str, revision: str) -> None:
    source = Source(estate(**ALLOWED))
    if revision == "None":
        source.revision = None
    elif revision == "absent":
        del source.revision
    authorizer = Authorizer(source)  # type: ignore[arg-type]
    before = source.entities
    assert warm(authorizer).allowed
    for entities, expected in ((change(before), reason), (before, "allowed"), (change(before), reason)):
        source.entities = entities
        if revision == "changes":
            source.revision = object()
        assert [authorizer.authorize(ASKED).reason for _ in range(3)] == [expected] * 3


def test_grants_made_and_taken_are_seen_at_once() -> None:
    source = Source(estate())
    authorizer = Authorizer(source)  # type: ignore[arg-type]
    request = Request(BOB, "kms:Decrypt", KEY, encryption_context={"tenant": "blue"})
    assert not warm(authorizer, request).allowed
    source.change(source.entities.with_grant(KEY, grant(BOB, "Decrypt", **at_least(tenant="blue"))))
    assert authorizer.authorize(request).layer == "grant"
    assert not authorizer.authorize(request.replace(encryption_context={"tenant": "red"})).allowed
    source.change(source.entities.without_grant(KEY, "g1"))
    assert not authorizer.authorize(request).allowed


def test_who_is_gone_is_refused_and_may_come_back() -> None:
    source = Source(estate(**ALLOWED))
    authorizer = Authorizer(source)  # type: ignore[arg-type]
    here, away = source.entities, Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A}]})
    for _ in range(2):
        warm(authorizer)
        source.change(away)
        assert authorizer._plans.find(ASKED) is None
        with pytest.raises(UnknownEntityError, match="no principal"):
            authorizer.authorize(ASKED)
        source.change(here)
        assert authorizer.authorize(ASKED).allowed


def test_of_who_was_never_there_no_plan_is_made() -> None:
    authorizer = Authorizer(estate())
    for _ in range(4):
        with pytest.raises(UnknownEntityError, match="no principal"):
            authorizer.authorize(Request(f"arn:aws:iam::{A}:user/nobody", "kms:Decrypt", KEY))
    assert not authorizer._plans._plans


def test_a_revision_that_changes_while_records_are_compared_is_not_noted() -> None:
    opened, closed = estate(**ALLOWED), estate()
    of_opened, of_closed = object(), object()
    source = Source(opened)
    authorizer = Authorizer(source)  # type: ignore[arg-type]
    warm(authorizer)
    source.entities, source.revision = closed, of_closed

    def opened_meanwhile(arn: str) -> object:
        source.entities, source.revision = opened, of_opened
        return opened.principal(arn)

    source.principal = opened_meanwhile  # type: ignore[attr-defined]
    assert authorizer.authorize(ASKED).allowed
    del source.principal  # type: ignore[attr-defined]
    source.entities, source.revision = closed, of_closed
    assert not authorizer.authorize(ASKED).allowed


# Each is decided by other layers and grants than a plan knows.
UNPLANNED: list[tuple[str, Request]] = [
    ("a session told apart", Request(APP, "kms:Decrypt", KEY, session=Session("monday"))),
    ("a VPC endpoint", Request(ALICE, "kms:Decrypt", KEY, vpc_endpoint="vpce-1")),
    ("an owner named", Request(ALICE, "kms:Decrypt", KEY, resource_account=A)),
    ("retiring a grant", Request(ALICE, "kms:RetireGrant", KEY)),
    ("a federated session", Request(f"arn:aws:sts::{A}:federated-user/alice", "kms:Decrypt", KEY)),
]


@pytest.mark.parametrize("request_", [pytest.param(case[1], id=case[0]) for case in UNPLANNED])
def test_some_requests_have_no_plan(request_: Request) -> None:
    authorizer = Authorizer(estate(**ALLOWED, endpoint=[allow(Principal="*")]))
    warm(authorizer, request_)
    warm(authorizer, request_)
    assert not authorizer._plans._plans


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(Request(ALICE, "kms:RetireGrant", KEY), id="other layers decide"),
        pytest.param(Request(f"arn:aws:iam::{A}:user/nobody", "kms:Decrypt", KEY), id="nobody calls"),
    ],
)
def test_where_no_plan_can_be_made_it_is_not_tried_at_every_decision(
    monkeypatch: pytest.MonkeyPatch, request_: Request
) -> None:
    authorizer = Authorizer(estate(**ALLOWED))
    tried: list[Request] = []
    make = authorizer._exact.plan

    def counting(request: Request) -> object:
        tried.append(request)
        return make(request)

    monkeypatch.setattr(authorizer._exact, "plan", counting)
    for _ in range(120):
        with suppress(UnknownEntityError):
            authorizer.authorize(request_)
    assert len(tried) == 2


def test_a_plan_keeps_nothing_of_the_request_that_it_was_made_for() -> None:
    authorizer = Authorizer(estate(**ALLOWED))
    request = ASKED.replace(encryption_context={"secret": "x"}, grant_tokens=("token",))
    warm(authorizer, request)
    plan = authorizer._plans.find(request)
    assert plan is not None
    assert plan._bare.request == ASKED


SESSIONS: list[tuple[str, Request]] = [
    ("a role's session", Request(APP_SESSION, "kms:Decrypt", KEY)),
    ("a key's alias", Request(ALICE, "kms:Decrypt", ALIAS)),
    ("a service", Request("s3.amazonaws.com", "kms:Decrypt", KEY)),
    ("a service on someone's behalf", Request(ALICE, "kms:Decrypt", KEY, via_service="s3.us-east-1.amazonaws.com")),
    ("a bucket of nobody's", Request(ALICE, "sqs:SendMessage", f"arn:aws:sqs:us-east-1:{A}:q")),
    ("a service-linked role", Request(LINKED, "kms:Decrypt", KEY)),
]


@pytest.mark.parametrize("request_", [pytest.param(case[1], id=case[0]) for case in SESSIONS])
def test_others_have_one_and_are_decided_as_without(request_: Request) -> None:
    conditions = when("StringEquals", "kms:ViaService", "s3.us-east-1.amazonaws.com")
    conditions |= {"Null": {"kms:RequestAlias": "true"}}
    described: dict[str, Any] = {
        "alice": [allow("kms:*", Condition=conditions), allow("sqs:*")],
        "app": [allow("kms:*", Condition=when("StringLike", "aws:userid", "*:monday"))],
        "key": [DELEGATES, allow(Principal=to(Service="s3.amazonaws.com"))],
        "rcps": [deny(Principal="*", Condition=when("StringEquals", "aws:PrincipalArn", LINKED))],
    }
    entities = estate(**described)
    authorizer = Authorizer(entities)
    warm(authorizer, request_)
    plan = authorizer._plans.find(request_)
    planned = plan.decide(request_) if plan is not None else None
    assert planned is not None
    fresh = Authorizer(entities).authorize(request_)
    assert (planned.to_json(), planned.explain()) == (fresh.to_json(), fresh.explain())


# what is wrong, and what is said of it, whether there is a plan or not
MALFORMED: list[tuple[str, dict[str, Any], str]] = [
    ("a context that is none", {"context": 5}, "`context` of a request is of type int"),
    ("a key that is no text", {"context": {5: "x"}}, "`context` has a key of type int"),
    ("an address that is none", {"context": {"aws:SourceIp": "here"}}, "give an IP address"),
    ("a key twice", {"context": {"aws:UserAgent": "a", "aws:useragent": "b"}}, "is given twice"),
    ("a value of no type", {"context": {"aws:UserAgent": object()}}, "has a value of type object"),
    ("what contradicts", {"context": {"aws:PrincipalArn": BOB}}, "the principal's is"),
    ("a time at which long-term keys were issued", {"context": {"aws:TokenIssueTime": MORNING}}, "no temporary"),
    ("pairs that are none", {"encryption_context": ["tenant"]}, "`encryption_context` of a request is of type list"),
    ("a pair that is no text", {"encryption_context": {"tenant": 5}}, "has a value of type int"),
    ("a time that is none", {"at": "noon"}, "`at` of a request is of type str"),
    ("a principal that is none", {"principal": ["x"]}, "`principal` of a request is of type list"),
]


@pytest.mark.parametrize(("facts", "says"), [pytest.param(*case[1:], id=case[0]) for case in MALFORMED])
def test_a_malformed_request_is_refused_with_a_plan_as_without(facts: dict[str, Any], says: str) -> None:
    authorizer = Authorizer(estate(**ALLOWED))
    for agent in ("a", "b", "c"):
        given = {"aws:UserAgent": agent, "aws:SourceIp": "10.0.0.1"}
        warm(authorizer, ASKED.replace(context=given, encryption_context={"tenant": "blue"}))
    for _ in range(3):
        with pytest.raises(RequestError, match=says):
            authorizer.authorize(ASKED.replace(**facts))


def test_when_a_session_was_issued_goes_by_a_plan_and_is_asked_of_every_request() -> None:
    old = when("DateLessThan", "aws:TokenIssueTime", "2026-01-31T10:00:00Z")
    authorizer = Authorizer(estate(app=[allow("kms:*"), deny("*", Condition=old)]))
    session = ASKED.replace(principal=APP_SESSION)
    reasons = [
        [authorizer.authorize(session.replace(context={name: time} if time else None)).reason for _ in range(4)]
        for name in ("aws:TokenIssueTime", "AWS:tokenissuetime")
        for time in (
            MORNING,
            "2026-01-31T10:00:00Z",
            "2026-01-31T09:59:59.5Z",
            datetime(2026, 1, 31, 8, tzinfo=UTC),
            None,
        )
    ]
    expected = ["explicit_deny", "allowed", "explicit_deny", "explicit_deny", "allowed"] * 2
    assert reasons == [[reason] * 4 for reason in expected]
    plan = authorizer._plans.find(session)
    assert plan is not None
    assert plan.decide(session.replace(context={"aws:TokenIssueTime": MORNING})) is not None


def test_a_plan_tells_requests_apart() -> None:
    authorizer = Authorizer(estate(alice=[allow("kms:*", Condition=BLUE), deny("*", Condition=_at_night())]))
    day, night = NOON, NOON + timedelta(hours=10)
    asked = [
        (pairs, at, authorizer.authorize(ASKED.replace(encryption_context=pairs, at=at)).reason)
        for _ in range(3)
        for at in (day, night, day.replace(tzinfo=None))
        for pairs in ({"tenant": "blue"}, {"TENANT": "blue"}, {"tenant": "red"}, {"tenant": "blue", "Tenant": "blue"})
    ]
    assert len(authorizer._plans._plans) == 1
    for pairs, at, reason in asked:
        awake = "allowed" if list(pairs.values()) == ["blue"] else "implicit_deny"
        assert reason == ("explicit_deny" if at == night else awake)


def _at_night() -> dict[str, Any]:
    return when("DateGreaterThan", "aws:CurrentTime", "2026-01-31T20:00:00Z")


def test_grants_under_a_plan_are_told_apart_by_time_and_token() -> None:
    made = grant(BOB, "Decrypt", CreationDate=NOON.isoformat(), GrantToken="a-token")
    authorizer = Authorizer(estate(grants=[made]), grant_delay=timedelta(minutes=5))
    request = Request(BOB, "kms:Decrypt", KEY)
    for _ in range(4):
        answers = [
            authorizer.authorize(request.replace(at=NOON + timedelta(minutes=minutes), grant_tokens=tokens)).allowed
            for minutes, tokens in ((1, ()), (1, ("g1",)), (9, ()))
        ]
        assert answers == [False, True, True]
    assert len(authorizer._plans._plans) == 1


def test_each_request_rests_on_its_own_grants() -> None:
    free = {"GrantId": "free", "GranteePrincipal": APP, "Operations": ["Decrypt"]}
    tenants = ("blue", "red", "green")
    to_app = [grant(APP, "Decrypt", **at_least(tenant=tenant)) | {"GrantId": tenant} for tenant in tenants]
    to_session = [grant(APP_SESSION, "Decrypt", **only(tenant="red", stage="prod")) | {"GrantId": "session's"}]
    authorizer = Authorizer(estate(app=[allow("kms:*")], grants=[free, *to_app, *to_session]))
    asked: list[tuple[dict[str, str], set[str]]] = [
        ({"tenant": "blue"}, {"blue", "free"}),
        ({"tenant": "red"}, {"red", "free"}),
        ({"tenant": "green"}, {"green", "free"}),
        ({"tenant": "red", "stage": "prod"}, {"red", "free", "session's"}),
        ({"tenant": "Red"}, {"free"}),
        ({}, {"free"}),
    ]
    for _ in range(4):
        for pairs, grants in asked:
            decision = authorizer.authorize(Request(APP_SESSION, "kms:Decrypt", KEY, encryption_context=pairs))
            assert {each.grant_id for each in decision.determining_statements} - {None} == grants
            assert {each.grant_id for layer in decision.layers for each in layer.statements} - {None} == grants
    assert len(authorizer._plans._plans) == 1


def test_grants_are_alike_only_when_they_open_alike() -> None:
    """A grant to a session gives the permission itself, one to its role stays within the boundary (S8)."""
    to_role = grant(APP, "Decrypt", **at_least(tenant="blue")) | {"GrantId": "role's"}
    to_session = grant(APP_SESSION, "Decrypt", **at_least(tenant="red")) | {"GrantId": "session's"}
    described = estate(app_boundary=[allow("s3:*")], grants=[to_role, to_session])
    for first, second in (("blue", "red"), ("red", "blue")):
        authorizer = Authorizer(described)
        for tenant in (first, second) * 4:
            request = Request(APP_SESSION, "kms:Decrypt", KEY, encryption_context={"tenant": tenant})
            assert authorizer.authorize(request).allowed is (tenant == "red")


def test_grants_combine_with_the_statements_that_match() -> None:
    described = estate(
        app=[allow("kms:*", Condition=BLUE), deny("kms:*", Condition=when("StringEquals", "aws:UserAgent", "bad"))],
        grants=[grant(APP, "Decrypt", **at_least(stage="prod"))],
    )
    authorizer = Authorizer(described)
    for _ in range(4):
        for tenant, agent, reason, statements in (
            ("blue", "good", "allowed", 3),
            ("red", "good", "allowed", 1),
            ("blue", "bad", "explicit_deny", 1),
        ):
            pairs, given = {"tenant": tenant, "stage": "prod"}, {"aws:UserAgent": agent}
            request = Request(APP_SESSION, "kms:Decrypt", KEY, encryption_context=pairs, context=given)
            decision = authorizer.authorize(request)
            assert (decision.reason, len(decision.determining_statements)) == (reason, statements)


def test_control_policies_and_boundaries_are_asked_of_every_request() -> None:
    good = when("StringEquals", "aws:UserAgent", "good")
    described = estate(
        app=[allow("kms:*")],
        linked=[allow("kms:*", Condition=when("StringLike", "aws:UserAgent", "*"))],
        app_boundary=[allow("kms:*", Condition=when("StringEquals", "aws:Referer", "here"))],
        scps=[[allow("kms:*", Condition=good)]],
        rcps=[deny(Principal="*", Condition=when("StringEquals", "kms:EncryptionContext:tenant", "red"))],
    )
    authorizer = Authorizer(described)
    layers = {
        ("good", "here", "blue"): "identity_policy",
        ("bad", "here", "blue"): "service_control_policy",
        ("good", "away", "blue"): "permissions_boundary",
        ("good", "here", "red"): "resource_control_policy",
    }
    for _ in range(4):
        for (agent, referer, tenant), layer in layers.items():
            facts: dict[str, Any] = {
                "context": {"aws:UserAgent": agent, "aws:Referer": referer},
                "encryption_context": {"tenant": tenant},
            }
            bound = authorizer.authorize(Request(APP, "kms:Decrypt", KEY, **facts))
            assert (bound.layer, bound.allowed) == (layer, layer == "identity_policy")
            # Neither kind of control policy binds a service-linked role (S2, S3).
            assert authorizer.authorize(Request(LINKED, "kms:Decrypt", KEY, **facts)).allowed


def test_plans_and_ways_to_combine_are_not_kept_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policyeval.authorizer.plans._PLANS", 2)
    monkeypatch.setattr("policyeval.authorizer.plan._OUTCOMES", 2)
    statements = [allow("kms:*", Condition=when("StringEquals", "aws:UserAgent", agent)) for agent in "abc"]
    authorizer = Authorizer(estate(alice=statements))
    for action in ("kms:Encrypt", "kms:DescribeKey", "kms:Decrypt"):
        warm(authorizer, Request(ALICE, action, KEY))
        assert 1 <= len(authorizer._plans._plans) <= 2
    for agent in "abcdabcd":
        decision = authorizer.authorize(ASKED.replace(context={"aws:UserAgent": agent}))
        assert decision.allowed is (agent != "d")
        assert len(authorizer._plans._plans[ALICE, "kms:Decrypt", KEY]._outcomes) <= 2


def test_nor_are_those_with_grants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policyeval.authorizer.plan._OUTCOMES", 2)
    statements = [allow("kms:*", Condition=when("StringEquals", "aws:UserAgent", agent)) for agent in "abc"]
    to_alice = grant(ALICE, "Decrypt", **at_least(tenant="blue"))
    authorizer = Authorizer(estate(alice=statements, grants=[to_alice]))
    for agent in "aaaabcdabcd":
        request = ASKED.replace(context={"aws:UserAgent": agent}, encryption_context={"tenant": "blue"})
        assert "g1" in {each.grant_id for each in authorizer.authorize(request).determining_statements}
    assert 1 <= len(authorizer._plans._plans[ALICE, "kms:Decrypt", KEY]._with_grants) <= 2
