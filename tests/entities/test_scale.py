"""A large estate loads in seconds, and asking it costs what a dict costs."""

from __future__ import annotations

import json
from time import perf_counter
from typing import Any

import pytest

from policyeval.entities import Entities

A = "111122223333"
PRINCIPALS, MANAGED, KEYS, SHAPES = 10_000, 200, 1_000, 50


def identity_policy(number: int) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": f"Use{number}",
                "Effect": "Allow",
                "Action": ["kms:Decrypt", "kms:DescribeKey", f"s3:Get{number}*"],
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:ResourceTag/team": f"team-{number}"}},
            },
            {"Effect": "Deny", "Action": "kms:ScheduleKeyDeletion", "Resource": "*"},
        ],
    }


def key_policy(number: int) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{A}:root"}, "Action": "kms:*", "Resource": "*"},
            {
                "Sid": "Use",
                "Effect": "Allow",
                "Principal": {"AWS": [f"arn:aws:iam::{A}:role/r{number}", f"arn:aws:iam::{A}:role/r{number + 1}"]},
                "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"],
                "Resource": "*",
                "Condition": {"StringEquals": {"kms:EncryptionContext:tenant": f"t{number}"}},
            },
        ],
    }


@pytest.fixture(scope="module")
def estate() -> str:
    roles = [
        {
            "name": f"r{number}",
            "path": "/svc/",
            "unique_id": f"AROA{number:012d}",
            "tags": {"team": f"team-{number % SHAPES}"},
            "identity_policies": [f"arn:aws:iam::{A}:policy/P{(number * step) % MANAGED}" for step in (1, 7, 13)],
        }
        for number in range(PRINCIPALS)
    ]
    keys = [
        {"id": f"k-{n}", "region": "us-east-1", "aliases": [f"alias/k{n}"], "policy": key_policy(n % SHAPES)}
        for n in range(KEYS)
    ]
    policies = [{"name": f"P{number}", "document": identity_policy(number)} for number in range(MANAGED)]
    account = {"id": A, "policies": policies, "roles": roles, "keys": keys}
    return json.dumps({"policyeval": 1, "accounts": [account]}, indent=2)


def test_ten_thousand_principals_and_a_thousand_keys_load_in_seconds(estate: str) -> None:
    start = perf_counter()
    entities = Entities.from_text(estate, name="estate.json")
    seconds = perf_counter() - start
    assert sum(1 for _ in entities.principals()) == PRINCIPALS + 1
    first, second = (entities.role(A, name).identity_policies[0] for name in ("r1", f"r{1 + MANAGED}"))
    assert first is second
    # Five megabytes: 2 s on two shared cores; what is guarded here is that nothing grows with the square.
    assert seconds < 10


def test_a_grant_more_among_fifty_thousand_costs_no_copy_of_them() -> None:
    grants = [
        {"GranteePrincipal": f"arn:aws:iam::{A}:role/r{number}", "Operations": ["Decrypt"]} for number in range(50_000)
    ]
    entities = Entities.from_mapping(
        {"policyeval": 1, "accounts": [{"id": A, "keys": [{"id": "k", "region": "us-east-1", "grants": grants}]}]}
    )
    key = f"arn:aws:kms:us-east-1:{A}:key/k"
    start = perf_counter()
    for number in range(500):
        grantee = f"arn:aws:iam::{A}:role/new{number}"
        entities = entities.with_grant(key, {"GranteePrincipal": grantee, "Operations": ["Encrypt"]})
        assert len(entities.grants(key, grantee)) == 1
    # A copy of the 50,000 for each would take over a second.
    assert perf_counter() - start < 0.9
    assert len(entities.retirable_grants(key)) == 50_500
