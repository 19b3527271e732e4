"""Keys switched on and off, and deleted: the states a key goes through, and what time does (KMS 1-4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from policyeval.kms import Caller
from tests.kms.estate import ADMIN_A, APP_A, NOBODY_A, A, Estate, allow

DENIED = "AccessDeniedException"
THERE = Caller(ADMIN_A, region="eu-west-1")


def replicated(estate: Estate) -> tuple[str, str]:
    """Make a key with a replica in another Region, and give both ARNs."""
    primary = estate.key(MultiRegion=True)
    made = estate.call("ReplicateKey", KeyId=primary, ReplicaRegion="eu-west-1")
    return primary, made["ReplicaKeyMetadata"]["Arn"]


# EnableKey and DisableKey.


def test_a_disabled_key_is_of_no_use_until_it_is_enabled_again() -> None:  # KMS 1
    estate = Estate()
    key = estate.key()
    assert estate.call("DisableKey", KeyId=key) == {}
    assert estate.call("DescribeKey", KeyId=key)["KeyMetadata"]["Enabled"] is False
    assert estate.refused("Encrypt", KeyId=key, Plaintext=b"x") == ("DisabledException", f"{key} is disabled.")
    assert estate.call("EnableKey", KeyId=key) == {}
    assert estate.state(key) == "Enabled"
    assert estate.call("Encrypt", KeyId=key, Plaintext=b"x")["CiphertextBlob"]


@pytest.mark.parametrize(("operation", "state"), [("EnableKey", "Enabled"), ("DisableKey", "Disabled")])
def test_switching_twice_changes_nothing_more(operation: str, state: str) -> None:
    estate = Estate()
    key = estate.key()
    estate.call(operation, KeyId=key)
    before = estate.kms.store.revision
    estate.call(operation, KeyId=key)
    assert estate.state(key) == state
    assert estate.kms.store.revision is before


@pytest.mark.parametrize("operation", ["EnableKey", "DisableKey"])
def test_a_key_that_waits_for_material_is_not_switched(operation: str) -> None:  # KMS 2
    estate = Estate()
    key = estate.key(Origin="EXTERNAL")
    assert estate.refused(operation, KeyId=key) == ("KMSInvalidStateException", f"{key} is pending import.")


def test_a_replica_is_switched_by_itself() -> None:  # KMS 22
    estate = Estate()
    primary, replica = replicated(estate)
    estate.call("DisableKey", THERE, KeyId=replica)
    assert (estate.state(primary), estate.state(replica, THERE)) == ("Enabled", "Disabled")


# ScheduleKeyDeletion and CancelKeyDeletion: KMS 4.


@pytest.mark.parametrize(("given", "days"), [({}, 30), ({"PendingWindowInDays": 7}, 7)])
def test_deletion_is_scheduled(given: dict[str, Any], days: int) -> None:
    estate = Estate()
    key = estate.key()
    ends = estate.clock.now + timedelta(days=days)
    assert estate.call("ScheduleKeyDeletion", KeyId=key, **given) == {
        "KeyId": key,
        "DeletionDate": ends,
        "KeyState": "PendingDeletion",
        "PendingWindowInDays": days,
    }
    metadata = estate.call("DescribeKey", KeyId=key)["KeyMetadata"]
    assert (metadata["KeyState"], metadata["Enabled"], metadata["DeletionDate"]) == ("PendingDeletion", False, ends)
    assert "PendingDeletionWindowInDays" not in metadata


@pytest.mark.parametrize(("days", "bound"), [(6, "greater than or equal to 7"), (31, "less than or equal to 30")])
def test_the_waiting_period_has_bounds(days: int, bound: str) -> None:
    estate = Estate()
    code, message = estate.refused("ScheduleKeyDeletion", KeyId=estate.key(), PendingWindowInDays=days)
    assert (code, message.rpartition(": ")[2]) == ("ValidationException", f"Member must have value {bound}")


def test_a_deletion_is_cancelled_and_leaves_the_key_disabled() -> None:  # KMS 3
    estate = Estate()
    key = estate.key()
    blob = estate.call("Encrypt", KeyId=key, Plaintext=b"kept")["CiphertextBlob"]
    estate.call("ScheduleKeyDeletion", KeyId=key)
    estate.clock.pass_(days=29)
    assert estate.call("CancelKeyDeletion", KeyId=key) == {"KeyId": key}
    assert "DeletionDate" not in estate.call("DescribeKey", KeyId=key)["KeyMetadata"]
    assert estate.state(key) == "Disabled"
    estate.clock.pass_(days=30)
    estate.kms.sweep()
    estate.call("EnableKey", KeyId=key)
    assert estate.call("Decrypt", CiphertextBlob=blob)["Plaintext"] == b"kept"


def test_a_key_without_its_imported_material_waits_for_it_after_a_cancelled_deletion() -> None:
    estate = Estate()
    key = estate.key(Origin="EXTERNAL")
    estate.call("ScheduleKeyDeletion", KeyId=key)
    estate.call("CancelKeyDeletion", KeyId=key)
    assert estate.state(key) == "PendingImport"


@pytest.mark.parametrize("sweep", [True, False], ids=["a sweep deletes it", "looking deletes it"])
def test_at_its_date_a_key_is_gone_for_good(*, sweep: bool) -> None:
    estate = Estate()
    key = estate.key()
    blob = estate.call("Encrypt", KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=key)
    estate.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    estate.clock.pass_(days=7, seconds=-1)
    assert estate.state(key) == "PendingDeletion"
    estate.clock.pass_(seconds=1)
    if sweep:
        assert estate.kms.sweep() == 1
        assert estate.kms.store.materials(key) == ()
    assert estate.refused("DescribeKey", KeyId=key) == ("NotFoundException", f"Key '{key}' does not exist")
    alias = f"arn:aws:kms:us-east-1:{A}:alias/app"
    assert estate.refused("DescribeKey", KeyId="alias/app") == ("NotFoundException", f"Alias {alias} is not found.")
    assert estate.refused("CancelKeyDeletion", KeyId=key)[0] == "NotFoundException"
    assert estate.kms.store.materials(key) == ()
    with pytest.raises(Exception, match=r"AccessDenied|NotFound|InvalidCiphertext"):
        estate.call("Decrypt", CiphertextBlob=blob)


def test_the_name_of_a_key_whose_end_has_come_is_free() -> None:
    estate = Estate()
    old, new = estate.key(), estate.key()
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=old)
    estate.call("ScheduleKeyDeletion", KeyId=old, PendingWindowInDays=7)
    assert estate.refused("CreateAlias", AliasName="alias/app", TargetKeyId=new)[0] == "AlreadyExistsException"
    estate.clock.pass_(days=7)
    estate.call("CreateAlias", AliasName="alias/app", TargetKeyId=new)
    assert estate.call("DescribeKey", KeyId="alias/app")["KeyMetadata"]["Arn"] == new


def test_a_primary_waits_for_its_replicas() -> None:
    estate = Estate()
    primary, replica = replicated(estate)
    answer = estate.call("ScheduleKeyDeletion", KeyId=primary, PendingWindowInDays=9)
    assert answer == {"KeyId": primary, "KeyState": "PendingReplicaDeletion", "PendingWindowInDays": 9}
    metadata = estate.call("DescribeKey", KeyId=primary)["KeyMetadata"]
    assert metadata["PendingDeletionWindowInDays"] == 9
    assert "DeletionDate" not in metadata
    assert estate.refused("Encrypt", KeyId=primary, Plaintext=b"x") == (
        "KMSInvalidStateException",
        f"{primary} is pending replica deletion.",
    )
    estate.clock.pass_(days=100)
    assert estate.state(primary) == "PendingReplicaDeletion"
    estate.call("ScheduleKeyDeletion", THERE, KeyId=replica, PendingWindowInDays=7)
    estate.clock.pass_(days=7)
    begun = estate.clock.now
    metadata = estate.call("DescribeKey", KeyId=primary)["KeyMetadata"]
    assert (metadata["KeyState"], metadata["DeletionDate"]) == ("PendingDeletion", begun + timedelta(days=9))
    estate.clock.pass_(days=9)
    assert estate.refused("DescribeKey", KeyId=primary)[0] == "NotFoundException"


def test_a_primary_that_waits_can_be_kept() -> None:
    estate = Estate()
    primary, _ = replicated(estate)
    estate.call("ScheduleKeyDeletion", KeyId=primary)
    estate.call("CancelKeyDeletion", KeyId=primary)
    assert estate.state(primary) == "Disabled"
    estate.call("EnableKey", KeyId=primary)
    assert estate.state(primary) == "Enabled"


def test_a_replica_is_deleted_by_itself() -> None:
    estate = Estate()
    primary, replica = replicated(estate)
    assert estate.call("ScheduleKeyDeletion", THERE, KeyId=replica)["KeyState"] == "PendingDeletion"
    estate.clock.pass_(days=30)
    assert estate.kms.sweep() == 1
    assert estate.state(primary) == "Enabled"
    assert estate.call("DescribeKey", KeyId=primary)["KeyMetadata"]["MultiRegionConfiguration"]["ReplicaKeys"] == []


# Condition keys (K9).


@pytest.mark.parametrize(
    ("given", "allowed"), [({"PendingWindowInDays": 14}, True), ({}, True), ({"PendingWindowInDays": 7}, False)]
)
def test_the_waiting_period_decides_and_its_default_counts(given: dict[str, Any], *, allowed: bool) -> None:
    long = {"NumericGreaterThanEquals": {"kms:ScheduleKeyDeletionPendingWindowInDays": "14"}}
    estate = Estate(app_a=[allow("kms:ScheduleKeyDeletion", Condition=long)])
    key = estate.key()
    if allowed:
        assert estate.call("ScheduleKeyDeletion", APP_A, KeyId=key, **given)
    else:
        assert estate.refused("ScheduleKeyDeletion", APP_A, KeyId=key, **given)[0] == DENIED


UNUSED = [
    ("used a moment ago", 0, False),
    ("used almost ten days ago", 10 * 86400 - 1, False),  # whole days count
    ("used ten days ago", 10 * 86400, True),
]


@pytest.mark.parametrize("operation", ["DisableKey", "ScheduleKeyDeletion"])
@pytest.mark.parametrize(("seconds", "allowed"), [pytest.param(*row[1:], id=row[0]) for row in UNUSED])
@pytest.mark.parametrize("swept", [True, False], ids=["noted in the store", "not noted yet"])
def test_how_long_a_key_was_not_used_decides(operation: str, seconds: int, *, allowed: bool, swept: bool) -> None:
    unused = {"NumericGreaterThanEquals": {"kms:TrailingDaysWithoutKeyUsage": "10"}}
    estate = Estate(app_a=[allow(f"kms:{operation}", Condition=unused)])
    key = estate.key()
    estate.clock.pass_(days=100)
    estate.call("Encrypt", KeyId=key, Plaintext=b"x")
    if swept:
        estate.kms.sweep()
    estate.clock.pass_(seconds=seconds)
    if allowed:
        estate.call(operation, APP_A, KeyId=key)
        assert estate.state(key) != "Enabled"
    else:
        assert estate.refused(operation, APP_A, KeyId=key)[0] == DENIED
        assert estate.state(key) == "Enabled"


@pytest.mark.parametrize(("days", "allowed"), [(9, False), (10, True)])
def test_for_a_key_that_never_was_used_its_age_decides(days: int, *, allowed: bool) -> None:
    unused = {"NumericGreaterThanEquals": {"kms:TrailingDaysWithoutKeyUsage": "10"}}
    estate = Estate(app_a=[allow("kms:DisableKey", Condition=unused)])
    key = estate.key()
    estate.clock.pass_(days=days)
    if allowed:
        estate.call("DisableKey", APP_A, KeyId=key)
    else:
        assert estate.refused("DisableKey", APP_A, KeyId=key)[0] == DENIED


@pytest.mark.parametrize("operation", ["EnableKey", "DisableKey", "ScheduleKeyDeletion", "CancelKeyDeletion"])
def test_who_has_no_permission_changes_no_state(operation: str) -> None:
    estate = Estate()
    key = estate.key()
    before = estate.kms.store.revision
    code, message = estate.refused(operation, NOBODY_A, KeyId=key)
    assert (code, message) == (
        DENIED,
        f"User: {NOBODY_A} is not authorized to perform: kms:{operation} on resource: {key} because no identity-based "
        f"policy allows the kms:{operation} action",
    )
    assert estate.kms.store.revision is before
