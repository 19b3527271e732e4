"""`who_can`: certain, conditional or not at all, over every context there can be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policyeval import Authorizer, Entities
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
    TO_B,
    A,
    B,
    M,
    allow,
    at_least,
    deny,
    estate,
    grant,
    only,
    to,
    when,
)

FROM_OFFICE = when("IpAddress", "aws:SourceIp", "10.0.0.0/8")
BLUE = when("StringEquals", "aws:PrincipalTag/team", "blue")
NOT_ALICE = when("ArnNotLike", "aws:PrincipalArn", ALICE)
DELEGATES = allow(Principal=to(A))

# what holds, the estate, whose access, its verdict, what it depends on; asked is kms:Decrypt
WHO: list[tuple[str, dict[str, Any], str, str, tuple[str, ...]]] = [
    ("an allow without conditions is certain", {"alice": [allow()]}, ALICE, "allow", ()),
    ("who has no allow has no access", {"alice": [allow()]}, BOB, "deny", ()),
    ("a root user has what its account is let in for", {}, ROOT_A, "allow", ()),
    (
        "an allow under a condition on the network is conditional",
        {"alice": [allow(Condition=FROM_OFFICE)]},
        ALICE,
        "conditional",
        ("IpAddress aws:SourceIp = 10.0.0.0/8",),
    ),
    (
        "a deny under a condition makes an allow conditional",
        {"alice": [allow(), deny(Condition=FROM_OFFICE)]},
        ALICE,
        "conditional",
        ("not IpAddress aws:SourceIp = 10.0.0.0/8",),
    ),
    ("a deny without conditions is the end of it", {"alice": [allow(), deny("kms:*")]}, ALICE, "deny", ()),
    ("a deny of another action is not", {"alice": [allow(), deny("s3:*")]}, ALICE, "allow", ()),
    (
        "each condition is named once, whoever has it",
        {"alice": [allow(Condition=FROM_OFFICE)], "key": [allow(Principal=to(A), Condition=FROM_OFFICE)]},
        ALICE,
        "conditional",
        ("IpAddress aws:SourceIp = 10.0.0.0/8",),
    ),
    (
        "a condition that is settled is not named beside one that is open",
        {"alice": [allow(Condition={**BLUE, **FROM_OFFICE})]},
        ALICE,
        "conditional",
        ("IpAddress aws:SourceIp = 10.0.0.0/8",),
    ),
    (
        "what is open in a Deny that spares the caller otherwise is not named",
        {
            "alice": [
                allow(Condition=FROM_OFFICE),
                deny(Condition=when("StringNotEquals", "aws:SourceVpce", "vpce-9") | NOT_ALICE),
            ]
        },
        ALICE,
        "conditional",
        ("IpAddress aws:SourceIp = 10.0.0.0/8",),
    ),
    (
        "nor what is open in a statement about another key",
        {
            "alice": [
                allow(Condition=FROM_OFFICE),
                deny(Resource=f"{KEY}x", Condition=when("Bool", "aws:SecureTransport", "false")),
            ]
        },
        ALICE,
        "conditional",
        ("IpAddress aws:SourceIp = 10.0.0.0/8",),
    ),
    (
        "a Resource of everything depends on no variable that stands beside it",
        {"alice": [allow(Resource=["*", "arn:aws:s3:::${aws:SourceVpc}/*"], Condition=FROM_OFFICE)]},
        ALICE,
        "conditional",
        ("IpAddress aws:SourceIp = 10.0.0.0/8",),
    ),
    (
        "a statement that names others is not what access depends on",
        {"alice": [allow(Condition=FROM_OFFICE)], "key": [DELEGATES, deny(Principal=to(BOB), Condition=BLUE)]},
        ALICE,
        "conditional",
        ("IpAddress aws:SourceIp = 10.0.0.0/8",),
    ),
    (
        "those who are denied keep none from being asked after",
        {
            "alice": [allow(Condition=FROM_OFFICE)],
            "key": [
                deny(Principal=to(BOB), Condition=BLUE),
                DELEGATES,
                allow(Principal="*", Condition=when("Bool", "aws:SecureTransport", "true")),
            ],
        },
        ALICE,
        "conditional",
        ("Bool aws:SecureTransport = true", "IpAddress aws:SourceIp = 10.0.0.0/8"),
    ),
    # What principal and resource settle.
    (
        "a user's ARN is known",
        {"alice": [allow(Condition=when("ArnLike", "aws:PrincipalArn", ALICE))]},
        ALICE,
        "allow",
        (),
    ),
    (
        "and so that it is another",
        {"alice": [allow(Condition=when("ArnLike", "aws:PrincipalArn", BOB))]},
        ALICE,
        "deny",
        (),
    ),
    (
        "a user's name is known",
        {"alice": [allow(Condition=when("StringLike", "aws:username", "a*"))]},
        ALICE,
        "allow",
        (),
    ),
    ("a user's tags are known", {"alice": [allow(Condition=BLUE)]}, ALICE, "allow", ()),
    (
        "and so are tags that a user has not",
        {"alice": [allow(Condition=when("Null", "aws:PrincipalTag/x", "true"))]},
        ALICE,
        "allow",
        (),
    ),
    (
        "a role's sessions may bring other tags than the role's",
        {"app": [allow(Condition=BLUE)]},
        APP,
        "conditional",
        ("StringEquals aws:PrincipalTag/team = blue",),
    ),
    (
        "and their own source identity",
        {"app": [allow(Condition=when("Null", "aws:SourceIdentity", "true"))]},
        APP,
        "conditional",
        ("Null aws:SourceIdentity = true",),
    ),
    (
        "and their own user id",
        {"app": [allow(Condition=when("StringLike", "aws:userid", "*:monday"))]},
        APP,
        "conditional",
        ("StringLike aws:userid = *:monday",),
    ),
    ("a role's ARN is known", {"app": [allow(Condition=when("ArnLike", "aws:PrincipalArn", APP))]}, APP, "allow", ()),
    (
        "a user may sign with temporary credentials",
        {"alice": [allow(Condition=when("Null", "aws:TokenIssueTime", "true"))]},
        ALICE,
        "conditional",
        ("Null aws:TokenIssueTime = true",),
    ),
    (
        "the caller's account is known",
        {"key": [allow(Principal="*", Condition=when("StringEquals", "kms:CallerAccount", A))]},
        BOB,
        "allow",
        (),
    ),
    (
        "that there is no organization is known",
        {"alice": [allow(Condition=when("Null", "aws:PrincipalOrgID", "true"))]},
        ALICE,
        "allow",
        (),
    ),
    (
        "an organization is known",
        {"alice": [allow(Condition=when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))], "organized": True},
        ALICE,
        "allow",
        (),
    ),
    (
        "a key's tags are known",
        {"alice": [allow(Condition=when("StringEquals", "aws:ResourceTag/env", "dev"))]},
        ALICE,
        "deny",
        (),
    ),
    (
        "and those that it has not",
        {"alice": [allow(Condition=when("Null", "aws:ResourceTag/x", "true"))]},
        ALICE,
        "allow",
        (),
    ),
    *[
        (
            f"with {operator} a key that is settled is known",
            {"alice": [allow(Condition=when(f"{operator}:StringEquals", "kms:ResourceAliases", *aliases))]},
            ALICE,
            verdict,
            (),
        )
        for operator, aliases, verdict in [
            ("ForAnyValue", ("alias/app", "alias/x"), "allow"),
            ("ForAnyValue", ("alias/x",), "deny"),
            ("ForAllValues", ("alias/app", "alias/x"), "allow"),
            ("ForAllValues", ("alias/x",), "deny"),
        ]
    ],
    (
        "with a set operator a key that is open is not",
        {"alice": [allow(Condition=when("ForAnyValue:StringEquals", "aws:TagKeys", "a"))]},
        ALICE,
        "conditional",
        ("ForAnyValue:StringEquals aws:TagKeys = a",),
    ),
    (
        "a key's spec is known",
        {"alice": [allow(Condition=when("StringEquals", "kms:KeySpec", "SYMMETRIC_DEFAULT"))]},
        ALICE,
        "allow",
        (),
    ),
    (
        "a variable that principal and resource settle is known",
        {"alice": [allow(), deny(NotResource="arn:aws:kms:*:*:key/${aws:username}")]},
        ALICE,
        "deny",
        (),
    ),
    (
        "a variable that the request fills is not",
        {"alice": [allow(Resource="arn:aws:kms:*:*:key/${aws:SourceVpc}")]},
        ALICE,
        "conditional",
        ("Resource = arn:aws:kms:*:*:key/${aws:SourceVpc}",),
    ),
    (
        "a pattern of another resource is settled",
        {"alice": [allow(Resource="arn:aws:kms:*:*:key/x*")]},
        ALICE,
        "deny",
        (),
    ),
    (
        "and one of this",
        {"alice": [allow(Resource=["arn:aws:kms:*:*:key/x*", "arn:aws:kms:*:*:key/1*"])]},
        ALICE,
        "allow",
        (),
    ),
    (
        "all of many conditions must hold",
        {"alice": [allow(Condition={**BLUE, **FROM_OFFICE, **when("StringLike", "aws:username", "b*")})]},
        ALICE,
        "deny",
        (),
    ),
    (
        "only what names a principal makes its access conditional",
        {
            "key": [
                allow(Principal=to(BOB), Condition=FROM_OFFICE),
                allow(Principal=to(APP), Condition=when("StringEquals", "aws:SourceVpc", "v")),
            ]
        },
        BOB,
        "conditional",
        ("IpAddress aws:SourceIp = 10.0.0.0/8",),
    ),
    # Sessions of a role.
    (
        "a role whose one session is named may get through",
        {"key": [allow(Principal=to(APP_SESSION))]},
        APP,
        "conditional",
        (f"Principal = {APP_SESSION}",),
    ),
    (
        "a role whose one session is denied may not",
        {"key": [allow(Principal=to(APP)), deny(Principal=to(APP_SESSION))]},
        APP,
        "conditional",
        (f"not Principal = {APP_SESSION}",),
    ),
    (
        "a user is no session",
        {"key": [allow(Principal=to(f"arn:aws:sts::{A}:assumed-role/alice/x"))]},
        ALICE,
        "deny",
        (),
    ),
    (
        "nor is another role's session its own",
        {"key": [allow(Principal=to(f"arn:aws:sts::{A}:assumed-role/apps/x"))]},
        APP,
        "deny",
        (),
    ),
    # What cannot be evaluated never helps, in no context.
    ("a name that cannot be read lets nobody in", {"key": [allow(Principal=to("alice"))]}, BOB, "deny", ()),
    (
        "and, in a deny, everyone out",
        {"key": [DELEGATES, deny(Principal=to("alice"))], "alice": [allow()]},
        ALICE,
        "deny",
        (),
    ),
    ("an allow to all but some lets nobody in", {"key": [allow(NotPrincipal=to(ALICE))]}, BOB, "deny", ()),
    (
        "a deny to all but one session may spare its role",
        {"key": [DELEGATES, deny(NotPrincipal=to(A, APP, APP_SESSION))], "app": [allow()]},
        APP,
        "conditional",
        (f"Principal = {APP_SESSION}",),
    ),
    (
        "a deny to all but a role spares none of its sessions",
        {"key": [DELEGATES, deny(NotPrincipal=to(A, APP))], "app": [allow()]},
        APP,
        "deny",
        (),
    ),
    (
        "a user without a unique id may be told one",
        {"key": [allow(Principal="*", Condition=when("StringEquals", "aws:userid", "AIDAX"))]},
        BOB,
        "conditional",
        ("StringEquals aws:userid = AIDAX",),
    ),
    (
        "a user with one may not",
        {"key": [allow(Principal="*", Condition=when("StringEquals", "aws:userid", "AIDAX"))]},
        ALICE,
        "deny",
        (),
    ),
    (
        "an allow of a key policy by a key's tag matches never",
        {"key": [allow(Principal=to(BOB), Condition=when("StringEquals", "aws:ResourceTag/env", "prod"))]},
        BOB,
        "deny",
        (),
    ),
    (
        "a deny of a key policy by a key's tag matches always",
        {
            "key": [
                allow(Principal=to(BOB)),
                deny(Principal="*", Condition=when("StringEquals", "aws:ResourceTag/env", "dev")),
            ]
        },
        BOB,
        "deny",
        (),
    ),
    # Grants.
    ("a grant without constraints is certain", {"grants": [grant(APP, "Decrypt")]}, APP, "allow", ()),
    ("a grant of other operations gives nothing", {"grants": [grant(APP, "Encrypt")]}, APP, "deny", ()),
    (
        "a grant to an account delegates",
        {"grants": [grant(A, "Decrypt")], "key": [TO_B], "alice": [allow()]},
        ALICE,
        "allow",
        (),
    ),
    (
        "a grant for one encryption context is conditional",
        {"grants": [grant(BOB, "Decrypt", **only(tenant="blue"))]},
        BOB,
        "conditional",
        ("EncryptionContextEquals tenant = blue",),
    ),
    (
        "a grant for a part of one is, too",
        {"grants": [grant(BOB, "Decrypt", **at_least(tenant="blue"))]},
        BOB,
        "conditional",
        ("EncryptionContextSubset tenant = blue",),
    ),
    (
        "a grant for one source is conditional",
        {"grants": [grant(BOB, "Decrypt", Constraints={"SourceArn": "arn:aws:s3:::b"})]},
        BOB,
        "conditional",
        ("SourceArn = arn:aws:s3:::b",),
    ),
    (
        "a grant to one session may let its role through",
        {"grants": [grant(APP_SESSION, "Decrypt")]},
        APP,
        "conditional",
        (f"Principal = {APP_SESSION}",),
    ),
    # Service control and resource control policies, boundaries.
    (
        "a service control policy that is silent denies",
        {"scps": [[allow("s3:*")]], "alice": [allow()]},
        ALICE,
        "deny",
        (),
    ),
    ("but not a service-linked role", {"scps": [[allow("s3:*")]], "linked": [allow()]}, LINKED, "allow", ()),
    (
        "a service control policy under a condition makes it conditional",
        {"scps": [[allow(), deny("kms:*", Condition=FROM_OFFICE)]], "alice": [allow()]},
        ALICE,
        "conditional",
        ("not IpAddress aws:SourceIp = 10.0.0.0/8",),
    ),
    (
        "a resource control policy denies everyone",
        {"rcps": [deny("kms:Decrypt", Principal="*")], "alice": [allow()]},
        ALICE,
        "deny",
        (),
    ),
    (
        "but not a service-linked role either",
        {"rcps": [deny("kms:Decrypt", Principal="*")], "linked": [allow()]},
        LINKED,
        "allow",
        (),
    ),
    (
        "a boundary under a condition makes it conditional",
        {"app": [allow()], "app_boundary": [allow(Condition=FROM_OFFICE)]},
        APP,
        "conditional",
        ("IpAddress aws:SourceIp = 10.0.0.0/8",),
    ),
    ("another account's role needs its own half, too", {"key": [TO_B]}, PARTNER, "deny", ()),
    ("and gets through with both", {"key": [TO_B], "partner": [allow()]}, PARTNER, "allow", ()),
]


@pytest.mark.parametrize(
    ("described", "principal", "verdict", "conditions"), [pytest.param(*row[1:], id=row[0]) for row in WHO]
)
def test_who_can(described: dict[str, Any], principal: str, verdict: str, conditions: tuple[str, ...]) -> None:
    found = {access.principal: access for access in Authorizer(estate(**described)).who_can("kms:Decrypt", KEY)}
    assert (found[principal].verdict, found[principal].conditions) == (verdict, conditions)


# what holds, the action, the grant, whose access, its verdict
OPERATIONS: list[tuple[str, str, Any, str, str]] = [
    ("constraints do not bind DescribeKey", "kms:DescribeKey", grant(BOB, "DescribeKey", **only(a="b")), BOB, "allow"),
    (
        "but for the source's",
        "kms:DescribeKey",
        grant(BOB, "DescribeKey", Constraints={"SourceArn": "arn:aws:s3:::b"}),
        BOB,
        "conditional",
    ),
    ("what a child grant asks is not known", "kms:CreateGrant", grant(BOB, "CreateGrant"), BOB, "conditional"),
    ("a retiring principal retires", "kms:RetireGrant", grant(APP, "Decrypt", RetiringPrincipal=BOB), BOB, "allow"),
    ("a retiring role retires", "kms:RetireGrant", grant(BOB, "Decrypt", RetiringPrincipal=APP), APP, "allow"),
    ("a grantee retires if the grant says so", "kms:RetireGrant", grant(BOB, "RetireGrant"), BOB, "allow"),
    ("and only then", "kms:RetireGrant", grant(BOB, "Decrypt"), BOB, "deny"),
    (
        "one session retires, so its role may",
        "kms:RetireGrant",
        grant(BOB, "Decrypt", RetiringPrincipal=APP_SESSION),
        APP,
        "conditional",
    ),
    (
        "a grantee's session retires, so its role may",
        "kms:RetireGrant",
        grant(APP_SESSION, "RetireGrant"),
        APP,
        "conditional",
    ),
    ("a session that only decrypts does not", "kms:RetireGrant", grant(APP_SESSION, "Decrypt"), APP, "deny"),
]


@pytest.mark.parametrize(
    ("action", "given", "principal", "verdict"), [pytest.param(*row[1:], id=row[0]) for row in OPERATIONS]
)
def test_who_can_by_grant(action: str, given: Any, principal: str, verdict: str) -> None:
    found = {access.principal: access for access in Authorizer(estate(grants=[given])).who_can(action, KEY)}
    assert found[principal].verdict == verdict


def test_who_can_waits_for_grants_that_are_spreading() -> None:
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    new = grant(BOB, "Decrypt", CreationDate="2026-01-31T11:59:00Z")

    def verdict(minutes: int, **described: Any) -> str:
        source = estate(grants=[new], **described)
        authorizer = Authorizer(source, grant_delay=timedelta(minutes=minutes), clock=lambda: noon)
        return {access.principal: access.verdict for access in authorizer.who_can("kms:Decrypt", KEY)}[BOB]

    assert [verdict(0), verdict(5)] == ["allow", "deny"]
    office = {"key": [allow(Principal=to(BOB), Condition=FROM_OFFICE)]}
    assert [verdict(0, **office), verdict(5, **office)] == ["allow", "conditional"]


def test_who_can_asks_every_described_principal_root_users_included() -> None:
    found = [access.principal for access in Authorizer(estate()).who_can("kms:Decrypt", KEY)]
    roots = [f"arn:aws:iam::{account}:root" for account in (A, B, M)]
    assert sorted(found) == sorted([ALICE, BOB, APP, LINKED, PARTNER, *roots])


def test_actions_without_a_resource_are_asked_on_everything() -> None:
    accesses = Authorizer(estate(alice=[allow("kms:CreateKey")])).who_can("kms:CreateKey", "*")
    assert {access.principal: access.verdict for access in accesses if access.principal in {ALICE, BOB, ROOT_A}} == {
        ALICE: "allow",
        BOB: "deny",
        ROOT_A: "allow",
    }


SECRET = when("StringEquals", "aws:ResourceTag/class", "secret")
# what holds, the action, the resource, the user's policy, its verdict
UNTOLD: list[tuple[str, str, str, list[Any], str]] = [
    (
        "an object's own tags are not known",
        "s3:GetObject",
        f"{BUCKET}/x",
        [allow(), deny(Condition=when("StringEquals", "s3:ExistingObjectTag/class", "secret"))],
        "conditional",
    ),
    ("what all have of one is its bucket's", "s3:GetObject", f"{BUCKET}/x", [allow(), deny(Condition=SECRET)], "allow"),
    (
        "through which access point the bucket is asked is not known",
        "s3:ListBucket",
        BUCKET,
        [allow(Condition=when("StringEquals", "s3:DataAccessPointAccount", A))],
        "conditional",
    ),
    ("its bucket's are", "s3:ListBucket", BUCKET, [allow(), deny(Condition=SECRET)], "allow"),
    (
        "the tags of what is not described are not known",
        "sqs:SendMessage",
        f"arn:aws:sqs:us-east-1:{A}:orders",
        [allow(Condition=SECRET)],
        "conditional",
    ),
    (
        "whose it is, is",
        "rds:StartDBInstance",
        f"arn:aws:rds:us-east-1:{A}:db:orders",
        [allow(Condition=when("StringEquals", "aws:ResourceAccount", A))],
        "allow",
    ),
    (
        "what policy it has is not",
        "sqs:SendMessage",
        f"arn:aws:sqs:us-east-1:{A}:orders",
        [allow()],
        "conditional",
    ),
    (
        "which key is made is not known before",
        "kms:CreateKey",
        "*",
        [allow(Condition=when("StringEquals", "kms:KeySpec", "RSA_2048"))],
        "conditional",
    ),
    (
        "which key is there is",
        "kms:EnableKey",
        KEY,
        [allow(Condition=when("StringEquals", "kms:KeySpec", "RSA_2048"))],
        "deny",
    ),
    ("a key's tags are", "kms:EnableKey", KEY, [allow(Condition=SECRET)], "deny"),
]


@pytest.mark.parametrize(
    ("action", "resource", "policies", "verdict"), [pytest.param(*row[1:], id=row[0]) for row in UNTOLD]
)
def test_who_can_where_the_resource_is_not_all_known(
    action: str, resource: str, policies: list[Any], verdict: str
) -> None:
    source = estate(alice=policies, bucket=[allow(Principal=to(BOB))])
    found = {access.principal: access for access in Authorizer(source).who_can(action, resource)}
    assert found[ALICE].verdict == verdict


def test_who_can_tag_new_keys_but_for_those_of_a_region_can_under_a_condition() -> None:
    every = f"arn:aws:kms:us-east-1:{A}:key/*"
    for fenced in (deny(Resource=every), deny(Resource=every, Condition=FROM_OFFICE)):
        found = Authorizer(estate(alice=[allow(), fenced], app=[allow()])).who_can("kms:TagResource", "*")
        said = {access.principal: access for access in found}
        assert said[ALICE].verdict == "conditional"
        assert f"not Resource = {every}" in said[ALICE].conditions
        assert (said[APP].verdict, said[APP].conditions) == ("allow", ())


def test_who_is_let_tag_new_keys_but_for_those_of_a_region_can_under_a_condition() -> None:
    every = f"arn:aws:kms:us-east-1:{A}:key/*"
    others = allow(NotResource=every)
    found = Authorizer(estate(alice=[others], app=[allow(), others])).who_can("kms:TagResource", "*")
    said = {access.principal: (access.verdict, access.conditions) for access in found}
    assert said[ALICE] == ("conditional", (f"not Resource = {every}",))
    assert said[APP] == ("allow", ())


def test_who_can_tag_new_keys_of_a_region_is_not_told_that_they_must_not_be_there() -> None:
    here = f"arn:aws:kms:us-east-1:{A}:key/*"
    fenced = deny(NotResource=here, Condition=FROM_OFFICE)
    found = Authorizer(estate(alice=[allow(), fenced])).who_can("kms:TagResource", "*")
    (said,) = (access for access in found if access.principal == ALICE)
    assert (said.verdict, said.conditions) == ("conditional", ("not IpAddress aws:SourceIp = 10.0.0.0/8",))


def test_a_grant_that_lets_create_others_is_for_what_it_has_itself() -> None:
    authorizer = Authorizer(estate(grants=[grant(BOB, "CreateGrant", "Decrypt", **only())]))
    (found,) = (access for access in authorizer.who_can("kms:CreateGrant", KEY) if access.principal == BOB)
    assert (found.verdict, found.conditions) == (
        "conditional",
        ("GrantOperations within [CreateGrant, Decrypt]", "EncryptionContextEquals = {}"),
    )


LOGS = "logs.us-east-1.amazonaws.com"
OF_A = when("StringEquals", "aws:SourceAccount", A)
SERVED = {"GranteePrincipal": None, "GranteeServicePrincipal": "dynamodb.amazonaws.com"}
# what holds, the estate, the services and their verdicts; asked is kms:Decrypt
SERVICES: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("no service is named", {"key": [DELEGATES, allow(Principal="*")]}, []),
    ("one that the key policy names", {"key": [allow(Principal=to(Service=LOGS))]}, [(LOGS, "allow")]),
    ("one that it names under a condition", {"key": [allow(Principal=to(Service=LOGS), Condition=OF_A)]}, [(LOGS, "conditional")]),
    ("one that it names for something else", {"key": [allow("kms:Encrypt", Principal=to(Service=LOGS))]}, []),
    ("one that a Deny spares, and nothing lets in", {"key": [deny(NotPrincipal=to(Service=LOGS))]}, [(LOGS, "deny")]),
    ("one that an RCP stops", {"key": [allow(Principal=to(Service=LOGS))], "rcps": [deny("kms:*", Principal="*")]}, [(LOGS, "deny")]),
    ("what no service is called", {"key": [allow(Principal=to(Service="*"))]}, []),
    ("one that holds a grant", {"grants": [grant(LOGS, "Decrypt")]}, [(LOGS, "allow")]),
    (
        "one that AWS prints in the other field, and one that retires it",
        {"grants": [grant("", "Decrypt", **SERVED, RetiringServicePrincipal=LOGS)]},
        [("dynamodb.amazonaws.com", "allow"), (LOGS, "deny")],
    ),
    ("a grant's constraint", {"grants": [grant(LOGS, "Decrypt", **at_least(tenant="blue"))]}, [(LOGS, "conditional")]),
]  # fmt: skip


@pytest.mark.parametrize(("described", "services"), [pytest.param(*row[1:], id=row[0]) for row in SERVICES])
def test_services_that_can(described: dict[str, Any], services: list[tuple[str, str]]) -> None:
    found = Authorizer(estate(**described)).services_that_can("kms:Decrypt", KEY)
    assert [(access.principal, access.verdict) for access in found] == services


OIDC, SAML = f"arn:aws:iam::{A}:oidc-provider/token.example.org", f"arn:aws:iam::{A}:saml-provider/Directory"
WEB, BY_SAML = "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"
OF_APPS = when("StringEquals", "token.example.org:aud", "apps")
# what holds, the action, whom the role trusts for all of sts and under what, the providers and their verdicts
PROVIDERS: list[tuple[str, str, str, dict[str, Any], list[tuple[str, str]]]] = [
    ("who vouches for users by tokens", WEB, OIDC, {}, [(OIDC, "allow")]),
    ("for some of them", WEB, OIDC, {"Condition": OF_APPS}, [(OIDC, "conditional")]),
    ("by assertions", BY_SAML, SAML, {}, [(SAML, "allow")]),
    ("tokens are no assertions", BY_SAML, OIDC, {}, []),
    ("nor assertions tokens", WEB, SAML, {}, []),
    ("one that AWS knows by its name", WEB, "accounts.google.com", {}, [("accounts.google.com", "allow")]),
    ("a pool", WEB, "cognito-identity.amazonaws.com", {}, [("cognito-identity.amazonaws.com", "allow")]),
    ("which has no assertions", BY_SAML, "accounts.google.com", {}, []),
    ("nobody vouches where a principal calls", "sts:AssumeRole", OIDC, {}, []),
    ("what is no provider", WEB, APP, {}, []),
    ("a name that nobody has", WEB, "*", {}, []),
    ("an ARN that none has", WEB, f"arn:aws:iam:us-east-1:{A}:oidc-provider/token.example.org", {}, []),
]


@pytest.mark.parametrize(
    ("action", "trusted", "under", "providers"), [pytest.param(*row[1:], id=row[0]) for row in PROVIDERS]
)
def test_providers_that_can(action: str, trusted: str, under: dict[str, Any], providers: list[tuple[str, str]]) -> None:
    trust = allow("sts:*", Principal=to(Federated=trusted), **under)
    del trust["Resource"]  # the role is the resource
    source = estate(trust=[trust])
    found = Authorizer(source).services_that_can(action, APP)
    assert [(access.principal, access.verdict) for access in found] == providers


def test_what_is_asked_on_no_resource_names_no_service() -> None:
    assert Authorizer(estate()).services_that_can("kms:CreateKey", "*") == ()


def test_an_identity_provider_that_looks_like_a_service_is_none() -> None:
    trust = {"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:*"}
    source = Entities.from_mapping(
        {
            "policyeval": 1,
            "accounts": [{"id": A, "roles": [{"name": "r", "trust_policy": {"Statement": trust}}]}],
        }
    )
    role = f"arn:aws:iam::{A}:role/r"
    assert Authorizer(source).services_that_can("sts:AssumeRole", role) == ()
