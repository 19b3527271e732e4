"""Where a plan does not know, the plain way decides: right, and slow. So these must be decided by the plan itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policyeval import Authorizer, Entities, Request
from policyeval.authorizer.actions import ActionFacts
from policyeval.authorizer.grants import GrantIndex, GrantSearch
from policyeval.authorizer.intake import Intake
from policyeval.evaluator.principals import Door
from tests.authorizer.estates import (
    ALIAS,
    ALICE,
    APP,
    APP_SESSION,
    BUCKET,
    KEY,
    A,
    B,
    allow,
    at_least,
    deny,
    estate,
    grant,
    only,
    when,
)

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
BLUE = {"tenant": "blue"}
# what is asked, the rest of the estate, the request's facts, whether it is allowed
USED: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    ("nothing but the three", {"alice": [allow()]}, {}, True),
    ("what nothing allows", {}, {}, False),
    ("what is asked on no resource", {"alice": [allow()]}, {"action": "kms:ListKeys", "resource": "*"}, True),
    ("an alias", {"alice": [allow()]}, {"resource": ALIAS}, True),
    ("a bucket", {"alice": [allow()], "bucket": [allow(Principal="*")]}, {"action": "s3:GetObject", "resource": BUCKET}, True),
    ("an encryption context", {"alice": [allow(Condition=when("StringEquals", "kms:EncryptionContext:tenant", "blue"))]}, {"encryption_context": BLUE}, True),
    ("a text of any key", {"alice": [allow(Condition=when("StringEquals", "team:x", "y"))]}, {"context": {"team:x": "y"}}, True),
    ("a resource that the request names", {"alice": [allow(Resource="arn:aws:kms:*:*:key/${team:key}")]}, {"context": {"team:key": KEY.partition("/")[2]}}, True),
    ("several texts", {"alice": [allow(Condition={"StringEquals": {"team:x": "y", "team:z": "z"}})]}, {"context": {"team:x": "y", "team:z": "z"}}, True),
    ("several texts, one of them another", {"alice": [allow(Condition={"StringEquals": {"team:x": "y", "team:z": "z"}})]}, {"context": {"team:x": "y", "team:z": "y"}}, False),
    ("a number", {"alice": [allow(Condition=when("NumericEquals", "team:x", "7"))]}, {"context": {"team:x": 7}}, True),
    ("a boolean", {"alice": [allow(Condition=when("Bool", "aws:SecureTransport", "true"))]}, {"context": {"aws:SecureTransport": True}}, True),
    ("a boolean in words", {"alice": [allow(Condition=when("Bool", "aws:SecureTransport", "true"))]}, {"context": {"aws:SecureTransport": "True"}}, True),
    ("a list", {"alice": [allow(Condition=when("ForAllValues:StringEquals", "aws:TagKeys", "a", "b"))]}, {"context": {"aws:TagKeys": ["a", "b"]}}, True),
    ("an address", {"alice": [allow(Condition=when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))]}, {"context": {"aws:SourceIp": "10.0.0.1"}}, True),
    ("an address of the new kind", {"alice": [allow(Condition=when("IpAddress", "aws:SourceIp", "2001:db8::/32"))]}, {"context": {"aws:SourceIp": "2001:db8::1"}}, True),
    ("a date as services write it", {"alice": [allow(Condition=when("DateLessThan", "team:x", "2026-02-01"))]}, {"context": {"team:x": "2026-01-31T12:00:00Z"}}, True),
    ("an ARN", {"alice": [allow(Condition=when("ArnLike", "aws:SourceArn", "arn:aws:s3:::*"))]}, {"context": {"aws:SourceArn": "arn:aws:s3:::b"}}, True),
    ("a time", {"alice": [allow(Condition=when("DateLessThan", "aws:CurrentTime", "2026-02-01"))]}, {"at": NOON}, True),
    ("a service in between", {"alice": [allow(Condition=when("StringLike", "kms:ViaService", "s3.*"))]}, {"via_service": "s3.us-east-1.amazonaws.com"}, True),
    ("an operator that is none", {"alice": [allow(Condition=when("StringAlmost", "team:x", "y"))]}, {"context": {"team:x": "y"}}, False),
    ("a condition without values", {"alice": [allow(Condition=when("StringEquals", "team:x"))]}, {"context": {"team:x": "y"}}, False),
    ("whether a key is there", {"alice": [allow(Condition=when("Null", "team:x", "false"))]}, {"context": {"team:x": "y"}}, True),
    ("a role", {"app": [allow()]}, {"principal": APP}, True),
    ("a role's session", {"app": [allow()]}, {"principal": APP_SESSION}, True),
    ("when a session was issued", {"app": [allow()]}, {"principal": APP_SESSION, "context": {"aws:TokenIssueTime": "2026-01-31T08:00:00Z"}}, True),
    ("a grant", {"grants": [grant(ALICE, "Decrypt")]}, {}, True),
    ("a grant under an encryption context", {"grants": [grant(ALICE, "Decrypt", **only(**BLUE))]}, {"encryption_context": BLUE}, True),
    ("a grant under a part of one", {"grants": [grant(ALICE, "Decrypt", **at_least(**BLUE))]}, {"encryption_context": {**BLUE, "a": "b"}}, True),
    ("a grant for a source", {"grants": [grant(ALICE, "Decrypt", Constraints={"SourceArn": "arn:aws:s3:::b"})]}, {"context": {"aws:SourceArn": "arn:aws:s3:::b"}}, True),
    ("a grant that is spreading", {"grants": [grant(ALICE, "Decrypt", CreationDate="2026-01-31T11:59:00Z")]}, {"at": NOON}, False),
    ("a grant that has spread", {"grants": [grant(ALICE, "Decrypt", CreationDate="2026-01-31T11:00:00Z")]}, {"at": NOON}, True),
    ("a grant that is spreading, by its id", {"grants": [grant(ALICE, "Decrypt", CreationDate="2026-01-31T11:59:00Z")]}, {"at": NOON, "grant_tokens": ["g1"]}, True),
]  # fmt: skip


@pytest.mark.parametrize(("described", "facts", "allowed"), [pytest.param(*row[1:], id=row[0]) for row in USED])
def test_a_plan_decides(described: dict[str, Any], facts: dict[str, Any], allowed: bool) -> None:  # noqa: FBT001 - a column of the table
    authorizer = Authorizer(estate(**described), grant_delay=timedelta(minutes=5), clock=lambda: NOON)
    request = Request(**{"principal": ALICE, "action": "kms:Decrypt", "resource": KEY} | facts)
    plain = [authorizer.authorize(request) for _ in range(2)]
    plan = authorizer._plans.find(request)
    assert plan is not None
    decision = plan.decide(request)
    assert decision is not None
    assert decision.allowed is allowed
    assert decision.to_json() == plain[0].to_json() == plain[1].to_json()
    assert authorizer._plans.find(request) is plan  # its records are asked for again, and are the same


@pytest.mark.parametrize(("described", "facts"), [pytest.param(*row[1:3], id=row[0]) for row in USED])
def test_a_plan_decides_where_grants_are_seen_at_once(described: dict[str, Any], facts: dict[str, Any]) -> None:
    authorizer = Authorizer(estate(**described), clock=lambda: NOON)
    request = Request(**{"principal": ALICE, "action": "kms:Decrypt", "resource": KEY} | facts)
    plain = [authorizer.authorize(request) for _ in range(2)]
    plan = authorizer._plans.find(request)
    decision = plan.decide(request) if plan is not None else None
    assert decision is not None
    assert decision.to_json() == plain[0].to_json()
    assert decision.explain() == plain[0].explain()


@pytest.mark.parametrize("facts", [{}, {"encryption_context": BLUE}, {"context": {"team:x": "y"}}])
def test_how_statements_and_grants_combine_is_worked_out_once(
    monkeypatch: pytest.MonkeyPatch, facts: dict[str, Any]
) -> None:
    described = estate(
        alice=[allow(Condition=when("StringEquals", "team:x", "y"))], grants=[grant(ALICE, "Decrypt", **only(**BLUE))]
    )
    authorizer = Authorizer(described)
    request = Request(ALICE, "kms:Decrypt", KEY, **facts)
    allowed = [authorizer.authorize(request).allowed for _ in range(3)]
    assert len(set(allowed)) == 1
    monkeypatch.setattr("policyeval.authorizer.plan.decide", lambda _case: pytest.fail("it was worked out before"))
    assert authorizer.authorize(request).allowed is allowed[0]


def test_a_plan_rests_each_request_on_the_grants_that_it_opens() -> None:
    colors = ["blue", "red", "green"]
    grants = [grant(ALICE, "Decrypt", GrantId=color, **only(tenant=color)) for color in colors]
    authorizer = Authorizer(estate(grants=[*grants, grant(ALICE, "Decrypt", GrantId="any")]))
    requests = [Request(ALICE, "kms:Decrypt", KEY, encryption_context={"tenant": color}) for color in colors]
    for request in requests:
        authorizer.authorize(request)
    plan = authorizer._plans.find(requests[0])
    assert plan is not None
    for color, request in zip(colors * 2, requests * 2, strict=True):
        decision = plan.decide(request)
        assert decision is not None
        assert {statement.grant_id for statement in decision.determining_statements} == {color, "any"}


def test_every_grant_whose_part_of_an_encryption_context_is_there_is_found() -> None:
    parts = [only(a="1", b="2", c="3"), at_least(a="1"), at_least(b="2"), at_least(c="4"), at_least(b="2", c="3")]
    given = [grant(ALICE, "Decrypt", GrantId=f"g{number}", **part) for number, part in enumerate(parts)]
    index = GrantIndex(estate(grants=given).grants(KEY, ALICE))
    search = GrantSearch([(index, Door.DIRECT)], ActionFacts("kms:Decrypt"), timedelta(0))
    found = search.find({"a": "1", "b": "2", "c": "3"})
    assert sorted(each.grant.grant_id for each in found) == ["g0", "g1", "g2", "g4"]
    assert {each.door for each in found} == {Door.DIRECT}


def test_grants_that_open_no_others_are_told_as_those_that_always_do() -> None:
    key = estate(grants=[grant(ALICE, "Decrypt"), grant(ALICE, "Decrypt", GrantId="g2", **only(**BLUE))])
    index = GrantIndex(key.grants(KEY, ALICE))
    search = GrantSearch([(index, Door.DIRECT)], ActionFacts("kms:Decrypt"), timedelta(0))
    assert [found.grant.grant_id for found in search.always] == ["g1"]
    assert search.find({"tenant": "red"}) is search.always
    assert [found.grant.grant_id for found in search.find(BLUE)] == ["g1", "g2"]
    assert (search.varies, search.needs_context) == (True, False)


# what the grants are, the action, whether what they open depends on the request
VARYING: list[tuple[str, list[dict[str, Any]], str, bool]] = [
    ("grants without constraints", [{}], "kms:Decrypt", False),
    ("one with a constraint", [{}, only(**BLUE)], "kms:Decrypt", True),
    ("one with a constraint, where constraints do not bind", [{}, only(**BLUE)], "kms:DescribeKey", False),
    ("none", [], "kms:Decrypt", False),
]


@pytest.mark.parametrize(("given", "action", "varies"), [pytest.param(*row[1:], id=row[0]) for row in VARYING])
def test_what_grants_open_hangs_on_the_request(given: list[dict[str, Any]], action: str, varies: bool) -> None:  # noqa: FBT001 - a column of the table
    grants = [grant(ALICE, "Decrypt", "DescribeKey", GrantId=f"g{n}", **more) for n, more in enumerate(given)]
    index = GrantIndex(estate(grants=grants).grants(KEY, ALICE))
    search = GrantSearch([(index, Door.DIRECT)], ActionFacts(action), timedelta(0))
    assert (search.varies, search.needs_context) == (varies, False)


def test_names_of_an_encryption_context_are_folded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    intake = Intake(lambda: NOON, estate())
    assert intake.pairs(BLUE) == intake.pairs({"Tenant": "blue"}) == BLUE
    monkeypatch.setattr("policyeval.authorizer.intake.fold_pairs", lambda _pairs: pytest.fail("it was folded before"))
    assert intake.pairs({"tenant": "red"}) == {"tenant": "red"}


def test_a_name_without_end_is_not_kept() -> None:
    intake = Intake(lambda: NOON, estate())
    long = "n" * 257
    assert intake.pairs({long: "x"}) == intake.pairs({long: "x"}) == {long: "x"}
    assert long not in intake._lower


def test_what_is_no_key_is_not_asked_for_grants() -> None:
    authorizer = Authorizer(estate(alice=[allow()], bucket=[allow(Principal="*")]))
    asked = {}
    for resource, action in ((KEY, "kms:Decrypt"), (BUCKET, "s3:GetObject")):
        plan = authorizer._exact.plan(Request(ALICE, action, resource))
        assert plan is not None
        assert plan.revision is None  # under which it holds is not known yet
        asked[resource] = {answer.asked for answer in plan.answers}
    assert asked == {KEY: {"principal", "resource", "grants"}, BUCKET: {"principal", "resource"}}


def test_where_a_deny_matches_a_plan_asks_no_allow() -> None:
    condition = when("StringEquals", "team:x", "y")
    plan = Authorizer(estate(alice=[allow(Condition=condition), deny(Condition=condition)]))._exact.plan(
        Request(ALICE, "kms:Decrypt", KEY)
    )
    assert plan is not None
    assert plan._ask(None, {}, {"team:x": "y"}) == 1


@pytest.mark.parametrize("facts", [{}, {"at": NOON}, {"encryption_context": BLUE}])
def test_what_looks_at_no_context_has_none_made(facts: dict[str, Any]) -> None:
    request = Request(ALICE, "kms:Decrypt", KEY, **facts)
    plan = Authorizer(estate(alice=[allow()]))._exact.plan(request)
    decision = plan.decide(request) if plan is not None else None
    assert decision is not None
    assert decision._context is None


def test_a_rule_decides_whatever_grants_the_request_opens() -> None:
    far = f"arn:aws-cn:iam::{B}:role/far"
    grants = [grant(far, "Decrypt", GrantId=color, **only(tenant=color)) for color in ("blue", "red")]
    key = {"id": KEY.rpartition("/")[2], "region": "us-east-1", "grants": grants}
    china = {"id": B, "partition": "aws-cn", "roles": [{"name": "far"}]}
    authorizer = Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A, "keys": [key]}, china]}))
    for color in ("blue", "red") * 3:
        decision = authorizer.authorize(Request(far, "kms:Decrypt", KEY, encryption_context={"tenant": color}))
        assert (decision.reason, decision.layer, decision.rule) == ("implicit_deny", None, "S6")


def test_where_grants_spread_none_is_there_in_any_case() -> None:
    index = GrantIndex(estate(grants=[grant(ALICE, "Decrypt")]).grants(KEY, ALICE))
    search = GrantSearch([(index, Door.DIRECT)], ActionFacts("kms:Decrypt"), timedelta(minutes=5))
    assert (search.varies, search.needs_context, search.always) == (True, True, ())


def test_a_grant_stands_under_the_rarest_pair_of_its_constraint() -> None:
    parts = [at_least(a="shared", z=str(number)) for number in range(3)] + [at_least(a="own", z="0")]
    grants = [grant(ALICE, "Decrypt", GrantId=f"g{number}", **part) for number, part in enumerate(parts)]
    index = GrantIndex(estate(grants=grants).grants(KEY, ALICE))
    assert set(index.operations["kms:decrypt"].subset) == {("z", "0"), ("z", "1"), ("z", "2"), ("a", "own")}
