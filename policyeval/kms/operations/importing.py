"""GetParametersForImport, ImportKeyMaterial and DeleteImportedKeyMaterial (KMS 21)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from policyeval.kms.call import Call, Conditions, Params, Response
from policyeval.kms.crypto.handles import KeyPair
from policyeval.kms.errors import KmsError
from policyeval.kms.lifecycle import held, lose, members, next_version, refresh
from policyeval.kms.operations.kinds import check_not_replica, check_origin
from policyeval.kms.operations.row import Operation, given
from policyeval.kms.records import Key, KeyState, Material
from policyeval.kms.states import PENDING_DELETION, check_state

_LONGEST: Final = timedelta(days=365)
_EXPIRES: Final = "KEY_MATERIAL_EXPIRES"
_WAITS: Final = "PENDING_ROTATION"
_PREPARED_IN: Final[frozenset[KeyState]] = frozenset({"Enabled", "Disabled", "PendingImport"})
_IMPORTED_IN: Final[frozenset[KeyState]] = frozenset({"Enabled", "Disabled", "PendingImport", "Updating"})
_DELETED_IN: Final = _PREPARED_IN | PENDING_DELETION
# Only keys of custom key stores are ever in it, and these are refused for their origin.
_OF_OTHERS: Final[frozenset[KeyState]] = frozenset({"Unavailable"})


def get_parameters_for_import(call: Call) -> Response:
    """Give a public key to wrap material with, and the token that goes with it."""
    key, core = _external(call, _PREPARED_IN), call.core
    made = core.tokens.import_parameters(
        key.arn,
        key.spec,
        call.params["WrappingAlgorithm"],
        call.params["WrappingKeySpec"],
        call.now,
        core.settings.token_life,
    )
    return {
        "KeyId": key.arn,
        "ImportToken": made.token,
        "PublicKey": made.public_key,
        "ParametersValidTo": made.valid_to,
    }


def _external(call: Call, works_in: frozenset[KeyState]) -> Key:
    check_origin(call.key, "EXTERNAL")
    check_state(call.key, works_in)
    return call.key


# Importing.


class _Materials(NamedTuple):
    """What a key, and what any member of its multi-Region set has, by id."""

    own: Mapping[str, Material]
    shared: Mapping[str, Material]


def import_key_material(call: Call) -> Response:
    """Import new material, or what the key had, or what its multi-Region set has."""
    key, params, core = _external(call, _IMPORTED_IN), call.params, call.core
    model, valid_to = _expiry(params, call.now)
    pair = core.tokens.open_import(key.arn, key.spec, params["ImportToken"], params["EncryptedKeyMaterial"], call.now)
    material = replace(
        _slot(call, core.vault.material_id(key.key_id, pair.secret), pair),
        imported=True,
        expiration_model=model,
        valid_to=valid_to,
    )
    if "KeyMaterialDescription" in params:
        material = replace(material, description=params["KeyMaterialDescription"])
    call.transaction.put_material(material)
    if material.state == "CURRENT":
        key = replace(key, material=material.version, material_id=material.id)
    refresh(key, call.transaction, core.vault)
    return _answer(key, material)


def _expiry(params: Params, now: datetime) -> tuple[str, datetime | None]:
    """Read the expiration model, and the date that goes with it."""
    model, valid_to = params.get("ExpirationModel", _EXPIRES), params.get("ValidTo")
    if model != _EXPIRES:
        if valid_to is not None:
            raise KmsError("ValidationException", f"A validTo date must not be set if the ExpirationModel is {model}")
    elif valid_to is None:
        raise KmsError("ValidationException", f"A validTo date must be set if the ExpirationModel is {_EXPIRES}")
    elif not now < valid_to <= now + _LONGEST:
        raise KmsError("ValidationException", "The validTo date must be in the future, and within 365 days")
    return model, valid_to


def _slot(call: Call, material_id: str, pair: KeyPair) -> Material:
    """Find where material belongs: where it was before, or in a version of its own."""
    key, params = call.key, call.params
    if key.spec != "SYMMETRIC_DEFAULT":
        _check_plain(params)
    found = _found(call)
    # "ImportType" of the API's page: what is left out means new material once, and then what is known.
    kind = params.get("ImportType", "EXISTING_KEY_MATERIAL" if found.shared else "NEW_KEY_MATERIAL")
    if kind == "NEW_KEY_MATERIAL":
        _check_new(call, found, material_id)
    elif material_id not in found.shared or params.get("KeyMaterialId", material_id) != material_id:
        raise KmsError("IncorrectKeyMaterialException", "The key material is not what was imported before.")
    known = found.own.get(material_id) or found.shared.get(material_id)
    version = known.version if known is not None else next_version(key, call.transaction)
    fresh = call.core.vault.admit(pair.secret, pair.public, key.arn, key.key_id, version, call.now)
    if known is not None:
        return replace(known, key_arn=key.arn, wrapped=fresh.wrapped)
    return replace(fresh, state=_WAITS) if found.own else fresh


def _found(call: Call) -> _Materials:
    every = [held(member.arn, call.now, call.reading) for member in members(call.key, call.reading)]
    return _Materials(
        {material.id: material for material in held(call.key.arn, call.now, call.reading)},
        {material.id: material for of_member in every for material in of_member},
    )


def _check_plain(params: Params) -> None:
    """Refuse what only symmetric keys take: others keep the one material that they were given."""
    for name in ("ImportType", "KeyMaterialDescription", "KeyMaterialId"):
        if name in params:
            raise KmsError("ValidationException", f"{name} is supported only for symmetric encryption KMS keys.")


def _check_new(call: Call, found: _Materials, material_id: str) -> None:
    key = call.key
    if "KeyMaterialId" in call.params:
        message = "KeyMaterialId cannot be specified if the ImportType is NEW_KEY_MATERIAL"
        raise KmsError("ValidationException", message)
    check_not_replica(key)
    if material_id in found.own:
        message = "The key material is already associated with the KMS key."
        raise KmsError("IncorrectKeyMaterialException", message)
    for other in found.shared.values():
        if other.state == _WAITS and other.id != material_id:
            message = (
                f"New key material (id: {material_id}) cannot be imported into KMS key {key.arn}, "
                f"because another key material (id: {other.id}) is pending rotation."
            )
            raise KmsError("KMSInvalidStateException", message)


# Deleting.


def delete_imported_key_material(call: Call) -> Response:
    """Destroy imported material, the current one when none is named; the same can be imported again."""
    key = _external(call, _DELETED_IN)
    wanted = call.params.get("KeyMaterialId", key.material_id)
    found = held(key.arn, call.now, call.reading)
    material = next((each for each in found if each.id == wanted), None)
    if material is None:
        if "KeyMaterialId" in call.params:
            raise KmsError("NotFoundException", f"Key material {wanted} is not found.")
        return {"KeyId": key.arn}
    # What waits for a rotation goes from the whole set with the primary's (API page, multi-Region keys).
    group = members(key, call.reading) if material.state == _WAITS and not key.is_replica else [key]
    for member in group:
        for each in call.transaction.materials(member.arn):
            if each.id == material.id and each.state == material.state:
                lose(each, call.transaction)
        refresh(member, call.transaction, call.core.vault)
    return _answer(key, material)


def _answer(key: Key, material: Material) -> Response:
    answer: Response = {"KeyId": key.arn}
    if key.spec == "SYMMETRIC_DEFAULT":
        answer["KeyMaterialId"] = material.id
    return answer


def _import_conditions(params: Params) -> Conditions:
    """Give the expiry as policies see it: a number of seconds (K9)."""
    conditions = dict(given("ExpirationModel")(params))
    if "ValidTo" in params:
        conditions["kms:ValidTo"] = int(params["ValidTo"].timestamp())
    return conditions


OPERATIONS: Final = (
    Operation(
        "GetParametersForImport",
        get_parameters_for_import,
        works_in=_PREPARED_IN | _OF_OTHERS,
        conditions=given("WrappingAlgorithm", "WrappingKeySpec"),
    ),
    Operation(
        "ImportKeyMaterial",
        import_key_material,
        works_in=_IMPORTED_IN | _OF_OTHERS,
        writes=True,
        conditions=_import_conditions,
    ),
    Operation(
        "DeleteImportedKeyMaterial", delete_imported_key_material, works_in=_DELETED_IN | _OF_OTHERS, writes=True
    ),
)
