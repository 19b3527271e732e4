"""`simulate` and `PolicySet`: what policies may be, and what layers do that are there, absent or empty."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from inspect import signature
from typing import Any

import pytest

from policyeval import (
    Authorizer,
    EntitiesError,
    Grant,
    Policy,
    PolicySet,
    PolicySyntaxError,
    Request,
    RequestError,
    Session,
    Statement,
    parse_policy,
    simulate,
)
from policyeval.authorizer.simulate import _Handed
from policyeval.model.policy import CURRENT_VERSION, Condition, Effect, Element, NamedPolicy
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
    A,
    B,
    allow,
    deny,
    grant,
    policy,
    to,
    when,
)

ALL = policy(allow())
KEYS = policy(allow("kms:*"))
OPEN = policy(allow(Principal="*"))
NEEDS_MFA = {
    "identity_policies": [policy(allow(), deny(Condition=when("Bool", "aws:MultiFactorAuthPresent", "false")))]
}
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"

# what a policy may be, and the name that a decision gives it
FORMS: list[tuple[str, Any, str]] = [
    ("a mapping", ALL, "identity policy 1"),
    ("a JSON text", json.dumps(ALL), "identity policy 1"),
    ("a parsed policy", parse_policy(ALL), "identity policy 1"),
    ("a named policy", NamedPolicy("mine", parse_policy(ALL)), "mine"),
    ("a mapping of name and document", {"name": "mine", "document": ALL}, "mine"),
    ("a mapping of a document alone", {"document": ALL}, "identity policy 1"),
]


@pytest.mark.parametrize(("given", "name"), [pytest.param(*row[1:], id=row[0]) for row in FORMS])
def test_a_policy_may_be(given: Any, name: str) -> None:
    decision = simulate(Request(ALICE, "s3:GetObject", BUCKET), PolicySet(identity_policies=[given]))
    assert decision.allowed
    assert [statement.policy for statement in decision.determining_statements] == [name]


def test_what_is_no_policy_is_refused() -> None:
    with pytest.raises(PolicySyntaxError, match="a policy has no `Statement`"):
        PolicySet(identity_policies=["{}"])
    for layer in (
        {"service_control_policies": [[OPEN]]},
        {"identity_policies": [OPEN]},
        {"permissions_boundary": OPEN},
        {"session_policies": [OPEN]},
    ):
        with pytest.raises(PolicySyntaxError, match="may not have `Principal`"):
            PolicySet(**layer)
    for layer in ({"vpc_endpoint_policy": ALL}, {"resource_control_policies": [[ALL]]}):
        with pytest.raises(PolicySyntaxError, match="has no `Principal`"):
            PolicySet(**layer)
    with pytest.raises(PolicySyntaxError, match="unknown element `name`"):
        PolicySet(identity_policies=[{"name": "mine", **ALL}])
    with pytest.raises(RequestError, match="a policy is a document, not int"):
        PolicySet(identity_policies=[7])  # type: ignore[list-item]
    with pytest.raises(RequestError, match=f"`{ADMINISTRATOR}` cannot be looked up here"):
        PolicySet(identity_policies=[ADMINISTRATOR])


UNCLOSED = "arn:aws:s3:::${aws:username"
# what a policy that was made by hand, not parsed, has of a variable that is none
NO_VARIABLE = {
    "resource": {"resource": Element((UNCLOSED,))},
    "resources but": {"resource": Element((UNCLOSED,), negated=True)},
    "condition": {"resource": Element(("*",)), "conditions": (Condition("ArnLike", "aws:SourceArn", (UNCLOSED,)),)},
}


@pytest.mark.parametrize("elements", NO_VARIABLE.values(), ids=NO_VARIABLE)
def test_a_variable_that_is_none_in_a_policy_made_by_hand_helps_nobody(elements: dict[str, Any]) -> None:
    effects: tuple[Effect, Effect] = ("Allow", "Deny")
    for effect in effects:
        action = "s3:PutObject" if effect == "Allow" else "s3:GetObject"
        statements = (
            Statement("Allow", action=Element(("s3:GetObject",)), resource=Element((BUCKET,))),
            Statement(effect, action=Element((action,)), **elements),
        )
        policies = PolicySet(identity_policies=[Policy(statements, CURRENT_VERSION)])
        decision = simulate(Request(ALICE, action, BUCKET), policies)
        assert decision.reason == ("implicit_deny" if effect == "Allow" else "explicit_deny")
        assert any("is never closed" in each.message for each in decision.diagnostics)


@pytest.mark.parametrize(
    "given", [OPEN, json.dumps(OPEN), {"name": "mine", "document": OPEN}], ids=["mapping", "text", "named"]
)
def test_a_sessions_policies_are_read_as_such(given: Any) -> None:
    request = Request(APP, "s3:GetObject", BUCKET, session=Session("s", policies=[given]))
    with pytest.raises(PolicySyntaxError, match="a session policy may not have `Principal`"):
        simulate(request, PolicySet(identity_policies=[ALL]))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "a policy has no `Statement`"),
        ({"name": "mine"}, "unknown element `name`"),
        ({"document": ALL, "Version": "2012-10-17"}, "unknown element `document`"),
        ({"document": "x"}, "unknown element `document`"),
    ],
)
def test_a_mapping_that_is_no_policy_is_refused(given: Any, message: str) -> None:
    with pytest.raises(PolicySyntaxError, match=message):
        PolicySet(identity_policies=[given])


def test_a_session_may_name_a_policy_of_aws() -> None:
    def decided(arn: str) -> bool:
        request = Request(APP, "s3:GetObject", BUCKET, session=Session("s", policies=[arn]))
        return simulate(request, PolicySet(identity_policies=[ALL])).allowed

    assert decided(ADMINISTRATOR)
    found = _Handed(Request(APP, "s3:GetObject", BUCKET), PolicySet()).managed_policy(ADMINISTRATOR)
    assert (found.name, found.arn) == ("AdministratorAccess", ADMINISTRATOR)
    with pytest.raises(RequestError, match="managed policy `arn:aws:iam::aws:policy/None` cannot be looked up here"):
        decided("arn:aws:iam::aws:policy/None")


def test_a_grant_is_what_list_grants_prints_or_parsed() -> None:
    parsed = Grant(KEY, "g2", frozenset({"Decrypt"}), grantee_principal=ALICE)
    anywhere = Grant("", "g3", frozenset({"Decrypt"}), grantee_principal=ALICE)
    elsewhere = Grant(KEY + "0", "g4", frozenset({"Decrypt"}), grantee_principal=ALICE)
    unheard = Grant(KEY, "g5", frozenset({"Teleport"}), grantee_principal=ALICE, name="named")
    grants: list[tuple[Grant | dict[str, Any], list[str]]] = [
        (grant(ALICE, "Decrypt"), ["g1"]),
        (parsed, ["g2"]),
        (anywhere, ["g3"]),
        (elsewhere, []),
        (unheard, []),
    ]
    for given, by in grants:
        decision = simulate(Request(ALICE, "kms:Decrypt", KEY), PolicySet(grants=[given]))
        assert [statement.grant_id for statement in decision.determining_statements] == by
        assert (decision.layer == "grant") is bool(by)
    with pytest.raises(EntitiesError, match="cannot be named by a grant"):
        simulate(Request(ALICE, "kms:Decrypt", KEY), PolicySet(grants=[grant("*", "Decrypt")]))


ROLE_ALLOWED = {"identity_policies": [ALL]}
# what holds, the policies, the request's facts, the reason and the layer or rule
LAYERS: list[tuple[str, dict[str, Any], dict[str, Any], str, str | None]] = [
    ("nothing at all grants nothing", {}, {}, "implicit_deny", "identity_policy"),
    ("an identity policy allows", ROLE_ALLOWED, {}, "allowed", "identity_policy"),
    ("a resource policy allows", {"resource_policy": OPEN}, {}, "allowed", "resource_policy"),
    ("a root user needs none", {}, {"principal": ROOT_A}, "allowed", "S9"),
    (
        "a service has the resource's side only",
        ROLE_ALLOWED,
        {"principal": "s3.amazonaws.com", "resource_account": A},
        "implicit_deny",
        "resource_policy",
    ),
    (
        "which may allow",
        {"resource_policy": OPEN},
        {"principal": "s3.amazonaws.com", "resource_account": A},
        "allowed",
        "resource_policy",
    ),
    ("a bucket that nobody owns is the caller's", ROLE_ALLOWED, {}, "allowed", "identity_policy"),
    (
        "and nobody's for who has no account",
        {"resource_policy": OPEN},
        {"principal": "anonymous"},
        "allowed",
        "resource_policy",
    ),
    (
        "a bucket of another account needs both halves",
        ROLE_ALLOWED,
        {"resource_account": B},
        "implicit_deny",
        "resource_policy",
    ),
    ("and has them", {**ROLE_ALLOWED, "resource_policy": OPEN}, {"resource_account": B}, "allowed", "identity_policy"),
    ("a boundary limits", {**ROLE_ALLOWED, "permissions_boundary": KEYS}, {}, "implicit_deny", "permissions_boundary"),
    ("a boundary allows", {**ROLE_ALLOWED, "permissions_boundary": ALL}, {}, "allowed", "identity_policy"),
    ("a boundary grants nothing", {"permissions_boundary": ALL}, {}, "implicit_deny", "identity_policy"),
    (
        "a session policy limits",
        {**ROLE_ALLOWED, "session_policies": [KEYS]},
        {"principal": APP},
        "implicit_deny",
        "session_policy",
    ),
    (
        "a session policy allows",
        {**ROLE_ALLOWED, "session_policies": [KEYS, ALL]},
        {"principal": APP},
        "allowed",
        "identity_policy",
    ),
    (
        "a session policy of the request counts as well",
        {**ROLE_ALLOWED, "session_policies": [KEYS]},
        {"principal": APP, "session": Session("s", policies=[ALL])},
        "allowed",
        "identity_policy",
    ),
    (
        "and denies as well",
        {**ROLE_ALLOWED, "session_policies": [ALL]},
        {"principal": APP, "session": Session("s", policies=[policy(deny())])},
        "explicit_deny",
        "session_policy",
    ),
    (
        "a session policy limits what a policy gives the federated session's user",
        {"resource_policy": policy(allow(Principal=to(ALICE))), "session_policies": [KEYS]},
        {"principal": ALICE, "session": Session("s")},
        "implicit_deny",
        "session_policy",
    ),
    (
        "and what it gives a user that has session policies without a session's name",
        {"resource_policy": policy(allow(Principal=to(ALICE))), "session_policies": [KEYS]},
        {"principal": ALICE},
        "implicit_deny",
        "session_policy",
    ),
    (
        "which is the user's where they allow it",
        {"resource_policy": policy(allow(Principal=to(ALICE))), "session_policies": [ALL]},
        {"principal": ALICE},
        "allowed",
        "resource_policy",
    ),
    (
        "such a user has temporary credentials, and so no second factor",
        {**NEEDS_MFA, "session_policies": [ALL]},
        {"principal": ALICE},
        "explicit_deny",
        "identity_policy",
    ),
    *[
        (
            f"a session policy limits {what}",
            {"grants": [given], "session_policies": [policy(allow("s3:*"))]},
            {"principal": principal, "action": action, "resource": KEY},
            "implicit_deny",
            "session_policy",
        )
        for what, given, principal, action in (
            ("what a grant gives a user", grant(ALICE, "Decrypt"), ALICE, "kms:Decrypt"),
            ("what a grant gives an account, and so its root user", grant(ROOT_A, "Decrypt"), ROOT_A, "kms:Decrypt"),
            ("a user who retires a grant", grant(BOB, "Decrypt", RetiringPrincipal=ALICE), ALICE, "kms:RetireGrant"),
            ("a root user who retires a grant", grant(BOB, "Decrypt"), ROOT_A, "kms:RetireGrant"),
        )
    ],
    (
        "which are the user's where it allows it",
        {"grants": [grant(ALICE, "Decrypt")], "session_policies": [policy(allow("kms:*"))]},
        {"principal": ALICE, "action": "kms:Decrypt", "resource": KEY},
        "allowed",
        "grant",
    ),
    (
        "a federated session without policies has nothing",
        ROLE_ALLOWED,
        {"principal": f"arn:aws:sts::{A}:federated-user/alice"},
        "implicit_deny",
        "session_policy",
    ),
    ("a session of a role by its ARN", ROLE_ALLOWED, {"principal": APP_SESSION}, "allowed", "identity_policy"),
    (
        "a level allows",
        {**ROLE_ALLOWED, "service_control_policies": [[ALL], [KEYS, ALL]]},
        {},
        "allowed",
        "identity_policy",
    ),
    (
        "one level that does not",
        {**ROLE_ALLOWED, "service_control_policies": [[ALL], [KEYS]]},
        {},
        "implicit_deny",
        "service_control_policy",
    ),
    (
        "an empty level",
        {**ROLE_ALLOWED, "service_control_policies": [[]]},
        {},
        "implicit_deny",
        "service_control_policy",
    ),
    (
        "levels under conditions",
        {
            **ROLE_ALLOWED,
            "service_control_policies": [
                [policy(allow(Condition=when("Null", "team:x", "true")))],
                [policy(allow(Condition=when("Null", "team:x", "false")))],
            ],
        },
        {},
        "implicit_deny",
        "service_control_policy",
    ),
    (
        "which all hold",
        {
            **ROLE_ALLOWED,
            "service_control_policies": [
                [policy(allow(Condition=when("Null", "team:x", "true")))],
                [policy(allow(Condition=when("Null", "team:y", "true")))],
            ],
        },
        {},
        "allowed",
        "identity_policy",
    ),
    (
        "a level denies",
        {**ROLE_ALLOWED, "service_control_policies": [[ALL, policy(deny("s3:*"))]]},
        {},
        "explicit_deny",
        "service_control_policy",
    ),
    (
        "a resource control policy denies",
        {**ROLE_ALLOWED, "resource_control_policies": [[policy(deny("s3:*", Principal="*"))]]},
        {},
        "explicit_deny",
        "resource_control_policy",
    ),
    (
        "its level allows by itself",
        {**ROLE_ALLOWED, "resource_control_policies": [[policy(deny("kms:*", Principal="*"))]]},
        {},
        "allowed",
        "identity_policy",
    ),
    (
        "an empty level of them",
        {**ROLE_ALLOWED, "resource_control_policies": [[]]},
        {},
        "implicit_deny",
        "resource_control_policy",
    ),
    (
        "not for a service-linked role",
        {**ROLE_ALLOWED, "resource_control_policies": [[]], "service_control_policies": [[]]},
        {"principal": f"arn:aws:iam::{A}:role/aws-service-role/x.amazonaws.com/L"},
        "allowed",
        "identity_policy",
    ),
    (
        "which their denies do not bind either",
        {**ROLE_ALLOWED, "resource_control_policies": [[policy(deny(Principal="*"))]]},
        {"principal": f"arn:aws:iam::{A}:role/aws-service-role/x.amazonaws.com/L"},
        "allowed",
        "identity_policy",
    ),
    (
        "an endpoint policy limits",
        {**ROLE_ALLOWED, "vpc_endpoint_policy": policy(allow("kms:*", Principal="*"))},
        {},
        "implicit_deny",
        "vpc_endpoint_policy",
    ),
    (
        "an endpoint policy allows",
        {**ROLE_ALLOWED, "vpc_endpoint_policy": OPEN},
        {"vpc_endpoint": "vpce-1"},
        "allowed",
        "identity_policy",
    ),
    (
        "an endpoint policy denies",
        {**ROLE_ALLOWED, "vpc_endpoint_policy": policy(deny(Principal="*"))},
        {"vpc_endpoint": "vpce-1"},
        "explicit_deny",
        "vpc_endpoint_policy",
    ),
    (
        "whose bucket it is may be told",
        ROLE_ALLOWED,
        {"context": {"aws:resourceAccount": B}},
        "implicit_deny",
        "resource_policy",
    ),
    (
        "also by S3's own name for it",
        ROLE_ALLOWED,
        {"context": {"s3:ResourceAccount": B}},
        "implicit_deny",
        "resource_policy",
    ),
    (
        "a session goes by its name",
        {"identity_policies": [policy(allow(), deny(Condition=when("StringLike", "aws:userid", "*:monday")))]},
        {"principal": APP_SESSION},
        "explicit_deny",
        "identity_policy",
    ),
    (
        "and by no other",
        {"identity_policies": [policy(allow(), deny(Condition=when("StringLike", "aws:userid", "*:tuesday")))]},
        {"principal": APP_SESSION},
        "allowed",
        "identity_policy",
    ),
    (
        "whose endpoint it is may be told",
        {"identity_policies": [policy(allow(), deny(Condition=when("StringEquals", "aws:VpceAccount", B)))]},
        {"vpc_endpoint": "vpce-1", "context": {"aws:VpceAccount": B}},
        "explicit_deny",
        "identity_policy",
    ),
    ("it grants nothing", {"vpc_endpoint_policy": OPEN}, {}, "implicit_deny", "identity_policy"),
    ("a role that showed no second factor", NEEDS_MFA, {"principal": APP}, "explicit_deny", "identity_policy"),
    (
        "a role that showed one",
        NEEDS_MFA,
        {"principal": APP, "context": {"aws:MultiFactorAuthPresent": True}},
        "allowed",
        "identity_policy",
    ),
    ("a user whose credentials do not tell of any", NEEDS_MFA, {}, "allowed", "identity_policy"),
    (
        "a service's call does not come through it",
        {**ROLE_ALLOWED, "vpc_endpoint_policy": policy(deny(Principal="*"))},
        {"via_service": "athena.us-east-1.amazonaws.com"},
        "allowed",
        "identity_policy",
    ),
    (
        "another partition is out of reach",
        {**ROLE_ALLOWED, "resource_policy": OPEN},
        {"resource": f"arn:aws-cn:sqs:cn-north-1:{A}:orders"},
        "implicit_deny",
        "S6",
    ),
    (
        "also with a session",
        ROLE_ALLOWED,
        {"principal": f"arn:aws-cn:sts::{A}:assumed-role/app/s", "resource": f"arn:aws-cn:sqs:cn-north-1:{A}:orders"},
        "allowed",
        "identity_policy",
    ),
]


@pytest.mark.parametrize(("layers", "facts", "reason", "by"), [pytest.param(*row[1:], id=row[0]) for row in LAYERS])
def test_layers(layers: dict[str, Any], facts: dict[str, Any], reason: str, by: str) -> None:
    request = Request(**{"principal": ALICE, "action": "s3:GetObject", "resource": BUCKET} | facts)
    decision = simulate(request, PolicySet(**layers))
    assert (decision.reason, decision.layer or decision.rule) == (reason, by)


# what holds, the key policy, who asks, what its own account says, the reason and the layer
ON_KEYS: list[tuple[str, Mapping[str, object] | None, str, Any, str, str]] = [
    ("a key policy that delegates", policy(DELEGATES), ALICE, ALL, "allowed", "identity_policy"),
    ("needs an identity policy", policy(DELEGATES), ALICE, KEYS, "allowed", "identity_policy"),
    ("and has no other way", policy(DELEGATES), ALICE, None, "implicit_deny", "identity_policy"),
    (
        "a key policy that names a user needs nothing else",
        policy(allow(Principal=to(ALICE))),
        ALICE,
        None,
        "allowed",
        "resource_policy",
    ),
    ("in its own account", policy(allow(Principal=to(PARTNER))), PARTNER, None, "implicit_deny", "identity_policy"),
    ("no key policy, no way", None, ALICE, ALL, "implicit_deny", "resource_policy"),
    ("another account that is let in", policy(allow(Principal=to(B))), PARTNER, ALL, "allowed", "identity_policy"),
    (
        "another account's root user",
        policy(allow(Principal=to(B))),
        f"arn:aws:iam::{B}:root",
        None,
        "allowed",
        "resource_policy",
    ),
]


@pytest.mark.parametrize(
    ("key", "principal", "own", "reason", "layer"), [pytest.param(*row[1:], id=row[0]) for row in ON_KEYS]
)
def test_a_key(key: Any, principal: str, own: Any, reason: str, layer: str) -> None:
    policies = PolicySet(resource_policy=key, identity_policies=[own] if own is not None else [])
    decision = simulate(Request(principal, "kms:Decrypt", KEY), policies)
    assert (decision.reason, decision.layer) == (reason, layer)


def test_which_key_an_alias_points_to_is_not_known() -> None:
    with pytest.raises(RequestError, match="which key"):
        simulate(Request(ALICE, "kms:Decrypt", ALIAS), PolicySet(resource_policy=OPEN))
    assert simulate(Request(ALICE, "kms:CreateAlias", ALIAS), PolicySet(identity_policies=[ALL])).allowed


@pytest.mark.parametrize(
    "principal", ["arn:aws:iam::12:user/x", "arn:aws:iam::12:root", "arn:aws:sts::12:assumed-role/a/b"]
)
def test_a_principal_has_an_account(principal: str) -> None:
    with pytest.raises(RequestError, match="has no account id"):
        simulate(Request(principal, "s3:GetObject", BUCKET), PolicySet())


@pytest.mark.parametrize(
    "one", [ALL, json.dumps(ALL), parse_policy(ALL), NamedPolicy("n", parse_policy(ALL)), None, b""]
)
def test_one_policy_is_no_list_of_policies(one: Any) -> None:
    with pytest.raises(RequestError, match=r"a list of policies belongs there \(identity policy 1, …\)"):
        PolicySet(identity_policies=one)
    with pytest.raises(RequestError, match="SCP of level 1, policy 1"):
        PolicySet(service_control_policies=[one])
    with pytest.raises(RequestError, match="session policy 1"):
        PolicySet(session_policies=one)


# what stands where a list belongs, and what is said
NO_LISTS: list[tuple[dict[str, Any], str]] = [
    ({"service_control_policies": None}, "a list of levels of SCPs belongs there, not NoneType"),
    ({"service_control_policies": ALL}, "a list of levels of SCPs belongs there, not dict"),
    ({"resource_control_policies": 5}, "a list of levels of RCPs belongs there, not int"),
    ({"grants": None}, "a list of grants belongs there, not NoneType"),
    ({"grants": grant(ALICE, "Decrypt")}, "a list of grants belongs there, not dict"),
    ({"grants": Grant(KEY, "g", frozenset({"Decrypt"}))}, "a list of grants belongs there, not Grant"),
]


@pytest.mark.parametrize(("given", "message"), NO_LISTS)
def test_nor_is_one_thing_a_list_of_levels_or_grants(given: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        PolicySet(**given)


def test_nor_is_one_policy_the_policies_of_a_session() -> None:
    session = Session("s1", policies=ALL)  # type: ignore[arg-type]
    with pytest.raises(RequestError, match="session policy 1"):
        simulate(Request(APP, "s3:GetObject", BUCKET, session=session), PolicySet())


def test_the_role_of_a_session_may_have_a_path() -> None:
    request = Request(f"arn:aws:sts::{A}:assumed-role/svc/app/s", "s3:GetObject", BUCKET)
    named = policy(allow(Principal=to(f"arn:aws:iam::{A}:role/svc/app")))
    assert simulate(request, PolicySet(resource_policy=named)).allowed


def test_a_grant_needs_no_id() -> None:
    grant = {"GranteePrincipal": APP, "Operations": ["Decrypt"]}
    decision = simulate(Request(APP, "kms:Decrypt", KEY), PolicySet(grants=[grant]))
    assert [bool(statement.grant_id) for statement in decision.determining_statements] == [True]


@pytest.mark.parametrize("operation", ["ScheduleKeyDeletion", "decrypt", ""])
def test_a_grant_gives_no_operation_that_none_can_give(operation: str) -> None:
    given = Grant(KEY, "g1", frozenset({operation, "Encrypt"}), grantee_principal=ALICE)
    for action, allowed in ((f"kms:{operation or 'Decrypt'}", False), ("kms:Encrypt", True)):
        assert simulate(Request(ALICE, action, KEY), PolicySet(grants=[given])).allowed is allowed


@pytest.mark.parametrize(("subset", "allowed"), [({"a": "1"}, True), ({"b": "2"}, False), ({}, True)])
def test_of_two_constraints_of_a_grant_both_hold(subset: dict[str, str], allowed: bool) -> None:  # noqa: FBT001 - a column of the table
    given = Grant(
        KEY, "g1", frozenset({"Decrypt"}), grantee_principal=ALICE, context_equals={"a": "1"}, context_subset=subset
    )
    request = Request(ALICE, "kms:Decrypt", KEY, encryption_context={"a": "1"})
    assert simulate(request, PolicySet(grants=[given])).allowed is allowed


def test_an_action_may_be_of_any_letters() -> None:
    request = Request(APP, "team:XyZ", BUCKET)
    assert simulate(request, PolicySet(identity_policies=[policy(allow("team:X*"))])).allowed


def test_a_resource_is_an_arn() -> None:
    with pytest.raises(RequestError, match="`bucket` is no resource"):
        simulate(Request(ALICE, "s3:GetObject", "bucket"), PolicySet())


def test_retirement_by_grant() -> None:
    given = grant(BOB, "Decrypt", RetiringPrincipal=ALICE, IssuingAccount=B)
    decision = simulate(Request(ALICE, "kms:RetireGrant", KEY), PolicySet(grants=[given]))
    assert (decision.reason, decision.layer) == ("allowed", "grant")
    assert [str(statement) for statement in decision.determining_statements] == ["grant g1"]
    decision = simulate(Request(BOB, "kms:RetireGrant", KEY), PolicySet(grants=[given], identity_policies=[ALL]))
    assert (decision.reason, decision.rule) == ("implicit_deny", "G5")


def test_a_grant_of_an_issuing_account_that_is_written_as_an_arn() -> None:
    for issuer, allowed in [(ROOT_A, True), (A, True), (f"arn:aws:iam::{B}:root", False), (BOB, False), (None, False)]:
        given = Grant(KEY, "g1", frozenset({"Decrypt"}), grantee_principal=BOB, issuing_account=issuer)
        policies = PolicySet(grants=[given], identity_policies=[ALL])
        assert simulate(Request(ALICE, "kms:RetireGrant", KEY), policies).allowed is allowed


def test_the_time_is_now_unless_it_is_said() -> None:
    since = policy(allow(Condition=when("DateGreaterThan", "aws:CurrentTime", "2026-01-31")))
    policies = PolicySet(identity_policies=[since])
    assert simulate(Request(ALICE, "s3:GetObject", BUCKET), policies).allowed
    early = Request(ALICE, "s3:GetObject", BUCKET, at=datetime(2026, 1, 30, tzinfo=UTC))
    assert not simulate(early, policies).allowed
    assert simulate(
        Request(ALICE, "s3:GetObject", BUCKET), policies, clock=lambda: datetime.max.replace(tzinfo=UTC)
    ).allowed


def test_nobody_is_described_where_policies_are_handed_over() -> None:
    decision = simulate(Request(ALICE, "kms:ListKeys", "*"), PolicySet(identity_policies=[ALL]))
    assert decision.allowed
    condition = when("StringLike", "aws:userid", "AIDA*")
    context = {"aws:userid": "AIDAEXAMPLE"}
    policies = PolicySet(identity_policies=[policy(allow(Condition=condition))])
    assert simulate(Request(ALICE, "kms:ListKeys", "*", context=context), policies).allowed
    assert not simulate(Request(ALICE, "kms:ListKeys", "*"), policies).allowed
    assert list(_Handed(Request(ALICE, "kms:ListKeys", "*"), policies).principals()) == []


def test_no_record_of_what_is_handed_over_says_that_it_is_whole() -> None:
    handed = _Handed(Request("s3.amazonaws.com", "s3:GetObject", BUCKET), PolicySet(vpc_endpoint_policy=OPEN))
    root, user, bucket = handed.principal(ROOT_A), handed.principal(ALICE), handed.resource(BUCKET)
    assert bucket is not None
    assert [root.described, user.described, bucket.described] == [False, False, False]
    assert [root.account.organization_known, bucket.account.organization_known] == [False, False]
    assert (root.arn, root.name, user.name, user.path) == (ROOT_A, "root", "alice", "/")
    assert bucket.account.id == ""  # a service has none
    endpoint = handed.endpoint("vpce-1")
    assert (endpoint.id, endpoint.vpc, endpoint.account_id) == ("vpce-1", None, "")
    assert endpoint.policy is not None


@pytest.mark.parametrize("asks", [simulate, Authorizer.__init__])
def test_the_clock_that_goes_without_saying_is_in_utc(asks: Any) -> None:
    assert signature(asks).parameters["clock"].default().tzinfo is UTC
