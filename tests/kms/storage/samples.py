"""Keys, material, aliases and grants for tests of stores, and the stores themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from policyeval.kms.records import Alias, Key, KeyUse, Material
from policyeval.kms.storage.memory import MemoryStore
from policyeval.kms.storage.sqlite import SqliteStore
from policyeval.kms.storage.store import Store
from policyeval.model.grant import Grant

A, B = "111122223333", "444455556666"
REGION = "eu-central-1"
NOW = datetime(2026, 5, 4, 3, 2, 1, 987654, tzinfo=UTC)
DAY = timedelta(days=1)
APP = f"arn:aws:iam::{B}:role/app"
OPS = f"arn:aws:iam::{A}:role/ops"
ROOT_B = f"arn:aws:iam::{B}:root"

# Every store there is: how it is opened, given a folder of its own. A new one joins with a row.
STORES: dict[str, Callable[[Path], Store]] = {
    "memory": lambda _folder: MemoryStore(),
    "sqlite": lambda folder: SqliteStore(folder / "kms.db"),
}
# What a store answers does not depend on what it remembers; this one remembers nothing.
FORGETFUL: dict[str, Callable[[Path], Store]] = {
    "sqlite without a cache": lambda folder: SqliteStore(folder / "kms.db", cached=0),
}


def arn_of(key_id: str = "k1", account: str = A, region: str = REGION) -> str:
    return f"arn:aws:kms:{region}:{account}:key/{key_id}"


def key(key_id: str = "k1", account: str = A, region: str = REGION, **more: Any) -> Key:
    facts = {"created": NOW, "policy": "{}", **more}
    return Key(arn=arn_of(key_id, account, region), account=account, region=region, key_id=key_id, **facts)


def material(key_arn: str = arn_of(), version: int = 1, wrapped: bytes | None = b"w" * 60, **more: Any) -> Material:
    return Material(key_arn, version, f"{version:064x}", wrapped, **{"created": NOW, **more})


def alias(name: str = "alias/app", target: str = arn_of(), account: str = A, **more: Any) -> Alias:
    arn = f"arn:aws:kms:{REGION}:{account}:{name}"
    return Alias(arn, account, REGION, name, target, **{"created": NOW, "updated": NOW, **more})


def grant(grant_id: str = "g1", key_arn: str = arn_of(), grantee: str | None = APP, **more: Any) -> Grant:
    operations = frozenset(more.pop("operations", ("Decrypt", "GenerateDataKey")))
    return Grant(key_arn, grant_id, operations, grantee_principal=grantee, **more)


def use(operation: str = "Encrypt", at: datetime = NOW) -> KeyUse:
    return KeyUse(operation, at, "event", "request")
