"""`account_access`: how far a resource's own side opens to an account, and to whom in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policyeval import Authorizer, Entities, RequestError
from tests.authorizer.estates import (
    ALICE,
    KEY,
    PARTNER,
    ROOT_A,
    ROOT_B,
    TO_B,
    A,
    B,
    allow,
    at_least,
    deny,
    estate,
    grant,
    policy,
    to,
    when,
)

FROM_OFFICE = when("IpAddress", "aws:SourceIp", "10.0.0.0/8")

STRANGER = "123456789012"
OF_X = when("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{STRANGER}:role/x")
OF_FEDERATED = when("ArnLike", "aws:PrincipalArn", f"arn:aws:sts::{STRANGER}:federated-user/x")
NO_ARN = when("Null", "aws:PrincipalArn", "true")
# what holds, the estate, the account, its door; asked is kms:Decrypt
DOORS: list[tuple[str, dict[str, Any], str, str]] = [
    ("a key policy that names the account opens", {"key": [TO_B]}, B, "open"),
    ("a key policy that names its own account opens to it", {}, A, "open"),
    ("a key policy that names another does not", {}, B, "closed"),
    ("everyone is every account", {"key": [allow(Principal="*")]}, B, "open"),
    ("and of one that nobody describes", {"key": [allow(Principal=to(STRANGER))]}, STRANGER, "open"),
    (
        "a condition makes a door conditional",
        {"key": [allow(Principal=to(B), Condition=FROM_OFFICE)]},
        B,
        "conditional",
    ),
    ("a name in it does", {"key": [allow(Principal=to(PARTNER))]}, B, "conditional"),
    (
        "also of an account that nobody describes",
        {"key": [allow(Principal=to(f"arn:aws:iam::{STRANGER}:role/x"))]},
        STRANGER,
        "conditional",
    ),
    (
        "a session's name does",
        {"key": [allow(Principal=to(f"arn:aws:sts::{B}:assumed-role/partner/s"))]},
        B,
        "conditional",
    ),
    (
        "a unique id does",
        {"key": [allow(Principal=to("AROAEXAMPLEPARTNER001"))], "partner": [allow()]},
        B,
        "conditional",
    ),
    (
        "its root user alone is a part of it",
        {"key": [allow(Principal="*", Condition=when("ArnEquals", "aws:PrincipalArn", ROOT_B))]},
        B,
        "conditional",
    ),
    ("a deny closes", {"key": [TO_B, deny(Principal="*")]}, B, "closed"),
    (
        "a deny of all but its root user leaves one",
        {"key": [allow(Principal="*"), deny(NotPrincipal=to(STRANGER))]},
        STRANGER,
        "conditional",
    ),
    (
        "a deny of all but a root user elsewhere leaves none",
        {"key": [allow(Principal="*"), deny(NotPrincipal=to(A))]},
        STRANGER,
        "closed",
    ),
    (
        "a deny of all but one of its users leaves one",
        {"key": [allow(Principal=to(STRANGER)), deny(NotPrincipal=to(STRANGER, f"arn:aws:iam::{STRANGER}:user/x"))]},
        STRANGER,
        "conditional",
    ),
    (
        "a deny of all but a user without its account leaves none",
        {"key": [allow(Principal=to(STRANGER)), deny(NotPrincipal=to(f"arn:aws:iam::{STRANGER}:user/x"))]},
        STRANGER,
        "closed",
    ),
    ("a deny of others does not", {"key": [TO_B, deny(Principal=to(A))]}, B, "open"),
    ("a grant to a role opens a little", {"grants": [grant(PARTNER, "Decrypt")]}, B, "conditional"),
    ("a grant to the account opens", {"grants": [grant(B, "Decrypt")]}, B, "open"),
    (
        "an organization's key opens to its members",
        {
            "key": [allow(Principal="*", Condition=when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))],
            "organized": True,
        },
        B,
        "open",
    ),
    (
        "and closes to those outside",
        {"key": [allow(Principal="*", Condition=when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))]},
        B,
        "closed",
    ),
    (
        "whether a stranger is a member is not known",
        {"key": [allow(Principal="*", Condition=when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))]},
        STRANGER,
        "conditional",
    ),
    *[
        (
            f"{what} is a part of it",
            {"key": [allow(Principal=to(f"arn:aws:{arn}"), Condition=condition)]},
            STRANGER,
            door,
        )
        for what, arn, condition, door in [
            ("a stranger's session", f"sts::{STRANGER}:assumed-role/x/s", {}, "conditional"),
            ("a stranger's federated user", f"sts::{STRANGER}:federated-user/x", {}, "conditional"),
            (
                "a stranger's federated user under its own ARN",
                f"sts::{STRANGER}:federated-user/x",
                OF_FEDERATED,
                "conditional",
            ),
            (
                "a stranger's federated user under another's ARN",
                f"sts::{STRANGER}:federated-user/y",
                OF_FEDERATED,
                "closed",
            ),
            ("a stranger's session under any ARN", f"sts::{STRANGER}:assumed-role/x/s", OF_X, "conditional"),
            ("a stranger's role under its own ARN", f"iam::{STRANGER}:role/x", OF_X, "conditional"),
            ("a stranger's role under another's ARN", f"iam::{STRANGER}:role/y", OF_X, "closed"),
            ("a stranger's user under no ARN", f"iam::{STRANGER}:user/x", NO_ARN, "closed"),
            ("another's role", "iam::999999999999:role/x", {}, "closed"),
        ]
    ],
    (
        "a stranger's root user is a part of it",
        {
            "key": [
                allow(Principal="*", Condition=when("ArnEquals", "aws:PrincipalArn", f"arn:aws:iam::{STRANGER}:root"))
            ]
        },
        STRANGER,
        "conditional",
    ),
    (
        "a deny of all that are no root user leaves one",
        {
            "key": [
                allow(Principal="*"),
                deny(
                    Principal="*", Condition=when("ArnNotEquals", "aws:PrincipalArn", f"arn:aws:iam::{STRANGER}:root")
                ),
            ]
        },
        STRANGER,
        "conditional",
    ),
    (
        "a stranger's account is known",
        {"key": [allow(Principal="*", Condition=when("StringEquals", "aws:PrincipalAccount", STRANGER))]},
        STRANGER,
        "open",
    ),
    (
        "and that it is another",
        {"key": [allow(Principal="*", Condition=when("StringEquals", "aws:PrincipalAccount", B))]},
        STRANGER,
        "closed",
    ),
    (
        "that a stranger is no service is known",
        {"key": [allow(Principal="*", Condition=when("Bool", "aws:PrincipalIsAWSService", "false"))]},
        STRANGER,
        "open",
    ),
    (
        "letter by letter",
        {"key": [allow(Principal="*", Condition=when("StringEquals", "aws:PrincipalIsAWSService", "false"))]},
        STRANGER,
        "open",
    ),
    (
        "a stranger's tags are not",
        {"key": [allow(Principal="*", Condition=when("Null", "aws:PrincipalTag/x", "true"))]},
        STRANGER,
        "conditional",
    ),
    (
        "nor those of all of an account that is described",
        {"key": [allow(Principal="*", Condition=when("Null", "aws:PrincipalTag/x", "true"))]},
        B,
        "conditional",
    ),
    (
        "a grant to a stranger's role",
        {"grants": [grant(f"arn:aws:iam::{STRANGER}:role/x", "Decrypt")]},
        STRANGER,
        "conditional",
    ),
    (
        "a grant to a stranger's session",
        {"grants": [grant(f"arn:aws:sts::{STRANGER}:assumed-role/x/s", "Decrypt")]},
        STRANGER,
        "conditional",
    ),
    (
        "a statement of another action lets nobody in",
        {"key": [allow("kms:Encrypt", Principal=to(f"arn:aws:iam::{STRANGER}:role/x"))]},
        STRANGER,
        "closed",
    ),
    (
        "a resource control policy closes, but to service-linked roles",
        {"key": [TO_B], "rcps": [deny("kms:Decrypt", Principal="*")]},
        B,
        "conditional",
    ),
]


@pytest.mark.parametrize(("described", "account", "door"), [pytest.param(*row[1:], id=row[0]) for row in DOORS])
def test_the_door_of_a_key(described: dict[str, Any], account: str, door: str) -> None:
    access = Authorizer(estate(**described)).account_access(account, "kms:Decrypt", KEY)
    assert access.door == door
    assert (access.principals is None) is (account == STRANGER)


FOR_STRANGER = f"arn:aws:iam::{STRANGER}:role/x"
# what holds, the estate, what the door depends on; asked is kms:Decrypt for an account that nobody describes
HANGS_ON: list[tuple[str, dict[str, Any], list[str]]] = [
    ("an open door depends on nothing", {"key": [allow(Principal=to(STRANGER))]}, []),
    ("nor does a closed one", {}, []),
    ("whom it opens to", {"key": [allow(Principal=to(FOR_STRANGER))]}, [f"Principal = {FOR_STRANGER}"]),
    (
        "under what it does",
        {"key": [allow(Principal=to(FOR_STRANGER), Condition=FROM_OFFICE)]},
        [f"Principal = {FOR_STRANGER}", "IpAddress aws:SourceIp = 10.0.0.0/8"],
    ),
    (
        "a grantee, and what the grant wants",
        {"grants": [grant(FOR_STRANGER, "Decrypt", **at_least(tenant="blue"))]},
        [f"Principal = {FOR_STRANGER}", "EncryptionContextSubset tenant = blue"],
    ),
    (
        "an organization that it may be in",
        {"key": [allow(Principal="*", Condition=when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))]},
        ["StringEquals aws:PrincipalOrgID = o-a1b2c3d4e5"],
    ),
    (
        "service-linked roles alone, which no resource control policy binds",
        {"key": [allow(Principal=to(STRANGER), Condition=FROM_OFFICE)], "rcps": [deny("kms:Decrypt", Principal="*")]},
        [f"Principal = arn:aws:iam::{STRANGER}:role/aws-service-role/*", "IpAddress aws:SourceIp = 10.0.0.0/8"],
    ),
    (
        "the root user alone",
        {
            "key": [
                allow(Principal="*", Condition=when("ArnEquals", "aws:PrincipalArn", f"arn:aws:iam::{STRANGER}:root"))
            ]
        },
        [f"ArnEquals aws:PrincipalArn = arn:aws:iam::{STRANGER}:root"],
    ),
]


@pytest.mark.parametrize(("described", "conditions"), [pytest.param(*row[1:], id=row[0]) for row in HANGS_ON])
def test_what_a_door_hangs_on(described: dict[str, Any], conditions: list[str]) -> None:
    assert list(Authorizer(estate(**described)).account_access(STRANGER, "kms:Decrypt", KEY).conditions) == conditions


def test_a_retiring_principal_opens_the_door_to_its_retirement_alone() -> None:
    authorizer = Authorizer(estate(grants=[grant(ALICE, "Decrypt", RetiringPrincipal=PARTNER)]))
    assert authorizer.account_access(B, "kms:RetireGrant", KEY).door == "conditional"
    assert authorizer.account_access(B, "kms:Decrypt", KEY).door == "closed"


def test_the_door_of_a_bucket_is_its_policy() -> None:
    bucket = [allow("s3:GetObject", Principal=to(PARTNER))]
    access = Authorizer(estate(bucket=bucket)).account_access(B, "s3:GetObject", "arn:aws:s3:::bucket/a")
    assert (access.door, [each.verdict for each in access.principals or ()]) == ("conditional", ["deny", "deny"])


def test_access_is_written_as_json() -> None:
    described = estate(key=[TO_B], partner=[allow(Condition=FROM_OFFICE)])
    access = Authorizer(described).account_access(B, "kms:Decrypt", KEY)
    assert json.loads(json.dumps(access.to_json())) == {
        "door": "open",
        "principals": [
            {"principal": ROOT_B, "verdict": "allow", "conditions": []},
            {"principal": PARTNER, "verdict": "conditional", "conditions": ["IpAddress aws:SourceIp = 10.0.0.0/8"]},
        ],
        "conditions": [],
    }


def test_access_of_an_account_that_is_not_described_has_no_principals_in_json() -> None:
    access = Authorizer(estate()).account_access(STRANGER, "kms:Decrypt", KEY)
    assert access.to_json() == {"door": "closed", "principals": None, "conditions": []}


TO_STRANGER = allow(Principal=to(STRANGER))
# what holds, the estate, who is let in and not described; asked is kms:Decrypt
UNDESCRIBED: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("who is described is in the other list", {"key": [TO_B]}, ()),
    ("an account that the key policy names", {"key": [TO_STRANGER]}, (STRANGER,)),
    ("somebody of it", {"key": [allow(Principal=to(FOR_STRANGER))]}, (STRANGER,)),
    ("a grantee", {"grants": [grant(FOR_STRANGER, "Decrypt")]}, (STRANGER,)),
    ("who may only retire does not decrypt", {"grants": [grant(ALICE, "Decrypt", RetiringPrincipal=FOR_STRANGER)]}, ()),
    ("who is denied after all", {"key": [TO_STRANGER, deny(Principal=to(STRANGER))]}, ()),
    ("another action", {"key": [allow("kms:Encrypt", Principal=to(STRANGER))]}, ()),
    ("everyone", {"key": [allow(Principal="*")]}, ("*",)),
    (
        "everyone under a condition that anybody may meet",
        {"key": [allow(Principal="*", Condition=FROM_OFFICE)]},
        ("*",),
    ),
    (
        "everyone of an account, as conditions write it",
        {"key": [allow(Principal="*", Condition=when("StringEquals", "kms:CallerAccount", STRANGER))]},
        (STRANGER,),
    ),
    (
        "everyone of an organization is not everyone",
        {"key": [allow(Principal="*", Condition=when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))]},
        (),
    ),
    (
        "everyone who has the name of somebody in one account, as of Identity Center's roles, is not everyone",
        {"key": [allow(Principal="*", Condition=when("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{B}:role/x_*"))]},
        (),
    ),
    (
        "who has it in any account may be anybody's",
        {"key": [allow(Principal="*", Condition=when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/Ops?*"))]},
        ("*",),
    ),
    ("a service has no account", {"key": [allow(Principal={"Service": "logs.amazonaws.com"})]}, ()),
]


@pytest.mark.parametrize(("described", "accounts"), [pytest.param(*row[1:], id=row[0]) for row in UNDESCRIBED])
def test_who_is_let_in_and_not_described(described: dict[str, Any], accounts: tuple[str, ...]) -> None:
    assert Authorizer(estate(**described)).undescribed_accounts("kms:Decrypt", KEY) == accounts


def test_what_is_asked_on_no_resource_lets_nobody_in() -> None:
    assert Authorizer(estate()).undescribed_accounts("kms:CreateKey", "*") == ()


def test_an_account_with_its_root_user_alone_counts_as_one_of_which_nobody_is_described() -> None:
    key = {"id": KEY.rpartition("/")[2], "region": "us-east-1", "policy": policy(allow(Principal=to(A, B)))}
    found = Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A, "keys": [key]}, {"id": B}]})
    assert Authorizer(found).undescribed_accounts("kms:Decrypt", KEY) == (A, B)


def test_an_account_that_only_the_organizations_tree_names_has_no_known_principals() -> None:
    """It has some, if only its root user: "nobody" would be a guess."""
    root = {"id": "r-ab12", "accounts": [A, STRANGER]}
    key = {"id": "k", "region": "us-east-1", "policy": policy(allow(Principal=to(STRANGER)))}
    described = {
        "policyeval": 1,
        "organization": {"id": "o-a1b2c3d4e5", "root": root},
        "accounts": [{"id": A, "keys": [key]}],
    }
    authorizer = Authorizer(Entities.from_mapping(described))
    assert authorizer.account_access(STRANGER, "kms:Decrypt", f"arn:aws:kms:us-east-1:{A}:key/k") == ("open", None, ())


GOV_KEY, GOV_ROOT = f"arn:aws-us-gov:kms:us-gov-west-1:{A}:key/k", f"arn:aws-us-gov:iam::{A}:root"


@pytest.mark.parametrize(
    ("statements", "door"),
    [
        pytest.param(statements, door, id=name)
        for name, statements, door in [
            ("its root user's ARN opens", [allow(Principal=to(GOV_ROOT))], "open"),
            ("one of another partition does not", [allow(Principal=to(ROOT_A))], "closed"),
            ("its root user is spared", [allow(Principal="*"), deny(NotPrincipal=to(GOV_ROOT))], "conditional"),
            (
                "its root user goes by its ARN",
                [allow(Principal="*", Condition=when("ArnEquals", "aws:PrincipalArn", GOV_ROOT))],
                "conditional",
            ),
        ]
    ],
)
def test_an_account_has_the_names_of_its_partition(statements: list[dict[str, Any]], door: str) -> None:
    key = {"id": "k", "region": "us-gov-west-1", "policy": policy(*statements)}
    account = {"id": A, "partition": "aws-us-gov", "keys": [key]}
    authorizer = Authorizer(Entities.from_mapping({"policyeval": 1, "accounts": [account]}))
    assert authorizer.account_access(A, "kms:Decrypt", GOV_KEY).door == door


@pytest.mark.parametrize(
    ("principal", "door"),
    [
        (f"arn:aws-cn:iam::{STRANGER}:root", "open"),
        (STRANGER, "open"),
        (f"arn:aws-cn:iam::{STRANGER}:role/x", "conditional"),
        (f"arn:aws:iam::{STRANGER}:root", "closed"),
    ],
    ids=["its root ARN", "its number", "one of its roles", "the account of that number elsewhere"],
)
def test_an_account_that_is_not_described_is_of_the_partition_of_the_key(principal: str, door: str) -> None:
    key = {"id": "k-1", "region": "cn-north-1", "policy": policy(allow(Principal=to(principal)))}
    entities = Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A, "partition": "aws-cn", "keys": [key]}]})
    access = Authorizer(entities).account_access(STRANGER, "kms:Decrypt", f"arn:aws-cn:kms:cn-north-1:{A}:key/k-1")
    assert access.door == door


@pytest.mark.parametrize("account", [A, STRANGER], ids=["an account that is described", "one that nobody describes"])
def test_what_is_asked_on_no_resource_has_no_side_that_closes(account: str) -> None:
    authorizer = Authorizer(estate())
    assert authorizer.account_access(account, "kms:ListKeys", "*").door == "open"
    with pytest.raises(RequestError, match="`kms:Decrypt` is asked on a key"):
        authorizer.account_access(account, "kms:Decrypt", "*")
