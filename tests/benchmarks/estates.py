"""Entities for the measurements: grants by the thousand, policies of any size, ten thousand principals."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.workload import KEYS, A, B, C

GRANTEE = f"arn:aws:iam::{B}:role/app0"
PRINCIPALS, MANAGED, KEY_COUNT, SHAPES = 10_000, 200, 1_000, 50


def key_arn(key: str) -> str:
    """Name a key of account A."""
    return f"arn:aws:kms:us-east-1:{A}:key/{key}"


def with_grants(estate: dict[str, Any], number: int, *, all_for_one: str | None = None) -> dict[str, Any]:
    """Add an organization with an SCP, and grants on the first key; the last is `GRANTEE`'s.

    With `all_for_one` all are, and this name in the encryption context tells them apart.
    """
    scp = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": ["kms:ScheduleKeyDeletion", "kms:DisableKey"], "Resource": "*"},
        ],
    }
    root = {
        "id": "r-ab12",
        "service_control_policies": [{"name": "Guardrail", "document": scp}],
        "accounts": [A, B, C],
    }
    estate["organization"] = {"id": "o-a1b2c3d4e5", "management_account": "999988887777", "root": root}
    estate["accounts"].append({"id": "999988887777"})
    grants = []
    for index in range(number):
        last = index == number - 1
        subset = {"tenant": "red", all_for_one: str(index)} if all_for_one else {"tenant": "red"}
        grantee = GRANTEE if last or all_for_one else f"arn:aws:iam::{B}:role/other{index}"
        constraints = {"EncryptionContextSubset": subset}
        grants.append({"GranteePrincipal": grantee, "Operations": ["Encrypt"], "Constraints": constraints})
    owner = next(account for account in estate["accounts"] if account["id"] == A)
    next(key for key in owner["keys"] if key["id"] == KEYS[0].rpartition("/")[2])["grants"] = grants
    return estate


def policy_of(size: int, *, same_action: bool) -> dict[str, Any]:
    """Make an identity policy whose last statement allows `kms:Decrypt` in tenant `t{size - 1}`."""
    statements: list[dict[str, Any]] = []
    for number in range(size):
        if same_action or number == size - 1:
            tenant = {"StringEquals": {"kms:EncryptionContext:tenant": f"t{number}"}}
            statements.append({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": tenant})
        else:
            bucket = f"arn:aws:s3:::bucket-{number}/*"
            statements.append({"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": bucket})
    return {"Version": "2012-10-17", "Statement": statements}


def key_policy(number: int, *, statements: int = 3) -> dict[str, Any]:
    """Make a key policy; the number tells it from others."""
    made: list[dict[str, Any]] = [
        {
            "Sid": f"Account {number}",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{A}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
    ]
    for index in range(1, statements):
        tenants = [f"tenant-{number}-{index}", f"other-{number}-{index}"]
        condition = {"StringEquals" if index % 2 else "StringLike": {"kms:EncryptionContext:tenant": tenants}}
        made.append(
            {
                "Sid": f"Use {number} {index}",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{A}:role/r{number}"},
                "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"],
                "Resource": "*",
                "Condition": condition,
            }
        )
    return {"Version": "2012-10-17", "Statement": made}


def large_estate() -> dict[str, Any]:
    """Make an account of 10,000 roles that share 200 managed policies, and 1,000 keys with 50 policies among them."""

    def managed(number: int) -> dict[str, Any]:
        team = {"StringEquals": {"aws:ResourceTag/team": f"team-{number}"}}
        use = ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:DescribeKey"]
        return {
            "Version": "2012-10-17",
            "Statement": [
                {"Sid": f"Use{number}", "Effect": "Allow", "Action": use, "Resource": "*", "Condition": team},
                {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::bucket-{number}/*"},
                {"Effect": "Deny", "Action": "kms:ScheduleKeyDeletion", "Resource": "*"},
            ],
        }

    roles = [
        {
            "name": f"r{number}",
            "path": "/svc/",
            "unique_id": f"AROA{number:017}",
            "tags": {"team": f"team-{number % SHAPES}"},
            "identity_policies": [f"arn:aws:iam::{A}:policy/P{(number * step) % MANAGED}" for step in (1, 7, 13)],
        }
        for number in range(PRINCIPALS)
    ]
    keys = [
        {
            "id": f"{number:08x}-12ab-34cd-56ef-1234567890ab",
            "region": "us-east-1",
            "aliases": [f"alias/k{number}"],
            "tags": {"team": f"team-{number % SHAPES}"},
            "policy": key_policy(number % SHAPES),
        }
        for number in range(KEY_COUNT)
    ]
    policies = [{"name": f"P{number}", "document": managed(number)} for number in range(MANAGED)]
    return {"policyeval": 1, "accounts": [{"id": A, "policies": policies, "roles": roles, "keys": keys}]}
