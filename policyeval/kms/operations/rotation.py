"""EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus, RotateKeyOnDemand and ListKeyRotations (KMS 5).

AWS looks at a key's state before its type. The primary's settings are those of its multi-Region set (KMS 22).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.kms.acts import acts_since, as_it_is
from policyeval.kms.call import Call, Response
from policyeval.kms.errors import KmsError
from policyeval.kms.lifecycle import held, make_current, members, refresh, rotate
from policyeval.kms.operations.kinds import check_not_replica, check_origin
from policyeval.kms.operations.row import Operation, given
from policyeval.kms.paging import at_hand, page
from policyeval.kms.records import Key, KeyState, Material
from policyeval.kms.states import PENDING_DELETION, check_state

_PERIOD: Final = 365
_ON_DEMAND: Final = 25
_NO_MORE: Final = (
    "The on-demand rotations limit has been reached for the given keyId. "
    "No more on-demand rotations can be performed for this key: {}"
)
# RotateKeyOnDemand of the API reference: ConflictException this long before an automatic rotation. The words are ours.
_SOON: Final = timedelta(minutes=20)
_ROTATES_SOON: Final = "An automatic rotation of {} is scheduled to begin within the next 20 minutes."
_PAGE: Final = 100
_CONFIGURED_IN: Final[frozenset[KeyState]] = frozenset({"Enabled", "Updating"})
# Only some types of key are ever in these, and those are refused because they do not rotate.
_OF_SOME_TYPES: Final[frozenset[KeyState]] = frozenset({"PendingImport", "Unavailable"})


def enable_key_rotation(call: Call) -> Response:
    """Rotate a key, and its multi-Region set, every so many days from now."""
    period = call.params.get("RotationPeriodInDays", _PERIOD)
    _check_configurable(call)
    for member in members(call.key, call.transaction):
        following = call.now + timedelta(days=period)
        call.transaction.put_key(replace(member, rotation_period=period, next_rotation=following))
    return {}


def disable_key_rotation(call: Call) -> Response:
    """End the rotation of a key and of its multi-Region set."""
    _check_configurable(call)
    for member in members(call.key, call.transaction):
        call.transaction.put_key(replace(member, rotation_period=None, next_rotation=None))
    return {}


def get_key_rotation_status(call: Call) -> Response:
    """Tell whether a key rotates, how often and when next; it does not while it is pending deletion."""
    key = call.key
    check_origin(key, "AWS_KMS")
    if key.rotation_period is None or key.state in PENDING_DELETION:
        return {"KeyId": key.arn, "KeyRotationEnabled": False}
    return {
        "KeyId": key.arn,
        "KeyRotationEnabled": True,
        "RotationPeriodInDays": key.rotation_period,
        "NextRotationDate": key.next_rotation,
    }


def rotate_key_on_demand(call: Call) -> Response:
    """Give a key new material now; the dates of automatic rotation stay."""
    key = call.key
    _check_spec(key)
    if key.origin != "EXTERNAL":  # keys of custom key stores do not rotate; only they are ever unavailable
        check_origin(key, "AWS_KMS")
    check_state(key, frozenset({"Enabled"}))
    check_not_replica(key)
    if key.on_demand_rotations >= _ON_DEMAND:
        raise KmsError("LimitExceededException", _NO_MORE.format(key.arn))
    if key.next_rotation is not None and key.next_rotation - call.now <= _SOON:
        raise KmsError("ConflictException", _ROTATES_SOON.format(key.arn))
    before = as_it_is(key, call.transaction)
    if key.origin == "EXTERNAL":
        _rotate_to_imported(call)
    else:
        rotate(key, call.now, "ON_DEMAND", call.transaction, call.core.vault)
    for member in members(key, call.transaction):
        call.transaction.put_key(replace(member, on_demand_rotations=key.on_demand_rotations + 1))
    call.acts += acts_since(before, call.transaction)
    return {"KeyId": key.arn}


def _rotate_to_imported(call: Call) -> None:
    """Rotate to the material that was imported for it, which every member of a multi-Region set has by now."""
    waiting = [(member, _waiting(member, call)) for member in members(call.key, call.transaction)]
    for member, material in waiting:
        if material is None:
            message = f"No available key material pending rotation for the key: {call.key.arn}."
            raise KmsError("KMSInvalidStateException", message)
        turned = make_current(member, replace(material, rotation="ON_DEMAND", created=call.now), call.transaction)
        refresh(turned, call.transaction, call.core.vault)


def _waiting(key: Key, call: Call) -> Material | None:
    found = held(key.arn, call.now, call.reading)
    return next((material for material in found if material.state == "PENDING_ROTATION"), None)


def list_key_rotations(call: Call) -> Response:
    """List a key's rotations; on request also its first material, and what waits for a rotation."""
    key = call.key
    _check_spec(key)
    everything = call.params.get("IncludeKeyMaterial") == "ALL_KEY_MATERIAL"
    found = [each for each in held(key.arn, call.now, call.reading) if everything or each.rotation is not None]
    return page(
        call,
        member="Rotations",
        default=_PAGE,
        fetch=at_hand(found, _place),
        order=_place,
        show=lambda material: _show(material, call),
        of=f"{key.arn} {everything}",
    )


def _place(material: Material) -> str:
    return f"{material.version:08}"


def _show(material: Material, call: Call) -> Response:
    shown: Response = {"KeyId": call.key.arn, "KeyMaterialId": material.id, "KeyMaterialState": _state(material, call)}
    if call.key.origin == "EXTERNAL":
        shown |= {
            "KeyMaterialDescription": material.description,
            "ImportState": "IMPORTED" if material.wrapped is not None else "PENDING_IMPORT",
            "ExpirationModel": material.expiration_model,
            "ValidTo": material.valid_to,
        }
    if material.rotation is not None:
        shown |= {"RotationDate": material.created, "RotationType": material.rotation}
    return {member: value for member, value in shown.items() if value is not None}


def _state(material: Material, call: Call) -> str:
    """Name its state; material that not all of a multi-Region set has cannot be rotated to yet."""
    if material.state == "PENDING_ROTATION" and None in {
        _waiting(member, call) for member in members(call.key, call.reading)
    }:
        return "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
    return material.state


# What rotates.


def _check_configurable(call: Call) -> None:
    """Refuse keys that do not rotate by themselves: asymmetric and HMAC keys, imported material, replicas."""
    _check_spec(call.key)
    check_origin(call.key, "AWS_KMS")
    check_state(call.key, _CONFIGURED_IN)
    check_not_replica(call.key)


def _check_spec(key: Key) -> None:
    if not KEY_SPECS[key.spec].rotates:
        raise KmsError("UnsupportedOperationException")


OPERATIONS: Final = (
    Operation(
        "EnableKeyRotation",
        enable_key_rotation,
        works_in=_CONFIGURED_IN | _OF_SOME_TYPES,
        writes=True,
        conditions=given("RotationPeriodInDays"),
    ),
    Operation("DisableKeyRotation", disable_key_rotation, works_in=_CONFIGURED_IN | _OF_SOME_TYPES, writes=True),
    Operation("GetKeyRotationStatus", get_key_rotation_status),
    Operation("RotateKeyOnDemand", rotate_key_on_demand, works_in=frozenset({"Enabled", "Unavailable"}), writes=True),
    Operation("ListKeyRotations", list_key_rotations),
)
