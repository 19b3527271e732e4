"""What a large estate costs grows with its size, and no faster; a change of it costs no copy."""

from __future__ import annotations

import gc
import json
import sys
import tracemalloc
from collections.abc import Callable
from functools import partial
from time import process_time
from typing import Any

import pytest

from policyeval.entities import Entities
from policyeval.entities.aws_export import account_section
from policyeval.entities.aws_files import ExportFiles

A = "111122223333"
MANAGED, SHAPES = 200, 50


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


def estate(principals: int) -> str:
    """Describe so many roles, and a tenth as many keys."""
    roles = [
        {
            "name": f"r{number}",
            "path": "/svc/",
            "unique_id": f"AROA{number:012d}",
            "tags": {"team": f"team-{number % SHAPES}"},
            "identity_policies": [f"arn:aws:iam::{A}:policy/P{(number * step) % MANAGED}" for step in (1, 7, 13)],
        }
        for number in range(principals)
    ]
    keys = [
        {"id": f"k-{n}", "region": "us-east-1", "aliases": [f"alias/k{n}"], "policy": key_policy(n % SHAPES)}
        for n in range(principals // 10)
    ]
    policies = [{"name": f"P{number}", "document": identity_policy(number)} for number in range(MANAGED)]
    account = {"id": A, "policies": policies, "roles": roles, "keys": keys}
    return json.dumps({"policyeval": 1, "accounts": [account]}, indent=2)


def steps(work: Callable[[], object]) -> int:
    """Count the calls that work takes, those of C functions too."""
    count = 0

    def watch(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def test_loading_takes_steps_in_proportion() -> None:
    small, large = estate(1_000), estate(2_000)
    Entities.from_text(estate(10))  # what is made once is made
    few, many = (steps(partial(Entities.from_text, text)) for text in (small, large))
    assert many < 2.2 * few


def export(keys: int) -> ExportFiles:
    """Give what the AWS CLI printed of an account with so many keys, each with an alias and with much that is missing."""
    ids = [f"{number:08d}-12ab-34cd-56ef-1234567890ab" for number in range(keys)]
    arn = f"arn:aws:kms:us-east-1:{A}:key"
    printed: dict[str, Any] = {
        "kms-list-keys.json": {"Keys": [{"KeyId": key} for key in ids]},
        "kms-list-aliases.json": {"Aliases": [{"AliasName": f"alias/{key}", "TargetKeyId": key} for key in ids]},
    }
    for key in ids:
        printed[f"kms-describe-key-{key}.json"] = {"KeyMetadata": {"KeyId": key, "Arn": f"{arn}/{key}"}}
        printed[f"kms-get-key-policy-{key}.json"] = {"Policy": "{}"}
    texts = {name: json.dumps(value) for name, value in printed.items()}
    return ExportFiles(texts, texts.__getitem__)


def test_keys_of_an_export_take_steps_in_proportion() -> None:
    account_section(export(10), A)  # what is made once is made
    few, many = (steps(partial(account_section, export(keys), A)) for keys in (200, 400))
    assert many < 2.2 * few


def test_what_an_export_lacks_is_noted_in_proportion() -> None:
    files, begun = export(0), process_time()
    for number in range(50_000):
        files.note(f"the document of {number:08d} is missing")
    assert len(files.missing) == 50_000
    assert process_time() - begun < 2  # to look through the list for each took half a minute


def test_roles_share_the_policies_that_they_name() -> None:
    entities = Entities.from_text(estate(1_000))
    assert sum(1 for _ in entities.principals()) == 1_001
    first, second = (entities.role(A, name).identity_policies[0] for name in ("r1", f"r{1 + MANAGED}"))
    assert first is second


def _many_users() -> str:
    users = [{"name": f"u{number}", "access_keys": [{"id": f"k{number}", "secret": "s"}]} for number in range(500)]
    return json.dumps({"policyeval": 1, "accounts": [{"id": A, "users": users}]})


def test_what_was_loaded_is_not_gone_through_at_the_next_allocation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policyeval.entities.build._MANY", 1_000)
    text = _many_users()
    gc.collect()
    entities = Entities.from_text(text)
    young = [*gc.get_objects(generation=0), *gc.get_objects(generation=1)]
    assert len(young) < 500 <= sum(1 for _ in entities.access_keys())


def test_what_is_little_stays_young(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who loads one file after the other would keep all garbage that there was in between."""
    moved: list[str] = []
    monkeypatch.setattr(gc, "freeze", lambda: moved.append("all"))
    Entities.from_text(_many_users())
    assert moved == []


def test_what_was_frozen_before_a_load_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policyeval.entities.build._MANY", 0)
    gc.freeze()
    try:
        assert list(Entities.from_text(json.dumps({"policyeval": 1, "accounts": [{"id": A}]})).principals(A))
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_a_grant_more_among_fifty_thousand_costs_no_copy_of_them() -> None:
    grants = [
        {"GranteePrincipal": f"arn:aws:iam::{A}:role/r{number}", "Operations": ["Decrypt"]} for number in range(50_000)
    ]
    entities = Entities.from_mapping(
        {"policyeval": 1, "accounts": [{"id": A, "keys": [{"id": "k", "region": "us-east-1", "grants": grants}]}]}
    )
    key = f"arn:aws:kms:us-east-1:{A}:key/k"

    def add(number: int) -> None:
        nonlocal entities
        grantee = f"arn:aws:iam::{A}:role/new{number}"
        entities = entities.with_grant(key, {"GranteePrincipal": grantee, "Operations": ["Encrypt"]})
        assert len(entities.grants(key, grantee)) == 1

    add(0)  # what is made once is made
    tracemalloc.start()
    try:
        for number in range(1, 20):
            add(number)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 50_000 * 8 / 2  # bytes: half of what one list of them all would take
    assert len(entities.retirable_grants(key)) == 50_020
