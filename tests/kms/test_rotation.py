"""Rotation: by the calendar and on demand; what was encrypted before stays decryptable (KMS 5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.kms.estate import (
    ADMIN_B,
    APP_A,
    NOBODY_A,
    NOBODY_B,
    START,
    A,
    B,
    Estate,
    allow,
    policy,
)

DAY = timedelta(days=1)
DENIED = "AccessDeniedException"
INVALID_STATE = "KMSInvalidStateException"
UNSUPPORTED = "UnsupportedOperationException"
OPERATIONS = [
    "EnableKeyRotation",
    "DisableKeyRotation",
    "GetKeyRotationStatus",
    "RotateKeyOnDemand",
    "ListKeyRotations",
]


def encrypted(estate: Estate, key: str) -> dict[str, Any]:
    return {"CiphertextBlob": estate.call("Encrypt", KeyId=key, Plaintext=b"x")["CiphertextBlob"]}


def material_of(estate: Estate, blob: Mapping[str, Any]) -> str:
    """Decrypt, and give the id of the material that did it."""
    opened = estate.call("Decrypt", **blob)
    assert opened["Plaintext"] == b"x"
    material_id: str = opened["KeyMaterialId"]
    return material_id


def rotations(estate: Estate, key: str, **more: Any) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = estate.call("ListKeyRotations", KeyId=key, **more)["Rotations"]
    return listed


def status(estate: Estate, key: str) -> dict[str, Any]:
    return estate.call("GetKeyRotationStatus", KeyId=key)


# By the calendar.


def test_rotation_is_switched_on_and_off() -> None:
    estate = Estate()
    key = estate.key()
    assert status(estate, key) == {"KeyId": key, "KeyRotationEnabled": False}
    assert estate.call("EnableKeyRotation", KeyId=key) == {}
    assert status(estate, key) == {
        "KeyId": key,
        "KeyRotationEnabled": True,
        "RotationPeriodInDays": 365,
        "NextRotationDate": START + 365 * DAY,
    }
    estate.clock.pass_(days=10)
    estate.call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    assert status(estate, key)["RotationPeriodInDays"] == 90
    assert status(estate, key)["NextRotationDate"] == START + 100 * DAY
    estate.call("DisableKeyRotation", KeyId=key)
    estate.clock.pass_(days=500)
    assert status(estate, key) == {"KeyId": key, "KeyRotationEnabled": False}
    assert rotations(estate, key) == []


@pytest.mark.parametrize("days", [89, 2561])
def test_a_period_has_bounds(days: int) -> None:
    estate = Estate()
    key = estate.key()
    refusal = estate.refused("EnableKeyRotation", KeyId=key, RotationPeriodInDays=days)
    assert refusal[0] == "ValidationException"
    assert not status(estate, key)["KeyRotationEnabled"]


@pytest.mark.parametrize("swept", [False, True], ids=["when the key is used", "by the sweep"])
def test_a_key_rotates_when_it_is_due(*, swept: bool) -> None:
    estate = Estate()
    key = estate.key()
    estate.call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    old = encrypted(estate, key)
    first = material_of(estate, old)
    estate.clock.pass_(days=90, seconds=-1)
    assert material_of(estate, encrypted(estate, key)) == first
    estate.clock.pass_(hours=1)
    if swept:
        assert estate.kms.sweep() == 1
        assert estate.kms.sweep() == 0
    new = encrypted(estate, key)
    second = material_of(estate, new)
    assert second != first
    assert material_of(estate, old) == first
    assert estate.call("DescribeKey", KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"] == second
    assert rotations(estate, key) == [
        {
            "KeyId": key,
            "KeyMaterialId": second,
            "KeyMaterialState": "CURRENT",
            "RotationDate": START + 90 * DAY,
            "RotationType": "AUTOMATIC",
        }
    ]
    assert status(estate, key)["NextRotationDate"] == START + 180 * DAY


def test_a_key_at_which_nobody_looked_rotates_once_and_keeps_its_dates() -> None:
    estate = Estate()
    key = estate.key()
    estate.call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=100)
    estate.clock.pass_(days=345)
    assert status(estate, key)["NextRotationDate"] == START + 400 * DAY
    assert [rotation["RotationDate"] for rotation in rotations(estate, key)] == [START + 300 * DAY]


def test_a_disabled_key_waits_with_its_rotation() -> None:
    """GetKeyRotationStatus, API page: enabled again it rotates at once, and its periods count from then."""
    estate = Estate()
    key = estate.key()
    estate.call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    estate.call("DisableKey", KeyId=key)
    estate.clock.pass_(days=100)
    assert estate.kms.sweep() == 0
    assert rotations(estate, key) == []
    assert status(estate, key)["KeyRotationEnabled"]
    estate.call("EnableKey", KeyId=key)
    assert [rotation["RotationDate"] for rotation in rotations(estate, key)] == [START + 100 * DAY]
    assert status(estate, key)["NextRotationDate"] == START + 190 * DAY


def test_a_key_that_is_enabled_in_time_keeps_its_date() -> None:
    estate = Estate()
    key = estate.key()
    estate.call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    estate.call("DisableKey", KeyId=key)
    estate.clock.pass_(days=50)
    estate.call("EnableKey", KeyId=key)
    assert status(estate, key)["NextRotationDate"] == START + 90 * DAY


def test_a_key_that_is_pending_deletion_does_not_rotate() -> None:
    """KMS 3, 5: its status is false, and true again when it is kept."""
    estate = Estate()
    key = estate.key()
    estate.call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    estate.clock.pass_(days=80)
    estate.call("ScheduleKeyDeletion", KeyId=key)
    assert status(estate, key) == {"KeyId": key, "KeyRotationEnabled": False}
    estate.clock.pass_(days=20)
    assert rotations(estate, key) == []
    estate.call("CancelKeyDeletion", KeyId=key)
    assert status(estate, key)["KeyRotationEnabled"]
    assert rotations(estate, key) == []
    estate.call("EnableKey", KeyId=key)
    assert len(rotations(estate, key)) == 1


# On demand.


def test_a_key_rotates_on_demand() -> None:
    estate = Estate()
    key = estate.key()
    estate.call("EnableKeyRotation", KeyId=key)
    old = encrypted(estate, key)
    estate.clock.pass_(days=3)
    assert estate.call("RotateKeyOnDemand", KeyId=key) == {"KeyId": key}
    assert material_of(estate, encrypted(estate, key)) != material_of(estate, old)
    [rotation] = rotations(estate, key)
    assert (rotation["RotationType"], rotation["RotationDate"]) == ("ON_DEMAND", START + 3 * DAY)
    assert status(estate, key)["NextRotationDate"] == START + 365 * DAY


@pytest.mark.parametrize(("minutes", "is_too_late"), [(21, False), (20, True), (1, True)])
def test_a_key_does_not_rotate_on_demand_just_before_it_rotates_anyway(minutes: int, *, is_too_late: bool) -> None:
    """RotateKeyOnDemand of the API reference: ConflictException in the last 20 minutes."""
    estate = Estate()
    key = estate.key()
    estate.call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    estate.clock.pass_(days=90, minutes=-minutes)
    if not is_too_late:
        estate.call("RotateKeyOnDemand", KeyId=key)
        return
    message = f"An automatic rotation of {key} is scheduled to begin within the next 20 minutes."
    assert estate.refused("RotateKeyOnDemand", KeyId=key) == ("ConflictException", message)
    assert rotations(estate, key) == []
    estate.clock.pass_(minutes=minutes)
    estate.call("RotateKeyOnDemand", KeyId=key)
    assert [rotation["RotationType"] for rotation in rotations(estate, key)] == ["AUTOMATIC", "ON_DEMAND"]


def test_a_key_rotates_on_demand_so_many_times_in_its_life() -> None:
    """Every ciphertext of every version stays decryptable; automatic rotation goes on."""
    estate = Estate()
    key = estate.key()
    blobs = [encrypted(estate, key)]
    for _ in range(25):
        estate.call("RotateKeyOnDemand", KeyId=key)
        blobs.append(encrypted(estate, key))
    message = (
        "The on-demand rotations limit has been reached for the given keyId. "
        f"No more on-demand rotations can be performed for this key: {key}"
    )
    assert estate.refused("RotateKeyOnDemand", KeyId=key) == ("LimitExceededException", message)
    assert len({material_of(estate, blob) for blob in blobs}) == 26
    estate.call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    estate.clock.pass_(days=90)
    assert rotations(estate, key)[-1]["RotationType"] == "AUTOMATIC"


def test_imported_material_rotates_when_some_waits() -> None:
    estate = Estate()
    key = estate.key(Origin="EXTERNAL")
    origin = (UNSUPPORTED, f"{key} origin is EXTERNAL which is not valid for this operation.")
    for operation in ("EnableKeyRotation", "DisableKeyRotation", "GetKeyRotationStatus"):
        assert estate.refused(operation, KeyId=key) == origin
    assert estate.refused("RotateKeyOnDemand", KeyId=key) == (INVALID_STATE, f"{key} is pending import.")
    assert rotations(estate, key, IncludeKeyMaterial="ALL_KEY_MATERIAL") == []


# Listing.


def test_all_material_is_listed_on_request() -> None:
    estate = Estate()
    key = estate.key()
    first = material_of(estate, encrypted(estate, key))
    estate.call("RotateKeyOnDemand", KeyId=key)
    listed = rotations(estate, key, IncludeKeyMaterial="ALL_KEY_MATERIAL")
    assert listed[0] == {"KeyId": key, "KeyMaterialId": first, "KeyMaterialState": "NON_CURRENT"}
    assert listed[1:] == rotations(estate, key) == rotations(estate, key, IncludeKeyMaterial="ROTATIONS_ONLY")


def test_rotations_are_listed_in_pages() -> None:
    """KMS 14."""
    estate = Estate()
    key = estate.key()
    for _ in range(5):
        estate.call("RotateKeyOnDemand", KeyId=key)
    found: list[str] = []
    marker: dict[str, str] = {}
    while True:
        page = estate.call("ListKeyRotations", KeyId=key, Limit=2, **marker)
        found += [rotation["KeyMaterialId"] for rotation in page["Rotations"]]
        if not page["Truncated"]:
            break
        marker = {"Marker": page["NextMarker"]}
    assert found == [rotation["KeyMaterialId"] for rotation in rotations(estate, key)]
    other = {"IncludeKeyMaterial": "ALL_KEY_MATERIAL", **marker}
    assert estate.refused("ListKeyRotations", KeyId=key, **other)[0] == "InvalidMarkerException"


# Keys that do not rotate, and callers who may not.


@pytest.mark.parametrize(("spec", "usage"), [("ECC_NIST_P256", "SIGN_VERIFY"), ("HMAC_256", "GENERATE_VERIFY_MAC")])
def test_other_keys_do_not_rotate(spec: str, usage: str) -> None:
    """The state is looked at before the type."""
    estate = Estate()
    key = estate.key(KeySpec=spec, KeyUsage=usage)
    assert status(estate, key) == {"KeyId": key, "KeyRotationEnabled": False}
    for operation in ("EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand", "ListKeyRotations"):
        assert estate.refused(operation, KeyId=key) == (UNSUPPORTED, "")
    estate.call("DisableKey", KeyId=key)
    for operation in ("EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand"):
        assert estate.refused(operation, KeyId=key) == ("DisabledException", f"{key} is disabled.")
    assert estate.refused("ListKeyRotations", KeyId=key) == (UNSUPPORTED, "")


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("caller", [NOBODY_A, NOBODY_B, ADMIN_B])
def test_who_may_not_learns_nothing(operation: str, caller: str) -> None:
    estate = Estate()
    key = estate.key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    before = estate.kms.store.revision
    assert estate.refused(operation, caller, KeyId=key)[0] == DENIED
    assert estate.kms.store.revision is before


def test_the_status_alone_is_told_to_another_account() -> None:
    """K3."""
    estate = Estate()
    everything = allow("kms:*", Principal={"AWS": [A, B]})
    key = estate.key(Policy=json.dumps(policy(everything)))
    assert estate.call("GetKeyRotationStatus", ADMIN_B, KeyId=key)["KeyId"] == key
    for operation in set(OPERATIONS) - {"GetKeyRotationStatus"}:
        assert estate.refused(operation, ADMIN_B, KeyId=key)[0] == DENIED


def test_a_policy_decides_by_the_period() -> None:
    """K9: a period that is left out counts as 365."""
    yearly = {"NumericGreaterThanEquals": {"kms:RotationPeriodInDays": "365"}}
    estate = Estate(app_a=[allow("kms:EnableKeyRotation", Condition=yearly)])
    key = estate.key()
    assert estate.call("EnableKeyRotation", APP_A, KeyId=key) == {}
    assert estate.call("EnableKeyRotation", APP_A, KeyId=key, RotationPeriodInDays=730) == {}
    assert estate.refused("EnableKeyRotation", APP_A, KeyId=key, RotationPeriodInDays=90)[0] == DENIED
