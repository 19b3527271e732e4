"""What time does to keys, whoever looks at them and however often (KMS 4, 5, 21, 22)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from policyeval.kms.lifecycle import held, is_due, settle
from policyeval.kms.records import Key, MultiRegion
from policyeval.kms.storage.memory import MemoryStore
from policyeval.kms.vault import Vault
from tests.kms.estate import START, A, Estate

DAY = timedelta(days=1)
REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")
ARNS = tuple(f"arn:aws:kms:{region}:{A}:key/mrk-0" for region in REGIONS)


class Plan(NamedTuple):
    """What is to become of a set of three: days of rotation, and after which day each member's deletion is over."""

    period: int
    ends: tuple[int | None, int | None]
    primary_waits: int | None


PLANS = st.builds(
    Plan,
    st.integers(90, 200),
    st.tuples(*[st.none() | st.integers(7, 300)] * 2),
    st.none() | st.integers(7, 30),
)
DAYS = st.lists(st.integers(0, 400), max_size=6)


def a_vault() -> Vault:
    return Vault(bytes(32), os.urandom, lambda: "unused")


def a_set(plan: Plan, vault: Vault) -> MemoryStore:
    """Store a primary and two replicas to which the plan will happen."""
    store = MemoryStore()
    group = MultiRegion(ARNS[0], ARNS[1:])
    with store.transaction() as transaction:
        for number, (arn, region) in enumerate(zip(ARNS, REGIONS, strict=True)):
            key = Key(arn, A, region, "mrk-0", START, "{}", material=1, multi_region=group)
            key = replace(key, rotation_period=plan.period, next_rotation=START + plan.period * DAY)
            if number == 0 and plan.primary_waits is not None:
                key = replace(key, state="PendingReplicaDeletion", deletion_window=plan.primary_waits)
            end = plan.ends[number - 1] if number else None
            if end is not None:
                key = replace(key, state="PendingDeletion", deletion_window=7, deletion_date=START + end * DAY)
            transaction.put_key(key)
            transaction.put_material(vault.generate(arn, "mrk-0", "SYMMETRIC_DEFAULT", 1, START))
    return store


def look(store: MemoryStore, vault: Vault, now: datetime, arns: Sequence[str] = ARNS) -> None:
    """Look at keys as calls do."""
    for arn in arns:
        key = store.key(arn)
        if key is not None and is_due(key, now, store):
            with store.transaction() as transaction:
                settle(arn, now, transaction, vault)


def seen(store: MemoryStore) -> list[object]:
    """Give what can be seen of the keys but for their material, which is random."""
    return [
        replace(key, material=None, material_id=None) if (key := store.key(arn)) is not None else None for arn in ARNS
    ]


@given(PLANS, DAYS)
def test_what_becomes_of_keys_does_not_depend_on_who_looks(plan: Plan, days: list[int]) -> None:
    vault = a_vault()
    watched, alone = a_set(plan, vault), a_set(plan, vault)
    for day in sorted(days):
        look(watched, vault, START + day * DAY, ARNS[day % 3 :] + ARNS[: day % 3])
    end = START + 401 * DAY
    look(watched, vault, end)
    look(alone, vault, end)
    assert seen(watched) == seen(alone)
    for arn in ARNS:
        last = [store.materials(arn)[-1].created for store in (watched, alone) if store.materials(arn)]
        assert len(set(last)) <= 1


@given(PLANS, st.integers(0, 400))
def test_what_was_done_is_done(plan: Plan, day: int) -> None:
    vault, now = a_vault(), START + day * DAY
    store = a_set(plan, vault)
    look(store, vault, now)
    revision = store.revision
    for arn in ARNS:
        with store.transaction() as transaction:
            settle(arn, now, transaction, vault)
    assert store.revision is revision
    assert not any(key is not None and is_due(key, now, store) for key in map(store.key, ARNS))


@given(PLANS, DAYS)
def test_a_set_holds_one_set_of_materials(plan: Plan, days: list[int]) -> None:
    vault = a_vault()
    store = a_set(plan._replace(primary_waits=None), vault)
    for day in sorted(days):
        look(store, vault, START + day * DAY, ARNS[day % 3 :])
    shared = {
        tuple((material.version, material.id, material.state) for material in store.materials(arn)[1:])
        for arn in ARNS
        if store.key(arn) is not None
    }
    assert len(shared) == 1
    for arn in ARNS:
        secrets = [vault.secret(material) for material in held(arn, START, store)]
        current = [material for material in store.materials(arn) if material.state == "CURRENT"]
        assert not secrets or len(current) == 1


def test_the_last_replica_starts_the_primarys_clock() -> None:
    plan = Plan(100, (50, 20), 10)
    vault = a_vault()
    store = a_set(plan, vault)
    look(store, vault, START + 55 * DAY)
    primary = store.key(ARNS[0])
    assert primary is not None
    assert (primary.state, primary.deletion_date) == ("PendingDeletion", START + 60 * DAY)
    assert primary.multi_region == MultiRegion(ARNS[0])
    look(store, vault, START + 60 * DAY, ARNS[:1])
    assert seen(store) == [None, None, None]
    assert all(store.materials(arn) == () for arn in ARNS)


def test_threads_that_come_at_once_find_one_rotation() -> None:
    estate = Estate()
    key = estate.key()
    estate.call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    estate.clock.pass_(days=90)
    with ThreadPoolExecutor(8) as pool:
        blobs = list(pool.map(lambda _: estate.call("Encrypt", KeyId=key, Plaintext=b"x"), range(32)))
    assert len(estate.call("ListKeyRotations", KeyId=key)["Rotations"]) == 1
    materials = {estate.call("Decrypt", CiphertextBlob=blob["CiphertextBlob"])["KeyMaterialId"] for blob in blobs}
    assert len(materials) == 1


def test_a_refused_call_leaves_what_was_due_for_the_next() -> None:
    """All of a call that writes is one change: what time did to the key is undone with it, and done again."""
    estate = Estate()
    key = estate.key()
    estate.call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    estate.clock.pass_(days=90)
    before = estate.kms.store.revision
    assert estate.refused("EnableKeyRotation", "arn:aws:iam::111122223333:user/nobody", KeyId=key)[0] == (
        "AccessDeniedException"
    )
    assert estate.kms.store.revision is before
    assert len(estate.call("ListKeyRotations", KeyId=key)["Rotations"]) == 1


def test_a_key_that_is_gone_is_gone_for_good() -> None:
    """KMS 4: material, aliases and what was open of it; its name never comes back."""
    estate = Estate()
    key = estate.key()
    blob = estate.call("Encrypt", KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=key)
    estate.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    estate.clock.pass_(days=7)
    assert estate.refused("DescribeKey", KeyId="alias/app")[0] == "NotFoundException"
    assert estate.kms.store.key(key) is None
    assert estate.kms.store.materials(key) == ()
    assert estate.kms.store.alias(key.replace(f"key/{key.rpartition('/')[2]}", "alias/app")) is None
    vault = estate.kms._core.vault
    assert not [place for place in (*vault._current, *vault._open, *vault._public) if key in place]
    assert estate.refused("Decrypt", CiphertextBlob=blob)[0] == "AccessDeniedException"
