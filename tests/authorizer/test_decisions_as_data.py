"""What programs read of a decision: its JSON, every layer's own verdict, what could not be evaluated."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from textwrap import dedent
from typing import Any

import pytest

from policyeval import Authorizer, Entities, PolicySet, Request, Session, simulate
from policyeval.model.decision import Layer
from tests.authorizer.estates import (
    ALIAS,
    ALICE,
    APP,
    BUCKET,
    DELEGATES,
    KEY,
    PARTNER,
    A,
    B,
    allow,
    ask,
    deny,
    estate,
    grant,
    named,
    policy,
    to,
    when,
)

LIMITED_SESSION = Session("s", policies=[policy(allow("s3:*"))])


def test_a_decision_is_written_as_json() -> None:
    decision = ask({"alice": [allow(Sid="All", Condition=when("Bool", "team:x", "maybe")), allow(Sid="Some")]})
    said = json.loads(json.dumps(decision.to_json()))
    nothing = {"grant_id": None, "file": None, "line": None, "column": None}
    delegates = {"layer": "resource_policy", "policy": "key policy", "sid": None, "index": 0, **nothing}
    some = {"layer": "identity_policy", "policy": "of-alice", "sid": "Some", "index": 1, **nothing}
    assert {**said, "layers": [], "diagnostics": []} == {
        "decision": "allow",
        "reason": "allowed",
        "layer": "identity_policy",
        "rule": None,
        "message": f"User: {ALICE} is authorized to perform: kms:Decrypt on resource: {KEY}",
        "determining_statements": [delegates, some],
        "layers": [],
        "diagnostics": [],
    }
    assert {each["layer"]: each["verdict"] for each in said["layers"]} == {
        "resource_control_policy": "not_applicable",
        "service_control_policy": "not_applicable",
        "vpc_endpoint_policy": "not_applicable",
        "resource_policy": "allow",
        "grant": "implicit_deny",
        "identity_policy": "allow",
        "permissions_boundary": "not_applicable",
        "session_policy": "not_applicable",
    }
    assert [each["statements"] for each in said["layers"] if each["statements"]] == [[delegates], [some]]


DECIDED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("an allow", {"alice": [allow()]}, {"encryption_context": {"Tenant": "blue"}}),
    ("an allow in doubt", {"alice": [allow()]}, {"action": "kms:CreateGrant"}),
    ("a deny", {"alice": [deny(Sid="No")]}, {}),
    ("a deny that nothing states", {}, {"context": {"aws:UserAgent": "x"}}),
    ("a deny of a rule's", {}, {"principal": PARTNER, "action": "kms:ScheduleKeyDeletion"}),
    ("a condition that nobody can evaluate", {"alice": [allow(Condition=when("Bool", "team:x", "maybe"))]}, {}),
]


@pytest.mark.parametrize(("described", "asked"), [pytest.param(*case[1:], id=case[0]) for case in DECIDED])
def test_a_decision_is_true_where_it_allows(described: dict[str, Any], asked: dict[str, Any]) -> None:
    decision = ask(described, **asked)
    assert bool(decision) is decision.allowed is (decision.reason == "allowed")


@pytest.mark.parametrize(("described", "asked"), [pytest.param(*case[1:], id=case[0]) for case in DECIDED])
def test_a_decision_says_in_another_process_what_it_says_here(described: dict[str, Any], asked: dict[str, Any]) -> None:
    authorizer = Authorizer(estate(**described))
    request = Request(**{"principal": ALICE, "action": "kms:Decrypt", "resource": KEY, **asked})
    for decision in [authorizer.authorize(request) for _ in range(3)]:  # the last by a plan
        for again in (pickle.loads(pickle.dumps(decision)), copy.copy(decision), copy.deepcopy(decision)):  # noqa: S301 - our own bytes
            assert again.to_json() == decision.to_json()
            assert (again.explain(), again.doubts) == (decision.explain(), decision.doubts)
            assert (again.request, again.read) == (request, decision.read)
            assert bool(again) is again.allowed is decision.allowed
            assert repr(again) == repr(decision)


def _noon() -> datetime:
    return datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_an_authorizer_decides_in_another_process_as_here() -> None:
    described = {"alice": [allow(Condition=when("DateEquals", "aws:CurrentTime", "2026-01-31T12:00:00Z"))]}
    young = {"GranteePrincipal": APP, "Operations": ["Decrypt"], "CreationDate": "2026-01-31T11:59:00Z"}
    here = Authorizer(estate(**described, grants=[young]), grant_delay=timedelta(minutes=5), clock=_noon)
    requests = [Request(who, "kms:Decrypt", KEY) for who in (ALICE, APP)]
    said = [[here.authorize(request).to_json() for request in requests] for _ in range(3)][-1]
    assert [one["decision"] for one in said] == ["allow", "deny"]
    for again in (pickle.loads(pickle.dumps(here)), copy.deepcopy(here)):  # noqa: S301 - our own bytes
        assert [again.authorize(request).to_json() for request in requests] == said


@pytest.mark.parametrize("attempt", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_prepared_request_says_that_it_stays_in_its_process(attempt: Callable[[object], object]) -> None:
    prepared = Authorizer(estate()).prepare(Request(ALICE, "kms:Decrypt", KEY))
    with pytest.raises(TypeError, match="a prepared request cannot be pickled or copied: prepare its `request` anew"):
        attempt(prepared)


def test_a_grant_is_named_in_json_by_id_name_and_place() -> None:
    estate_file = """
        policyeval: 1
        accounts:
          - id: "111122223333"
            users: [{name: alice}]
            keys:
              - id: k
                region: us-east-1
                grants: [{GrantId: g1, Name: mine, GranteePrincipal: "arn:aws:iam::111122223333:user/alice", Operations: [Decrypt]}]
    """
    authorizer = Authorizer(Entities.from_text(dedent(estate_file), name="estate.yaml"))
    said = authorizer.authorize(Request(ALICE, "kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:key/k")).to_json()
    named = {"layer": "grant", "policy": "mine", "sid": None, "index": None, "grant_id": "g1"}
    place = {"file": "estate.yaml", "line": 9, "column": 18}
    assert said["determining_statements"] == [named | place]
    assert {"layer": "grant", "verdict": "allow", "statements": [named | place]} in said["layers"]  # type: ignore[operator]


def test_a_service_is_let_in_by_a_statement() -> None:
    decision = ask({"key": [allow(Sid="S3", Principal={"Service": "s3.amazonaws.com"})]}, "s3.amazonaws.com")
    assert [statement.sid for statement in decision.determining_statements] == ["S3"]


def test_a_decision_rests_on_what_suffices_alone() -> None:
    grants = [grant(A, "Decrypt", GrantId="to-the-account"), grant(ALICE, "Decrypt", GrantId="to-her")]
    described = {
        "key": [allow(Principal=to(ALICE), Sid="Her"), allow(Principal=to(A), Sid="Account")],
        "grants": grants,
    }
    rests_on = [each.sid or each.grant_id for each in ask(described).determining_statements]
    assert rests_on == ["Her", "to-her"]


def test_a_decision_of_both_halves_rests_on_both() -> None:
    described = {"grants": [grant(B, "Decrypt")], "partner": [allow(Sid="Own")]}
    rests_on = [each.sid or each.grant_id for each in ask(described, PARTNER).determining_statements]
    assert rests_on == ["g1", "Own"]


@pytest.mark.parametrize("described", [{"app_boundary": [allow("s3:*")]}, {"scps": [[allow("s3:*")]]}, {"app": []}])
def test_where_a_layer_decides_no_rule_does(described: dict[str, Any]) -> None:
    decision = ask({"app": [allow()], **described}, APP)
    assert decision.to_json()["rule"] is None
    assert decision.layer is not None


def test_of_several_denies_the_first_layer_decides_and_all_are_said() -> None:
    described = {
        "scps": [[allow(), deny()]],
        "rcps": [deny(Principal="*")],
        "endpoint": [deny(Principal="*")],
        "key": [deny(Principal="*")],
        "app": [deny(Sid="First"), deny(Sid="Second")],
        "app_boundary": [deny()],
    }
    session = Session("s", policies=[policy(deny())])
    decision = ask(described, APP, session=session, vpc_endpoint="vpce-1")
    order = [Layer.RCP, Layer.SCP, Layer.ENDPOINT, Layer.RESOURCE, Layer.IDENTITY, Layer.IDENTITY, Layer.BOUNDARY]
    assert [each.layer for each in decision.determining_statements] == [*order, Layer.SESSION]
    assert [each.sid for each in decision.determining_statements if each.sid] == ["First", "Second"]
    assert decision.layer is Layer.RCP


def test_of_a_retirement_the_grants_that_may_be_retired_are_said() -> None:
    grants = [
        grant(APP, "Decrypt", RetiringPrincipal=PARTNER, GrantId="theirs"),
        grant(PARTNER, "Decrypt", GrantId="used"),
    ]
    decision = ask({"grants": grants}, PARTNER, "kms:RetireGrant")
    (said,) = (verdict for verdict in decision.layers if verdict.layer is Layer.GRANT)
    assert (said.verdict, [statement.grant_id for statement in said.statements]) == ("allow", ["theirs"])


def test_a_service_is_let_in_by_its_grant() -> None:
    decision = ask({"grants": [grant("s3.amazonaws.com", "Decrypt")]}, "s3.amazonaws.com")
    assert [statement.grant_id for statement in decision.determining_statements] == ["g1"]


def test_a_decision_without_a_layer_names_the_rule_in_json() -> None:
    said = ask({}, PARTNER, "kms:ScheduleKeyDeletion").to_json()
    assert (said["decision"], said["reason"], said["layer"], said["rule"]) == ("deny", "implicit_deny", None, "K3")
    assert said["determining_statements"] == []


def test_an_anonymous_caller_is_none_of_the_keys_account() -> None:
    described = {"key": [allow(Principal="*")]}
    reached = {action: ask(described, "anonymous", action) for action in ("kms:Decrypt", "kms:ScheduleKeyDeletion")}
    assert {action: (it.reason, it.layer or it.rule) for action, it in reached.items()} == {
        "kms:Decrypt": ("allowed", Layer.RESOURCE),
        "kms:ScheduleKeyDeletion": ("implicit_deny", "K3"),
    }


def test_a_decision_shows_itself_shortly_and_knows_its_request() -> None:
    request = Request(ALICE, "kms:Decrypt", KEY)
    decision = Authorizer(estate(alice=[allow()])).authorize(request)
    assert repr(decision) == "<Decision allow: allowed by identity_policy>"
    assert decision.request is request
    assert repr(ask({}, PARTNER, "kms:ScheduleKeyDeletion")) == "<Decision deny: implicit_deny by K3>"


def layers(described: dict[str, Any], **facts: Any) -> dict[Layer, str]:
    return {verdict.layer: verdict.verdict for verdict in ask(described, **facts).layers}


def test_every_layer_speaks_for_itself_also_behind_one_that_decided() -> None:
    said = layers(
        {
            "scps": [[allow(), deny("kms:*")]],
            "app": [allow()],
            "app_boundary": [allow("s3:*")],
            "endpoint": [allow(Principal="*")],
            "rcps": [deny("s3:*", Principal="*")],
        },
        principal=APP,
        session=LIMITED_SESSION,
        vpc_endpoint="vpce-1",
    )
    assert said == {
        Layer.RCP: "allow",
        Layer.SCP: "explicit_deny",
        Layer.ENDPOINT: "allow",
        Layer.RESOURCE: "allow",
        Layer.GRANT: "implicit_deny",
        Layer.IDENTITY: "allow",
        Layer.BOUNDARY: "implicit_deny",
        Layer.SESSION: "implicit_deny",
    }


def test_one_silent_level_is_an_implicit_deny_of_all() -> None:
    assert layers({"scps": [[allow("s3:*")]]})[Layer.SCP] == "implicit_deny"
    assert layers({"scps": [[allow("s3:*")], [allow("kms:*")]]})[Layer.SCP] == "allow"


def test_a_resource_that_is_no_key_has_no_grants() -> None:
    said = layers({"bucket": [allow(Principal=to(ALICE))]}, action="s3:GetObject", resource=BUCKET)
    assert said[Layer.GRANT] == "not_applicable"


@pytest.mark.parametrize(
    ("action", "resource", "by_trust"),
    [
        pytest.param("sts:AssumeRole", APP, True, id="a role is assumed by its trust policy"),
        pytest.param("iam:GetRole", APP, False, id="and looked at without it"),
        pytest.param("sts:GetCallerIdentity", "*", False, id="what is no role has none"),
    ],
)
def test_a_trust_policy_is_a_layer_of_its_own(action: str, resource: str, by_trust: bool) -> None:  # noqa: FBT001 - a column of the table
    trust = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": to(ALICE)}]
    said = layers({"trust": trust}, action=action, resource=resource)
    assert (Layer.TRUST in said, Layer.RESOURCE in said) == (by_trust, not by_trust)


def test_what_cannot_be_evaluated_is_named_with_its_effect_and_statement() -> None:
    unknown = when("StringAlmost", "team:x", "y")
    decision = ask({"alice": [allow(), allow(Condition=unknown), deny("s3:*", Condition=unknown)]})
    assert decision.allowed
    assert [diagnostic.message for diagnostic in decision.diagnostics] == [
        "unknown condition operator `StringAlmost`: the Allow does not match in statement #1 of of-alice"
    ]
    decision = ask({"alice": [allow(), deny(Condition=unknown)]})
    assert decision.reason == "explicit_deny"
    assert [diagnostic.message for diagnostic in decision.diagnostics] == [
        "unknown condition operator `StringAlmost`: the Deny matches in statement #1 of of-alice"
    ]


def test_what_cannot_be_evaluated_has_the_place_of_its_statement() -> None:
    estate_file = """
        policyeval: 1
        accounts:
          - id: "111122223333"
            users:
              - name: alice
                identity_policies:
                  - Version: 2012-10-17
                    Statement:
                      - {Effect: Allow, Action: "*", Resource: "*", Condition: {StringAlmost: {team:x: y}}}
    """
    authorizer = Authorizer(Entities.from_text(dedent(estate_file), name="estate.yaml"))
    decision = authorizer.authorize(Request(ALICE, "s3:GetObject", BUCKET, resource_account=A))
    assert [str(diagnostic.place) for diagnostic in decision.diagnostics] == ["estate.yaml:10:17"]


def test_a_statement_is_named_in_json_by_sid_index_and_place() -> None:
    estate_file = """
        policyeval: 1
        accounts:
          - id: "111122223333"
            users:
              - name: alice
                identity_policies:
                  - name: mine
                    document:
                      Version: 2012-10-17
                      Statement:
                        - {Effect: Deny, Action: "kms:*", Resource: "*"}
                        - {Sid: Rest, Effect: Allow, Action: "*", Resource: "*"}
    """
    authorizer = Authorizer(Entities.from_text(dedent(estate_file), name="estate.yaml"))
    said = authorizer.authorize(Request(ALICE, "s3:GetObject", BUCKET, resource_account=A)).to_json()
    named = {"layer": "identity_policy", "policy": "mine", "sid": "Rest", "index": 1, "grant_id": None}
    assert said["determining_statements"] == [named | {"file": "estate.yaml", "line": 13, "column": 19}]


def test_a_key_that_the_action_does_not_carry_is_left_out_and_said() -> None:
    context = {"kms:GrantOperations": ["Decrypt"]}
    decision = ask(
        {"alice": [allow(Condition=when("Null", "kms:GrantOperations", "true"))], "key": [DELEGATES]}, context=context
    )
    assert decision.allowed
    assert [diagnostic.message for diagnostic in decision.diagnostics] == [
        "requests for `kms:Decrypt` do not carry `kms:GrantOperations`: left out"
    ]


@pytest.mark.parametrize(
    ("described", "action"), [({}, "kms:DisableKey"), ({"key_facts": {"spec": "RSA_2048"}}, "kms:Decrypt")]
)
def test_an_encryption_context_where_none_belongs_is_left_out_and_said(described: dict[str, Any], action: str) -> None:
    asks = when("StringEquals", "kms:EncryptionContext:a", "b")
    decision = ask({"alice": [allow(Condition=asks)], **described}, action=action, encryption_context={"a": "b"})
    assert not decision.allowed
    assert [diagnostic.message.endswith("left out") for diagnostic in decision.diagnostics] == [True]


def test_an_alias_is_named_as_it_was_asked() -> None:
    assert ask({"alice": [allow()]}, resource=ALIAS).message.endswith(f"on resource: {ALIAS}")


def test_simulate_names_policies_by_their_number() -> None:
    policies = PolicySet(
        identity_policies=[policy(allow("s3:*")), policy(allow())], resource_policy=policy(allow(Principal=to(A)))
    )
    decision = simulate(Request(ALICE, "kms:Decrypt", KEY), policies)
    assert [str(statement) for statement in decision.determining_statements] == [
        "statement #0 of resource policy",
        "statement #0 of identity policy 2",
    ]


def test_named_policies_keep_their_names() -> None:
    (document,) = named("mine", allow())
    decision = simulate(
        Request(ALICE, "s3:GetObject", BUCKET, resource_account=A), PolicySet(identity_policies=[document])
    )
    assert [statement.policy for statement in decision.determining_statements] == ["mine"]
    assert decision.explain().startswith("ALLOW  ")
    assert B not in decision.explain()
