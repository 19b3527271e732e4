"""Accounts, principals and resources before any policy: the ground of a generated world."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from policyeval.model.records import AccountRecord, KeyFacts, PrincipalRecord, ResourceRecord
from tests.differential.dice import Dice, chance, pick, weighted

OWNER, OTHER, THIRD = "111122223333", "444455556666", "777788889999"
REGION = "us-east-1"
TAG_KEYS = ("team", "Project", "cost")
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
    """Two accounts with their people, and the resources of the first."""

    owner: AccountRecord
    other: AccountRecord
    people: list[PrincipalRecord]
    resources: list[ResourceRecord]

    def find(self, account: AccountRecord, kind: str, *, second: bool = False) -> PrincipalRecord:
        found = [one for one in self.people if one.account is account and one.kind == kind]
        return found[-1 if second else 0]


def estate(dice: Dice) -> Estate:
    owner, other = _accounts(dice)
    people = [*_people(dice, owner), *_people(dice, other)]
    return Estate(owner, other, people, _resources(dice, owner))


def _accounts(dice: Dice) -> tuple[AccountRecord, AccountRecord]:
    plain = AccountRecord(OWNER), AccountRecord(OTHER, "aws-cn" if chance(dice, 3) else "aws")
    shape = weighted(dice, {"one": 60, "two": 15, "none": 15, "unknown": 10})
    if shape == "none":
        return plain
    if shape == "unknown":
        return replace(plain[0], organization_known=False), replace(plain[1], organization_known=False)
    ids = ("o-alpha11111", "o-alpha11111" if shape == "one" else "o-beta222222")
    made = [
        replace(account, organization_id=id_, organization_path=f"{id_}/r-ab12/ou-ab12-prod{number}/")
        for number, (account, id_) in enumerate(zip(plain, ids, strict=True))
    ]
    if chance(dice, 8):
        boss = dice.below(2)
        made[boss] = replace(made[boss], is_management_account=True)
    return made[0], made[1]


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


def _resources(dice: Dice, owner: AccountRecord) -> list[ResourceRecord]:
    spec, usage = weighted(dice, _KEYS)
    kind = weighted(dice, {None: 80, "PRIMARY": 10, "REPLICA": 10})
    facts = KeyFacts(
        spec,
        usage,
        origin=weighted(dice, {"AWS_KMS": 90, "EXTERNAL": 10}),
        manager="AWS" if chance(dice, 4) else "CUSTOMER",
        multi_region=kind is not None,
        multi_region_type="PRIMARY" if kind == "PRIMARY" else "REPLICA" if kind else None,
        aliases=ALIASES[: dice.below(3)],
    )
    key_id = "mrk-1234abcd12ab34cd56ef1234567890ab" if kind else "1234abcd-12ab-34cd-56ef-1234567890ab"
    base = f"arn:aws:kms:{REGION}:{owner.id}:key"
    return [
        ResourceRecord(f"{base}/{key_id}", owner, tags=_tags(dice), key=facts),
        ResourceRecord(f"{base}/0987dcba-09fe-87dc-65ba-ab0987654321", owner, key=KeyFacts()),
        ResourceRecord(f"arn:aws:sqs:{REGION}:{owner.id}:orders", owner, tags=_tags(dice)),
        ResourceRecord("arn:aws:s3:::bucket", owner, tags=_tags(dice)),
        ResourceRecord(f"arn:aws:logs:{REGION}:{owner.id}:log-group:app:log-stream:blue", owner),
        ResourceRecord("arn:aws:s3:::bucket/blue/report", owner, tags=_tags(dice)),
        ResourceRecord(f"arn:aws:ec2:{REGION}:{owner.id}:instance/i-1", owner, tags=_tags(dice)),
        ResourceRecord(f"arn:aws:s3tables:{REGION}:{owner.id}:bucket/lake", owner, tags=_tags(dice)),
        ResourceRecord(f"arn:aws:s3tables:{REGION}:{owner.id}:bucket/lake/table/t1", owner, tags=_tags(dice)),
        ResourceRecord(f"arn:aws:s3:{REGION}:{owner.id}:accesspoint/point", owner, tags=_tags(dice)),
        ResourceRecord(f"arn:aws:dynamodb:{REGION}:{owner.id}:table/orders", owner, tags=_tags(dice)),
        ResourceRecord(f"arn:aws:execute-api:{REGION}:{owner.id}:a1b2c3d4e5", owner, tags=_tags(dice)),
        ResourceRecord(f"arn:aws:iam::{owner.id}:role/target", owner, tags=_tags(dice)),
    ]
