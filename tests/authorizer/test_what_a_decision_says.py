"""A decision's sentence, its layers, its explanation, its JSON: for people and for programs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policyeval import Authorizer, PolicySet, Request, Session, simulate
from policyeval.model.decision import Layer
from tests.authorizer.estates import (
    ALIAS,
    ALICE,
    APP,
    APP_SESSION,
    BOB,
    BUCKET,
    DELEGATES,
    KEY,
    PARTNER,
    ROOT_A,
    TO_B,
    A,
    B,
    allow,
    deny,
    estate,
    grant,
    named,
    policy,
    to,
    when,
)

NOT = "is not authorized to perform"
VEILED = (
    f"User: {PARTNER} {NOT}: kms:Decrypt on this resource because the resource does not exist in this Region, "
    "no resource-based policies allow access, or a resource-based policy explicitly denies access"
)
MUST_LET_IN = "account 111122223333 must let"


def decide(
    described: dict[str, Any], principal: str = ALICE, action: str = "kms:Decrypt", resource: str = KEY, **more: Any
):
    return Authorizer(estate(**described)).authorize(Request(principal, action, resource, **more))


LIMITED_SESSION = Session("s", policies=[policy(allow("s3:*"))])
ENDED_SESSION = Session("s", policies=[policy(allow(), deny("kms:*"))])
TRUSTED = {"trust": [allow("sts:AssumeRole", Principal=to("arn:aws:iam::999988887777:root"))]}
for statement in TRUSTED["trust"]:
    del statement["Resource"]  # type: ignore[attr-defined]
DENY_TRUST = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}

# what it is about, the estate, the request's facts, the sentence
SENTENCES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("an allow", {"alice": [allow()]}, {}, f"User: {ALICE} is authorized to perform: kms:Decrypt on resource: {KEY}"),
    (
        "an action in another case is written as AWS writes it",
        {"alice": [allow()]},
        {"action": "KMS:decrypt"},
        f"User: {ALICE} is authorized to perform: kms:Decrypt on resource: {KEY}",
    ),
    (
        "an action that is none of KMS's is written as it was asked",
        {"alice": [allow()], "bucket": [allow(Principal=to(ALICE))]},
        {"action": "s3:getobject", "resource": BUCKET},
        f"User: {ALICE} is authorized to perform: s3:getobject on resource: {BUCKET}",
    ),
    (
        "without a resource none is named",
        {},
        {"action": "kms:ListKeys", "resource": "*"},
        f"User: {ALICE} {NOT}: kms:ListKeys because no identity-based policy allows the kms:ListKeys action",
    ),
    (
        "no identity policy",
        {},
        {},
        f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} because no identity-based policy allows the kms:Decrypt "
        "action",
    ),
    (
        "an identity policy",
        {"alice": [deny()]},
        {},
        f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} with an explicit deny in an identity-based policy",
    ),
    (
        "no resource policy, in its own account",
        {"key": [TO_B]},
        {},
        f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} because no resource-based policy allows the kms:Decrypt "
        "action",
    ),
    ("no resource policy, from another account", {"partner": [allow()]}, {"principal": PARTNER}, VEILED),
    ("a resource policy, from another account", {"key": [deny(Principal="*")]}, {"principal": PARTNER}, VEILED),
    (
        "no identity policy, from another account",
        {"key": [TO_B]},
        {"principal": PARTNER},
        f"User: {PARTNER} {NOT}: kms:Decrypt on resource: {KEY} because no identity-based policy allows the "
        "kms:Decrypt action",
    ),
    (
        "a resource policy, in its own account",
        {"key": [deny(Principal="*")]},
        {},
        f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} with an explicit deny in a resource-based policy",
    ),
    (
        "a bucket of another account is named to all",
        {"bucket": [deny(Principal="*")], "partner": [allow()]},
        {"principal": PARTNER, "action": "s3:GetObject", "resource": BUCKET},
        f"User: {PARTNER} {NOT}: s3:GetObject on resource: {BUCKET} with an explicit deny in a resource-based policy",
    ),
    (
        "no service control policy",
        {"scps": [[allow("s3:*")]]},
        {},
        f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} because no service control policy allows the kms:Decrypt "
        "action",
    ),
    (
        "a service control policy",
        {"scps": [[allow(), deny("kms:*")]]},
        {},
        f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} with an explicit deny in a service control policy",
    ),
    (
        "a resource control policy",
        {"rcps": [deny("kms:*", Principal="*")]},
        {},
        f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} with an explicit deny in a resource control policy",
    ),
    (
        "no endpoint policy",
        {"alice": [allow()], "endpoint": [allow("s3:*", Principal="*")]},
        {"vpc_endpoint": "vpce-1"},
        f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} because no VPC endpoint policy allows the kms:Decrypt "
        "action",
    ),
    (
        "an endpoint policy",
        {"alice": [allow()], "endpoint": [deny(Principal="*")]},
        {"vpc_endpoint": "vpce-1"},
        f"User: {ALICE} {NOT}: kms:Decrypt on resource: {KEY} with an explicit deny in a VPC endpoint policy",
    ),
    (
        "no boundary",
        {"app": [allow()], "app_boundary": [allow("s3:*")]},
        {"principal": APP_SESSION},
        f"User: {APP_SESSION} {NOT}: kms:Decrypt on resource: {KEY} because no permissions boundary allows the "
        "kms:Decrypt action",
    ),
    (
        "a boundary",
        {"app": [allow()], "app_boundary": [deny("kms:*")]},
        {"principal": APP},
        f"User: {APP} {NOT}: kms:Decrypt on resource: {KEY} with an explicit deny in a permissions boundary",
    ),
    (
        "no session policy",
        {"app": [allow()]},
        {"principal": APP, "session": LIMITED_SESSION},
        f"User: arn:aws:sts::{A}:assumed-role/app/s {NOT}: kms:Decrypt on resource: {KEY} because no session policy "
        "allows the kms:Decrypt action",
    ),
    (
        "a session policy",
        {"app": [allow()]},
        {"principal": APP, "session": ENDED_SESSION},
        f"User: arn:aws:sts::{A}:assumed-role/app/s {NOT}: kms:Decrypt on resource: {KEY} with an explicit deny in a "
        "session policy",
    ),
    (
        "no trust policy",
        {"app": [allow()], **TRUSTED},
        {"action": "sts:AssumeRole", "resource": APP},
        f"User: {ALICE} {NOT}: sts:AssumeRole on resource: {APP} because no role trust policy allows the "
        "sts:AssumeRole action",
    ),
    (
        "a trust policy",
        {"app": [allow()], "trust": [DENY_TRUST]},
        {"action": "sts:AssumeRole", "resource": APP},
        f"User: {ALICE} {NOT}: sts:AssumeRole on resource: {APP} with an explicit deny in the role trust policy",
    ),
    (
        "what does not cross accounts",
        {"key": [allow(Principal="*")], "partner": [allow()]},
        {"principal": PARTNER, "action": "kms:ScheduleKeyDeletion"},
        VEILED.replace("kms:Decrypt", "kms:ScheduleKeyDeletion"),
    ),
    (
        "a retirement without any right",
        {"alice": [allow()]},
        {"action": "kms:RetireGrant"},
        f"User: {ALICE} {NOT}: kms:RetireGrant on resource: {KEY} because no resource-based policy allows the "
        "kms:RetireGrant action",
    ),
]


@pytest.mark.parametrize(("described", "facts", "sentence"), [pytest.param(*row[1:], id=row[0]) for row in SENTENCES])
def test_the_sentence_is_the_one_that_aws_prints(
    described: dict[str, Any], facts: dict[str, Any], sentence: str
) -> None:
    assert decide(described, **facts).message == sentence


OFFICE = when("IpAddress", "aws:SourceIp", "10.0.0.0/8")
# what is explained, the estate, the request's facts, lines of it in their order
EXPLAINED: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    (
        "an allow names what allowed it and asks for nothing",
        {"alice": [allow(Sid="All")]},
        {},
        [
            f"ALLOW  User: {ALICE} is authorized to perform: kms:Decrypt on resource: {KEY}",
            "",
            "What each layer said:",
            "  key policy: allows",
            "    statement #0 of key policy",
            "  grants: does not allow",
            "  identity policies: allows",
            "    statement `All` of of-alice",
        ],
    ),
    (
        "a policy of two levels is said once",
        {"alice": [allow()], "organized": True},
        {},
        [
            "  resource control policies: allows",
            "    statement #0 of RCPFullAWSAccess",
            "  service control policies: allows",
            "    statement #0 of FullAWSAccess",
            "  key policy: allows",
        ],
    ),
    (
        "an allow that does not name the caller nearly matched",
        {"key": [allow(Principal=to(BOB))]},
        {},
        [
            "  key policy: does not allow",
            f"    statement #0 of key policy does not match: it does not name {ALICE}",
            "  grants: does not allow",
            "  identity policies: does not allow",
            "",
            "To allow it: account 111122223333 must let "
            f"{ALICE} in: a statement of the key policy that allows kms:Decrypt",
            f"or: account 111122223333 must create a grant of Decrypt to {ALICE}",
        ],
    ),
    (
        "an allow of another resource nearly matched",
        {"alice": [allow(Resource="arn:aws:kms:*:*:key/other")]},
        {},
        [f"    statement #0 of of-alice does not match: its Resource does not cover {KEY}"],
    ),
    (
        "an allow under a condition on a key that the request has not",
        {"alice": [allow(Condition=OFFICE)]},
        {},
        ["    statement #0 of of-alice does not match: IpAddress aws:SourceIp = 10.0.0.0/8, but the request has no such key"],
    ),
    (
        "an allow under a condition that the request does not meet",
        {"alice": [allow(Condition=OFFICE)]},
        {"context": {"aws:SourceIp": "11.0.0.1"}},
        ["    statement #0 of of-alice does not match: IpAddress aws:SourceIp = 10.0.0.0/8, but the request has 11.0.0.1"],
    ),
    (
        "the first condition that is not met is named",
        {"alice": [allow(Condition={**when("Bool", "aws:ViaAWSService", "false"), **OFFICE})]},
        {"context": {"aws:SourceIp": "11.0.0.1"}},
        ["    statement #0 of of-alice does not match: IpAddress aws:SourceIp = 10.0.0.0/8, but the request has 11.0.0.1"],
    ),
    (
        "a request with several values",
        {"alice": [allow(Condition=when("ForAllValues:StringEquals", "aws:TagKeys", "a", "b"))]},
        {"context": {"aws:TagKeys": ["a", "c"]}},
        [
            "    statement #0 of of-alice does not match: ForAllValues:StringEquals aws:TagKeys = [a, b], "
            "but the request has [a, c]",
        ],
    ),
    (
        "a request with an empty string",
        {"alice": [allow(Condition=when("StringEquals", "team:x", "y"))]},
        {"context": {"team:x": ""}},
        ["    statement #0 of of-alice does not match: StringEquals team:x = y, but the request has an empty string"],
    ),
    (
        "an allow that cannot work where it stands",
        {"key": [allow(Principal=to(ALICE), Condition=when("StringEquals", "aws:ResourceTag/env", "prod"))]},
        {},
        [
            "    statement #0 of key policy does not match: it holds what does not work in this kind of policy",
            "What could not be evaluated:",
            "  `aws:ResourceTag/env` does not work in a key policy: the Allow does not match in statement #0 of key "
            "policy",
        ],
    ),
    (
        "what was left out of the request",
        {"alice": [allow()]},
        {"action": "kms:DisableKey", "encryption_context": {"a": "b"}},
        ["What could not be evaluated:"],
    ),
    (
        "a deny must go",
        {"alice": [allow(), deny("kms:*")]},
        {},
        ["  identity policies: denies", "    statement #1 of of-alice", "", "To allow it: statement #1 of of-alice must not deny it"],
    ),
    (
        "several changes together",
        {"partner": [deny()]},
        {"principal": PARTNER},
        [
            "To allow it, all of:",
            "  - statement #0 of of-partner must not deny it",
            f"  - account 111122223333 must create a grant of Decrypt to {PARTNER}",
        ],
    ),
    (
        "a rule that no policy changes",
        {"partner": [allow()]},
        {"principal": PARTNER, "action": "kms:ScheduleKeyDeletion"},
        [
            "  because this action has no effect on another account's key, whatever the policies say (K3)",
            "No change of policy allows it: this action has no effect on another account's key, whatever the policies "
            "say (K3)",
        ],
    ),
    (
        "a rule behind a deny",
        {"partner": [allow(), deny()]},
        {"principal": PARTNER, "action": "kms:ScheduleKeyDeletion"},
        [
            "No change of policy allows it: this action has no effect on another account's key, whatever the policies "
            "say (K3)",
        ],
    ),
    (
        "another account's key of AWS's own",
        {"key_facts": {"manager": "AWS", "aliases": ["alias/aws/s3"]}, "partner": [allow()]},
        {"principal": PARTNER},
        ["No change of policy allows it"],
    ),
    (
        "a root user has it by rule",
        {"bucket": [allow("s3:Get*", Principal=to(BOB))]},
        {"principal": ROOT_A, "action": "s3:PutObject", "resource": BUCKET},
        [
            f"ALLOW  User: {ROOT_A} is authorized to perform: s3:PutObject on resource: {BUCKET}",
            "  because an account's root user has every permission in its own account (S9)",
            "  resource policy: does not allow",
        ],
    ),
    (
        "a retirement needs a right that a grant gives",
        {"partner": [allow()], "grants": [grant(BOB, "Decrypt")]},
        {"principal": PARTNER, "action": "kms:RetireGrant"},
        [
            "  because no grant names the caller or its account as one that may retire it (G5)",
            "  grants: does not allow",
            f"To allow it: a grant must name {PARTNER} as its retiring principal",
        ],
    ),
    (
        "a role must trust",
        TRUSTED,
        {"action": "sts:AssumeRole", "resource": APP},
        [
            "  role trust policy: does not allow",
            f"To allow it: {APP} must let {ALICE} in: a statement of the trust policy that allows sts:AssumeRole",
        ],
    ),
    (
        "a boundary and a session policy must allow, too",
        {"app": [allow("s3:*")], "app_boundary": [allow("s3:*")]},
        {"principal": APP, "session": LIMITED_SESSION},
        [
            "  identity policies: does not allow",
            "  permissions boundary: does not allow",
            "  session policies: does not allow",
            "To allow it, all of:",
            f"  - account 111122223333 must add an identity policy that allows kms:Decrypt on {KEY} to {APP}",
            f"  - the permissions boundary of {APP} must allow kms:Decrypt on {KEY}",
            f"  - a session policy of the session must allow kms:Decrypt on {KEY}",
        ],
    ),
    (
        "levels and an endpoint must allow",
        {"scps": [[allow("s3:*")]], "alice": [allow()], "endpoint": [allow("s3:*", Principal="*")]},
        {"vpc_endpoint": "vpce-1"},
        [
            "To allow it, all of:",
            "  - level 2 of the service control policies of account 111122223333 must allow kms:Decrypt",
            f"  - the policy of the VPC endpoint must allow kms:Decrypt on {KEY} to {ALICE}",
        ],
    ),
    (
        "an anonymous caller can only be everyone",
        {"bucket": [allow("s3:*", Principal=to(BOB))]},
        {"principal": "anonymous", "action": "s3:GetObject", "resource": BUCKET},
        [f"To allow it: {BUCKET} must let anonymous in: a statement of the resource policy that allows s3:GetObject"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("described", "facts", "lines"), [pytest.param(*row[1:], id=row[0]) for row in EXPLAINED])
def test_an_explanation_says(described: dict[str, Any], facts: dict[str, Any], lines: list[str]) -> None:
    said = [line for line in decide(described, **facts).explain().splitlines() if not line.startswith("or")]
    wanted = [line for line in lines if not line.startswith("or")]
    missing = [line for line in lines if line not in decide(described, **facts).explain().splitlines()]
    assert missing == [], "\n".join(said)
    at = [said.index(line) for line in wanted if line]
    assert at == sorted(at)


def test_alternatives_come_likely_ones_first() -> None:
    explained = decide({"key": [TO_B]}).explain().splitlines()
    assert explained[-2:] == [
        f"To allow it: account 111122223333 must let {ALICE} in: a statement of the key policy that allows kms:Decrypt",
        f"or: account 111122223333 must create a grant of Decrypt to {ALICE}",
    ]


def test_an_allow_proposes_nothing() -> None:
    assert "To allow it" not in decide({"alice": [allow()]}).explain()


def test_a_decision_is_written_as_json() -> None:
    decision = decide({"alice": [allow(Sid="All", Condition=when("Bool", "team:x", "maybe")), allow(Sid="Some")]})
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


def test_a_decision_without_a_layer_names_the_rule_in_json() -> None:
    said = decide({}, PARTNER, "kms:ScheduleKeyDeletion").to_json()
    assert (said["decision"], said["reason"], said["layer"], said["rule"]) == ("deny", "implicit_deny", None, "K3")
    assert said["determining_statements"] == []


def test_a_decision_shows_itself_shortly_and_knows_its_request() -> None:
    request = Request(ALICE, "kms:Decrypt", KEY)
    decision = Authorizer(estate(alice=[allow()])).authorize(request)
    assert repr(decision) == "<Decision allow: allowed by identity_policy>"
    assert decision.request is request
    assert repr(decide({}, PARTNER, "kms:ScheduleKeyDeletion")) == "<Decision deny: implicit_deny by K3>"


def layers(described: dict[str, Any], **facts: Any) -> dict[Layer, str]:  # noqa: ANN401 - as Request
    return {verdict.layer: verdict.verdict for verdict in decide(described, **facts).layers}


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


def test_what_cannot_be_evaluated_is_named_with_its_effect_and_statement() -> None:
    unknown = when("StringAlmost", "team:x", "y")
    decision = decide({"alice": [allow(), allow(Condition=unknown), deny("s3:*", Condition=unknown)]})
    assert decision.allowed
    assert [diagnostic.message for diagnostic in decision.diagnostics] == [
        "unknown condition operator `StringAlmost`: the Allow does not match in statement #1 of of-alice"
    ]
    decision = decide({"alice": [allow(), deny(Condition=unknown)]})
    assert decision.reason == "explicit_deny"
    assert [diagnostic.message for diagnostic in decision.diagnostics] == [
        "unknown condition operator `StringAlmost`: the Deny matches in statement #1 of of-alice"
    ]


def test_a_key_that_the_action_does_not_carry_is_left_out_and_said() -> None:
    context = {"kms:GrantOperations": ["Decrypt"]}
    decision = decide(
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
    decision = decide({"alice": [allow(Condition=asks)], **described}, action=action, encryption_context={"a": "b"})
    assert not decision.allowed
    assert [diagnostic.message.endswith("left out") for diagnostic in decision.diagnostics] == [True]


def test_an_alias_is_named_as_it_was_asked() -> None:
    assert decide({"alice": [allow()]}, resource=ALIAS).message.endswith(f"on resource: {ALIAS}")


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
