"""Accounts, principals and resources before any policy: the ground of a generated world."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from policyeval.model.records import AccountRecord, KeyFacts, PrincipalRecord, ResourceRecord
from tests.differential.dice import Dice, chance, pick, weighted

OWNER, OTHER, THIRD = "111122223333", "444455556666", "777788889999"
REGION, OTHER_REGION = "us-east-1", "eu-west-1"
TAG_KEYS = ("team", "Project", "cost")
OTHER_CASE = "Team"  # which a resource may have beside `team`, and a principal not
TAG_VALUES = ("blue", "red", "Blue", "a*b", "", "bl\u00e9u", "BL\u00c9U")
ALIASES = ("alias/app", "alias/team/blue")

Family = Literal["key", "ordinary", "trust", "plain", "alias", "retire"]

_KEYS: dict[tuple[str, str], int] = {
    ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"): 80,
    ("RSA_2048", "ENCRYPT_DECRYPT"): 5,
    ("RSA_2048", "SIGN_VERIFY"): 5,
    ("HMAC_256", "GENERATE_VERIFY_MAC"): 5,
    ("ECC_NIST_P256", "KEY_AGREEMENT"): 5,
}


@dataclass
class Estate:
    """Three accounts with their people, and the resources of the first."""

    owner: AccountRecord
    other: AccountRecord
    third: AccountRecord
    people: list[PrincipalRecord]
    resources: list[ResourceRecord]

    def find(self, account: AccountRecord, kind: str, *, second: bool = False) -> PrincipalRecord:
        found = [one for one in self.people if one.account is account and one.kind == kind]
        return found[-1 if second else 0]


def estate(dice: Dice) -> Estate:
    accounts = _accounts(dice)
    people = [person for account in accounts for person in _people(dice, account)]
    return Estate(*accounts, people, _resources(dice, accounts[0]))


def _accounts(dice: Dice) -> tuple[AccountRecord, AccountRecord, AccountRecord]:
    """Make accounts of one organization or of two, or some outside of any; or nobody knows."""
    away = "aws-cn" if chance(dice, 3) else "aws"
    plain = AccountRecord(OWNER), AccountRecord(OTHER, away), AccountRecord(THIRD)
    first, second, none = "o-alpha11111", "o-beta222222", None
    ids = weighted(
        dice,
        {
            (first, first, first): 30,
            (first, first, second): 15,
            (first, first, none): 15,
            (first, second, second): 12,
            (first, none, second): 6,
            (none, second, first): 4,
            (none, none, none): 10,
            (): 8,
        },
    )
    if not ids:
        owner, other, third = (replace(account, organization_known=False) for account in plain)
        return owner, other, third
    boss = dice.below(3) if chance(dice, 10) else None
    owner, other, third = (
        account if id_ is None else replace(account, **_place(dice, id_, number), is_management_account=number == boss)
        for number, (account, id_) in enumerate(zip(plain, ids, strict=True))
    )
    return owner, other, third


def _place(dice: Dice, organization: str, number: int) -> dict[str, str]:
    """Say where in its organization an account is: under the root, or under units within units."""
    depth = weighted(dice, {1: 45, 2: 20, 3: 10, 4: 5, 0: 20})
    units = [f"ou-ab12-prod{number}{each}" for each in range(depth)]
    return {"organization_id": organization, "organization_path": "/".join([organization, "r-ab12", *units, ""])}


def _people(dice: Dice, account: AccountRecord) -> list[PrincipalRecord]:
    number = account.id[0]
    root = PrincipalRecord(f"arn:{account.partition}:iam::{account.id}:root", "root", account, "root")
    people = [root]
    for kind, name in (("user", "alice"), ("user", "bob"), ("role", "app"), ("role", "ops")):
        path = "/" if name == "ops" else weighted(dice, {"/": 70, "/svc/": 30})
        if kind == "role" and name == "ops" and chance(dice, 30):
            path = "/aws-service-role/s3.amazonaws.com/"
        letters = "AIDA" if kind == "user" else "AROA"
        people.append(
            PrincipalRecord(
                f"arn:{account.partition}:iam::{account.id}:{kind}{path}{name}",
                "user" if kind == "user" else "role",
                account,
                name,
                path,
                f"{letters}{number}{name.upper()}EXAMPLE" if chance(dice, 80) else None,
                _tags(dice),
            )
        )
    return people


def _tags(dice: Dice) -> dict[str, str]:
    return {key: pick(dice, TAG_VALUES) for key in TAG_KEYS if chance(dice, 40)}


def _tags_of_resource(dice: Dice) -> dict[str, str]:
    tags = _tags(dice)
    return tags | {OTHER_CASE: pick(dice, TAG_VALUES)} if chance(dice, 12) else tags


def _resources(dice: Dice, owner: AccountRecord) -> list[ResourceRecord]:
    spec, usage = weighted(dice, _KEYS)
    kind = weighted(dice, {None: 80, "PRIMARY": 10, "REPLICA": 10})
    facts = KeyFacts(
        spec,
        usage,
        origin=weighted(dice, {"AWS_KMS": 90, "EXTERNAL": 10}),
        multi_region=kind is not None,
        multi_region_type="PRIMARY" if kind == "PRIMARY" else "REPLICA" if kind else None,
        aliases=ALIASES[: dice.below(3)],
    )
    if chance(dice, 4):
        kind, facts = None, KeyFacts(manager="AWS", aliases=("alias/aws/s3",))
    key_id = "mrk-1234abcd12ab34cd56ef1234567890ab" if kind else "1234abcd-12ab-34cd-56ef-1234567890ab"
    base = f"arn:aws:kms:{REGION}:{owner.id}:key"
    second = ResourceRecord(f"{base}/0987dcba-09fe-87dc-65ba-ab0987654321", owner, key=KeyFacts())
    if kind is not None and chance(dice, 60):  # its replica, or its primary: the same id in another Region (K11)
        related = replace(facts, multi_region_type="REPLICA" if kind == "PRIMARY" else "PRIMARY", aliases=ALIASES[:1])
        second = ResourceRecord(f"{base.replace(REGION, OTHER_REGION)}/{key_id}", owner, key=related)
    return [
        ResourceRecord(f"{base}/{key_id}", owner, tags=_tags_of_resource(dice), key=facts),
        second,
        ResourceRecord(f"arn:aws:sqs:{REGION}:{owner.id}:orders", owner, tags=_tags_of_resource(dice)),
        ResourceRecord("arn:aws:s3:::bucket", owner, tags=_tags_of_resource(dice)),
        ResourceRecord(f"arn:aws:logs:{REGION}:{owner.id}:log-group:app:log-stream:blue", owner),
        ResourceRecord("arn:aws:s3:::bucket/blue/report", owner, tags=_tags_of_resource(dice)),
        ResourceRecord(f"arn:aws:ec2:{REGION}:{owner.id}:instance/i-1", owner, tags=_tags_of_resource(dice)),
        ResourceRecord(f"arn:aws:s3tables:{REGION}:{owner.id}:bucket/lake", owner, tags=_tags_of_resource(dice)),
        ResourceRecord(
            f"arn:aws:s3tables:{REGION}:{owner.id}:bucket/lake/table/t1", owner, tags=_tags_of_resource(dice)
        ),
        ResourceRecord(f"arn:aws:s3:{REGION}:{owner.id}:accesspoint/point", owner, tags=_tags_of_resource(dice)),
        ResourceRecord(f"arn:aws:dynamodb:{REGION}:{owner.id}:table/orders", owner, tags=_tags_of_resource(dice)),
        ResourceRecord(f"arn:aws:execute-api:{REGION}:{owner.id}:a1b2c3d4e5", owner, tags=_tags_of_resource(dice)),
        ResourceRecord(f"arn:aws:iam::{owner.id}:role/target", owner, tags=_tags_of_resource(dice)),
    ]
