"""Sixteen threads of mixed operations on one store: no error, no lost grant, no lost alias, and one chain of records.

`POLICYEVAL_SECONDS=60 pytest tests/kms/test_many_threads.py` runs it for a minute a store.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from random import Random
from time import monotonic

import pytest

from policyeval.kms import (
    Caller,
    KeyManagementService,
    KmsError,
    MemoryStore,
    RootKey,
    SqliteStore,
    TrailFile,
    trail_key,
)
from policyeval.kms.storage.store import Store
from policyeval.kms.trail.chain import Link
from policyeval.kms.trail.verify import Verifier
from tests.kms.estate import ADMIN_A, ADMIN_B, NOBODY_B, entities

THREADS = 16
SECONDS = float(os.environ.get("POLICYEVAL_SECONDS", "2"))
ROOT = RootKey.of(bytes(range(32)))


class Worker:
    """One thread's share: keys, grants and aliases that it alone makes and unmakes, and a key that all use."""

    def __init__(self, kms: KeyManagementService, shared: str, number: int) -> None:
        self.kms = kms
        self.shared = shared
        self.number = number
        self.dice = Random(number)  # noqa: S311 - chooses what to do next
        self.key = kms.client(ADMIN_A).create_key()
        self.grants: set[str] = set()
        self.aliases: set[str] = set()
        self.calls = 0
        self.errors: list[BaseException] = []

    def run(self) -> None:
        until = monotonic() + SECONDS
        deeds = [self.encrypt, self.grant, self.revoke, self.name, self.unname, self.retag, self.refused]
        try:
            while monotonic() < until:
                self.dice.choice(deeds)()
                self.calls += 1
        except BaseException as error:  # noqa: BLE001 - told by the test
            self.errors.append(error)

    def call(self, operation: str, **params: object) -> dict[str, object]:
        return self.kms.call(Caller(ADMIN_A), operation, params)

    def encrypt(self) -> None:
        context = {"thread": str(self.number)}
        blob = self.kms.client(ADMIN_A).encrypt(self.shared, b"x" * 100, context)
        assert self.kms.client(ADMIN_A).decrypt(blob, context) == b"x" * 100

    def grant(self) -> None:
        made = self.call("CreateGrant", KeyId=self.shared, GranteePrincipal=NOBODY_B, Operations=["DescribeKey"])
        self.grants.add(str(made["GrantId"]))
        assert self.kms.call(NOBODY_B, "DescribeKey", {"KeyId": self.shared})

    def revoke(self) -> None:
        if self.grants:
            self.call("RevokeGrant", KeyId=self.shared, GrantId=self.grants.pop())

    def name(self) -> None:
        name = f"alias/thread-{self.number}-{self.dice.randrange(40)}"
        if name not in self.aliases:
            self.call("CreateAlias", AliasName=name, TargetKeyId=self.key)
            self.aliases.add(name)
        assert self.call("DescribeKey", KeyId=name)

    def unname(self) -> None:
        if self.aliases:
            self.call("DeleteAlias", AliasName=self.aliases.pop())

    def retag(self) -> None:
        self.call("TagResource", KeyId=self.shared, Tags=[{"TagKey": str(self.number), "TagValue": str(self.calls)}])

    def refused(self) -> None:
        with pytest.raises(KmsError, match="AccessDenied"):
            self.kms.call(ADMIN_B, "Encrypt", {"KeyId": self.shared, "Plaintext": b"x"})


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_sixteen_threads_of_mixed_operations(kind: str, tmp_path: Path) -> None:
    store: Store = MemoryStore() if kind == "memory" else SqliteStore(tmp_path / "kms.db")
    trail = TrailFile(tmp_path / "trail.jsonl", trail_key(ROOT))
    kms = KeyManagementService(entities(), store, root_key=ROOT, trail=trail)
    shared = kms.client(ADMIN_A).create_key()
    workers = [Worker(kms, shared, number) for number in range(THREADS)]
    threads = [threading.Thread(target=worker.run) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [error for worker in workers for error in worker.errors] == []
    assert all(worker.calls for worker in workers)
    assert {grant.grant_id for grant in store.grants(shared)} == {g for worker in workers for g in worker.grants}
    for worker in workers:
        assert {alias.name for alias in store.aliases_of(worker.key)} == worker.aliases
    kms.close()
    verifier = Verifier(Link.keyed_by(trail_key(ROOT)), trail.head)
    with (tmp_path / "trail.jsonl").open("rb") as lines:
        verifier.read("trail.jsonl", lines)
    report = verifier.end()
    assert report.faults == ()
    assert report.records > sum(worker.calls for worker in workers)
