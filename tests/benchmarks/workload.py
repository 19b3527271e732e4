"""What every engine is asked: two policies, 10,000 distinct requests, and the answers.

Standard library only: peers' own environments run this module too. The answers are worked out below,
by hand from the two policies, and by no engine.
"""

from __future__ import annotations

import random
from typing import Any, NamedTuple

A = "111122223333"  # owns the keys
B = "444455556666"  # is let in by the key policy
C = "777788889999"  # is not

KEYS = tuple(
    f"arn:aws:kms:{region}:{A}:key/{number:08x}-12ab-34cd-56ef-1234567890ab"
    for region, count in (("us-east-1", 20), ("eu-west-1", 5))
    for number in range(count)
)
# Role names differ by account; all roles have the one identity policy.
PRINCIPALS = tuple(f"arn:aws:iam::{account}:role/app{number}" for account in (A, B, C) for number in range(4))
CRYPTO = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext")
ACTIONS = (*CRYPTO, "kms:DescribeKey")

IDENTITY_POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "UseKeysForDocuments",
            "Effect": "Allow",
            "Action": ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": f"arn:aws:kms:us-east-1:{A}:key/*",
            "Condition": {"StringLike": {"kms:EncryptionContext:document": ["invoices/*", "contracts/*"]}},
        },
        {"Sid": "LookAtKeys", "Effect": "Allow", "Action": "kms:DescribeKey", "Resource": f"arn:aws:kms:*:{A}:key/*"},
        {
            "Sid": "LeaveDraftsAlone",
            "Effect": "Deny",
            "Action": "kms:*",
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:EncryptionContext:stage": "draft"}},
        },
    ],
}
KEY_POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "TheAccountItself",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{A}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "SharedWithB",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{B}:root"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {
                "StringEquals": {"kms:EncryptionContext:tenant": ["blue", "green"]},
                "StringLike": {"kms:EncryptionContext:stage": "prod-*"},
            },
        },
        {
            "Sid": "KnownTenantsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {"StringNotEquals": {"kms:EncryptionContext:tenant": ["blue", "green", "red"]}},
        },
    ],
}


class Raw(NamedTuple):
    """One request as a caller has it: strings and two dicts."""

    principal: str
    action: str
    resource: str
    encryption_context: dict[str, str]
    context: dict[str, str]


def requests(count: int = 10_000, seed: int = 3) -> list[Raw]:
    """Give distinct requests, about half of them allowed, most of the others denied for one fact only."""
    dice = random.Random(seed)  # noqa: S311 - a workload, not a secret
    found: dict[str, Raw] = {}
    while len(found) < count:
        raw = _request(dice)
        found.setdefault(repr(raw), raw)
    return list(found.values())


def _request(dice: random.Random) -> Raw:
    action = dice.choice(CRYPTO) if dice.random() < 0.9 else "kms:DescribeKey"
    principal = PRINCIPALS[dice.choices(range(12), weights=[4] * 8 + [1] * 4)[0]]
    resource = KEYS[dice.choices(range(25), weights=[4] * 20 + [1] * 5)[0]]
    encryption_context: dict[str, str] = {}
    if action in CRYPTO:  # the others have none
        folders = ("invoices", "contracts", "notes")
        encryption_context = {
            "tenant": dice.choices(("blue", "green", "red", "grey"), weights=(5, 5, 1, 1))[0],
            "stage": dice.choices((f"prod-{dice.randrange(9)}", "draft", "test"), weights=(10, 1, 1))[0],
            "document": f"{dice.choices(folders, weights=(6, 6, 1))[0]}/{dice.randrange(10**6)}",
        }
        if dice.random() < 0.1:
            del encryption_context[dice.choice(("tenant", "stage", "document"))]
    address = f"10.{dice.randrange(256)}.{dice.randrange(256)}.{dice.randrange(256)}"
    return Raw(principal, action, resource, encryption_context, {"aws:SourceIp": address})


def expected(raw: Raw) -> str:
    """Say what the two policies mean for a request: `allowed`, `explicit_deny` or `implicit_deny`."""
    account = raw.principal.split(":")[4]
    tenant, stage, document = (raw.encryption_context.get(name) for name in ("tenant", "stage", "document"))
    crypto = raw.action in CRYPTO
    if stage == "draft" or (crypto and tenant not in {"blue", "green", "red"}):
        return "explicit_deny"
    if crypto:
        identity = raw.resource.split(":")[3] == "us-east-1" and (document or "").startswith(
            ("invoices/", "contracts/")
        )
    else:
        identity = True
    shared = (
        raw.action in {"kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"}
        and tenant in {"blue", "green"}
        and (stage or "").startswith("prod-")
    )
    key = account == A or (account == B and shared)
    return "allowed" if identity and key else "implicit_deny"
