"""Imported key material: what comes in, what it replaces, when it goes (KMS 21)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.kms.estate import ADMIN_B, APP_A, NOBODY_A, START, Estate, allow
from tests.kms.importing import EXISTING, FOR_GOOD, NEW, Importer, parameters

FIRST, SECOND, THIRD = (bytes([number]) * 32 for number in (1, 2, 3))
DAY = timedelta(days=1)
INCORRECT = "IncorrectKeyMaterialException"
INVALID_STATE = "KMSInvalidStateException"
VALIDATION = "ValidationException"
UNSUPPORTED = "UnsupportedOperationException"
Params = Mapping[str, Any]


class House:
    """An estate with one key that waits for material."""

    def __init__(self, *app_a: Mapping[str, Any], **key: Any) -> None:
        self.estate = Estate(app_a=app_a)
        self.key = self.estate.key(Origin="EXTERNAL", **key)
        self.importer = Importer(self.estate)

    def bring(self, material: bytes, **more: Any) -> str:
        """Import material and give its id."""
        material_id: str = self.importer.bring(self.key, material, **more)["KeyMaterialId"]
        return material_id

    def refused(self, material: bytes, **more: Any) -> tuple[str, str]:
        return self.importer.refused(self.key, material, **more)

    def call(self, operation: str, **more: Any) -> dict[str, Any]:
        return self.estate.call(operation, KeyId=self.key, **more)

    def metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = self.call("DescribeKey")["KeyMetadata"]
        return metadata

    def encrypted(self) -> dict[str, Any]:
        return {"CiphertextBlob": self.call("Encrypt", Plaintext=b"x")["CiphertextBlob"]}

    def states(self) -> dict[str, tuple[str, str]]:
        """Give the state and the import state of the key's materials by id."""
        listed = self.call("ListKeyRotations", IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
        return {each["KeyMaterialId"]: (each["KeyMaterialState"], each["ImportState"]) for each in listed}


# The first material.


def test_a_key_is_enabled_by_its_first_material() -> None:
    house = House()
    assert house.metadata()["KeyState"] == "PendingImport"
    assert "CurrentKeyMaterialId" not in house.metadata()
    made = house.importer.bring(house.key, FIRST)
    metadata = house.metadata()
    assert made == {"KeyId": house.key, "KeyMaterialId": metadata["CurrentKeyMaterialId"]}
    assert len(made["KeyMaterialId"]) == 64
    assert (metadata["KeyState"], metadata["Enabled"]) == ("Enabled", True)
    assert metadata["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"
    assert "ValidTo" not in metadata
    assert house.estate.call("Decrypt", **house.encrypted())["Plaintext"] == b"x"
    assert house.states() == {made["KeyMaterialId"]: ("CURRENT", "IMPORTED")}


def test_what_was_imported_is_what_encrypts() -> None:
    """The same material under two keys has two ids: an id tells nobody what material it is."""
    house = House()
    first = house.bring(FIRST)
    other = house.estate.key(Origin="EXTERNAL")
    assert house.importer.bring(other, FIRST)["KeyMaterialId"] != first
    core = house.estate.kms._core
    assert [core.vault.secret(material) for material in core.store.materials(house.key)] == [FIRST]


def test_the_parameters_are_good_for_a_day() -> None:
    house = House()
    given = parameters(house.estate, house.key)
    assert given["KeyId"] == house.key
    assert given["ParametersValidTo"] == START + DAY
    request = house.importer.request(house.key, FIRST)
    house.estate.clock.pass_(hours=24)
    refusal = house.estate.refused("ImportKeyMaterial", **request, **FOR_GOOD)
    assert refusal[0] == "ExpiredImportTokenException"
    assert house.bring(FIRST)


def test_a_token_is_good_for_its_key_and_its_wrapping_key_alone() -> None:
    house = House()
    request = house.importer.request(house.key, FIRST)
    other = house.estate.key(Origin="EXTERNAL")
    refused = house.estate.refused
    assert refused("ImportKeyMaterial", **{**request, "KeyId": other}, **FOR_GOOD)[0] == "InvalidImportTokenException"
    forged = {**request, "ImportToken": b"forged"}
    assert refused("ImportKeyMaterial", **forged, **FOR_GOOD)[0] == "InvalidImportTokenException"
    mixed = {**request, "ImportToken": parameters(house.estate, house.key)["ImportToken"]}
    assert refused("ImportKeyMaterial", **mixed, **FOR_GOOD)[0] == "InvalidCiphertextException"
    short = house.importer.request(house.key, FIRST[:31])
    assert refused("ImportKeyMaterial", **short, **FOR_GOOD)[0] == INCORRECT
    assert house.estate.state(house.key) == "PendingImport"


SPECS = [
    ("HMAC_256", "GENERATE_VERIFY_MAC", "RSAES_OAEP_SHA_1", None),
    ("ECC_NIST_P256", "SIGN_VERIFY", "RSA_AES_KEY_WRAP_SHA_256", ec.SECP256R1()),
    ("ECC_NIST_P521", "KEY_AGREEMENT", "RSA_AES_KEY_WRAP_SHA_1", ec.SECP521R1()),
]


@pytest.mark.parametrize(("spec", "usage", "algorithm", "curve"), SPECS)
def test_other_keys_keep_the_one_material_that_they_were_given(
    spec: str, usage: str, algorithm: str, curve: ec.EllipticCurve | None
) -> None:
    house = House(KeySpec=spec, KeyUsage=usage)

    def fresh() -> bytes:
        if curve is None:
            return FIRST
        private = ec.generate_private_key(curve)
        return private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    def request(material: bytes) -> dict[str, Any]:
        return {**house.importer.request(house.key, material, algorithm=algorithm), **FOR_GOOD}

    material, other = fresh(), SECOND if curve is None else fresh()
    for option in ({**NEW}, {"KeyMaterialDescription": "d"}, {"KeyMaterialId": "0" * 64}):
        assert house.estate.refused("ImportKeyMaterial", **request(material), **option)[0] == VALIDATION
    assert house.estate.call("ImportKeyMaterial", **request(material)) == {"KeyId": house.key}
    assert house.estate.state(house.key) == "Enabled"
    (held,) = house.estate.kms.store.materials(house.key)
    for option in (EXISTING, {"KeyMaterialDescription": "d"}, {"KeyMaterialId": held.id}):
        said = f"{next(iter(option))} is supported only for symmetric encryption KMS keys."
        assert house.estate.refused("ImportKeyMaterial", **request(material), **option) == (VALIDATION, said)
    assert house.estate.refused("ImportKeyMaterial", **request(other))[0] == INCORRECT
    assert house.call("DeleteImportedKeyMaterial") == {"KeyId": house.key}
    assert house.estate.state(house.key) == "PendingImport"
    assert house.estate.refused("ImportKeyMaterial", **request(other))[0] == INCORRECT
    house.estate.call("ImportKeyMaterial", **request(material))
    assert house.estate.state(house.key) == "Enabled"


NOT_SO = [
    ("P-521 under RSA_2048", "ECC_NIST_P521", "SIGN_VERIFY", {}),
    ("PKCS #1 v1.5", "SYMMETRIC_DEFAULT", None, {"WrappingAlgorithm": "RSAES_PKCS1_V1_5"}),
    ("an RSA key in one step", "RSA_2048", "SIGN_VERIFY", {"WrappingKeySpec": "RSA_4096"}),
    ("a symmetric key in two", "SYMMETRIC_DEFAULT", None, {"WrappingAlgorithm": "RSA_AES_KEY_WRAP_SHA_256"}),
    ("SM2", "SYMMETRIC_DEFAULT", None, {"WrappingKeySpec": "SM2", "WrappingAlgorithm": "SM2PKE"}),
]


@pytest.mark.parametrize(("spec", "usage", "changes"), [pytest.param(*row[1:], id=row[0]) for row in NOT_SO])
def test_what_cannot_be_wrapped_so(spec: str, usage: str | None, changes: Params) -> None:
    house = House(KeySpec=spec, **({"KeyUsage": usage} if usage else {}))
    asked = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048", **changes}
    assert house.estate.refused("GetParametersForImport", KeyId=house.key, **asked)[0] == UNSUPPORTED


# Expiry.

EXPIRES = "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"
MODELS = [
    ("expires by default, and has no date", {}, EXPIRES),
    ("expires, and has no date", {"ExpirationModel": "KEY_MATERIAL_EXPIRES"}, EXPIRES),
    ("does not expire, and has a date", {**FOR_GOOD, "ValidTo": START + DAY}, None),
    ("expires now", {"ValidTo": START}, None),
    ("expires in more than a year", {"ValidTo": START + 365 * DAY + timedelta(seconds=1)}, None),
]


@pytest.mark.parametrize(("params", "message"), [pytest.param(*row[1:], id=row[0]) for row in MODELS])
def test_a_date_and_a_model_go_together(params: Params, message: str | None) -> None:
    house = House()
    before = house.estate.kms.store.revision
    request = house.importer.request(house.key, FIRST)
    code, said = house.estate.refused("ImportKeyMaterial", **request, **params)
    assert code == VALIDATION
    assert message is None or said == message
    assert house.estate.kms.store.revision is before


@pytest.mark.parametrize("swept", [False, True], ids=["when somebody looks", "by the sweep"])
def test_material_that_expires_is_gone_until_the_same_comes_back(*, swept: bool) -> None:
    house = House()
    first = house.bring(FIRST, ValidTo=START + 365 * DAY)
    assert house.metadata()["ExpirationModel"] == "KEY_MATERIAL_EXPIRES"
    assert house.metadata()["ValidTo"] == START + 365 * DAY
    blob = house.encrypted()
    house.estate.clock.pass_(days=365)
    if swept:
        assert house.estate.kms.sweep() == 1
    refusal = house.estate.refused("Decrypt", **blob)
    assert refusal == (INVALID_STATE, f"{house.key} is pending import.")
    metadata = house.metadata()
    assert metadata["KeyState"] == "PendingImport"
    assert metadata["CurrentKeyMaterialId"] == first
    assert not {"ExpirationModel", "ValidTo"} & set(metadata)
    assert [material.wrapped for material in house.estate.kms.store.materials(house.key)] == [None]
    assert house.refused(SECOND)[0] == INCORRECT
    assert house.bring(FIRST) == first
    assert house.estate.call("Decrypt", **blob)["Plaintext"] == b"x"
    assert house.metadata()["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"


def test_importing_again_sets_another_end() -> None:
    house = House()
    house.bring(FIRST, ValidTo=START + DAY)
    house.bring(FIRST, ValidTo=START + 3 * DAY)
    house.estate.clock.pass_(days=2)
    assert house.metadata()["ValidTo"] == START + 3 * DAY
    house.bring(FIRST)
    house.estate.clock.pass_(days=400)
    assert house.estate.state(house.key) == "Enabled"


def test_a_key_is_usable_as_long_as_all_its_materials() -> None:
    """The state follows every material that belongs to the key, not the current one alone."""
    house = House()
    first = house.bring(FIRST, ValidTo=START + 2 * DAY)
    old = house.encrypted()
    second = house.bring(SECOND, **NEW)
    house.call("RotateKeyOnDemand")
    assert house.metadata()["ValidTo"] == START + 2 * DAY
    new = house.encrypted()
    house.estate.clock.pass_(days=2)
    assert house.estate.state(house.key) == "PendingImport"
    assert house.states() == {first: ("NON_CURRENT", "PENDING_IMPORT"), second: ("CURRENT", "IMPORTED")}
    assert house.estate.refused("Decrypt", **new)[0] == INVALID_STATE
    house.bring(FIRST)
    for blob in (old, new):
        assert house.estate.call("Decrypt", **blob)["Plaintext"] == b"x"


# More than one.


def test_new_material_waits_for_a_rotation() -> None:
    house = House()
    first = house.bring(FIRST)
    old = house.encrypted()
    second = house.bring(SECOND, **NEW)
    assert house.states() == {first: ("CURRENT", "IMPORTED"), second: ("PENDING_ROTATION", "IMPORTED")}
    assert house.metadata()["CurrentKeyMaterialId"] == first
    assert house.estate.call("Decrypt", **house.encrypted())["KeyMaterialId"] == first
    assert house.call("RotateKeyOnDemand") == {"KeyId": house.key}
    assert house.states() == {first: ("NON_CURRENT", "IMPORTED"), second: ("CURRENT", "IMPORTED")}
    assert house.metadata()["CurrentKeyMaterialId"] == second
    assert house.estate.call("Decrypt", **house.encrypted())["KeyMaterialId"] == second
    assert house.estate.call("Decrypt", **old)["KeyMaterialId"] == first
    [rotation] = house.call("ListKeyRotations")["Rotations"]
    assert (rotation["KeyMaterialId"], rotation["RotationType"]) == (second, "ON_DEMAND")
    assert rotation["RotationDate"] == START


def test_only_one_material_waits() -> None:
    house = House()
    house.bring(FIRST)
    second = house.bring(SECOND, **NEW)
    code, message = house.refused(THIRD, **NEW)
    third = house.estate.kms._core.vault.material_id(house.key.rpartition("/")[2], THIRD)
    assert code == INVALID_STATE
    assert message == (
        f"New key material (id: {third}) cannot be imported into KMS key {house.key}, "
        f"because another key material (id: {second}) is pending rotation."
    )
    house.call("DeleteImportedKeyMaterial", KeyMaterialId=second)
    assert house.bring(THIRD, **NEW) == third


@pytest.mark.parametrize("swept", [False, True], ids=["when somebody looks", "by the sweep"])
def test_what_waits_does_not_belong_to_the_key(*, swept: bool) -> None:
    """It may expire or be deleted, and the key stays usable."""
    house = House()
    first = house.bring(FIRST)
    second = house.bring(SECOND, **NEW, ValidTo=START + DAY)
    assert house.metadata()["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"
    house.estate.clock.pass_(days=1)
    if swept:
        assert house.estate.kms.sweep() == 1
    assert house.estate.state(house.key) == "Enabled"
    assert house.estate.kms.store.materials(house.key)[1].wrapped is None
    assert house.states() == {first: ("CURRENT", "IMPORTED")}
    refusal = house.estate.refused("RotateKeyOnDemand", KeyId=house.key)
    assert refusal == (INVALID_STATE, f"No available key material pending rotation for the key: {house.key}.")
    assert house.refused(SECOND)[0] == INCORRECT  # it is no existing material either
    assert house.estate.kms.sweep() == 0
    assert house.bring(SECOND, **NEW) == second
    assert house.call("DeleteImportedKeyMaterial", KeyMaterialId=second)["KeyMaterialId"] == second
    assert house.estate.state(house.key) == "Enabled"
    assert house.states() == {first: ("CURRENT", "IMPORTED")}
    assert house.estate.refused("DeleteImportedKeyMaterial", KeyId=house.key, KeyMaterialId=second)[0] == (
        "NotFoundException"
    )


def test_a_key_rotates_as_often_as_material_comes() -> None:
    house = House()
    blobs = []
    for number in range(4):
        house.bring(bytes([number]) * 32, **(NEW if number else {}))
        if number:
            house.call("RotateKeyOnDemand")
        blobs.append(house.encrypted())
    assert len({house.estate.call("Decrypt", **blob)["KeyMaterialId"] for blob in blobs}) == 4


KINDS = [
    ("other material, and nothing is said", SECOND, {}, INCORRECT),
    ("other material as existing", SECOND, EXISTING, INCORRECT),
    ("known material as new", FIRST, NEW, INCORRECT),
    ("known material under another's id", FIRST, {"KeyMaterialId": "0" * 64}, INCORRECT),
    ("new material with an id", SECOND, {**NEW, "KeyMaterialId": "0" * 64}, VALIDATION),
]


@pytest.mark.parametrize(("material", "params", "code"), [pytest.param(*row[1:], id=row[0]) for row in KINDS])
def test_material_is_what_it_is_said_to_be(material: bytes, params: Params, code: str) -> None:
    house = House()
    house.bring(FIRST)
    before = house.estate.kms.store.revision
    assert house.refused(material, **params)[0] == code
    assert house.estate.kms.store.revision is before


def test_nothing_is_existing_before_the_first_import() -> None:
    house = House()
    assert house.refused(FIRST, **EXISTING)[0] == INCORRECT
    assert house.bring(FIRST, **NEW)


def test_material_is_named_and_described() -> None:
    """What describes it stays when it is imported again without a description."""
    house = House()
    first = house.bring(FIRST, KeyMaterialDescription="from the safe")
    house.bring(FIRST, KeyMaterialId=first)

    def described() -> Any:
        return house.call("ListKeyRotations", IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"][0]

    assert described()["KeyMaterialDescription"] == "from the safe"
    house.bring(FIRST, KeyMaterialDescription="from the other safe")
    assert described()["KeyMaterialDescription"] == "from the other safe"


# Deleting.


def test_deleted_material_is_gone_until_the_same_comes_back() -> None:
    house = House()
    first = house.bring(FIRST)
    blob = house.encrypted()
    for _ in range(2):  # once more has no effect
        answer = house.call("DeleteImportedKeyMaterial")
        assert answer == {"KeyId": house.key, "KeyMaterialId": first}
        assert house.estate.refused("Decrypt", **blob) == (INVALID_STATE, f"{house.key} is pending import.")
    assert [material.wrapped for material in house.estate.kms.store.materials(house.key)] == [None]
    house.bring(FIRST)
    assert house.estate.call("Decrypt", **blob)["Plaintext"] == b"x"


def test_nothing_to_delete() -> None:
    house = House()
    assert house.call("DeleteImportedKeyMaterial") == {"KeyId": house.key}
    assert house.estate.state(house.key) == "PendingImport"


def test_a_former_material_is_deleted_by_its_id() -> None:
    house = House()
    first = house.bring(FIRST)
    house.bring(SECOND, **NEW)
    house.call("RotateKeyOnDemand")
    assert house.call("DeleteImportedKeyMaterial", KeyMaterialId=first)["KeyMaterialId"] == first
    assert house.states()[first] == ("NON_CURRENT", "PENDING_IMPORT")
    assert house.estate.state(house.key) == "PendingImport"
    house.bring(FIRST, **EXISTING)
    assert house.states()[first] == ("NON_CURRENT", "IMPORTED")
    assert house.estate.state(house.key) == "Enabled"


def test_a_key_that_is_pending_deletion_stays_so() -> None:
    """KMS 3; kept after all, it waits for its material."""
    house = House()
    house.bring(FIRST)
    house.call("ScheduleKeyDeletion")
    house.call("DeleteImportedKeyMaterial")
    assert house.estate.state(house.key) == "PendingDeletion"
    house.call("CancelKeyDeletion")
    assert house.estate.state(house.key) == "PendingImport"


def test_a_disabled_key_takes_the_same_material_and_waits_without_it() -> None:
    house = House()
    house.bring(FIRST)
    house.call("DisableKey")
    house.bring(FIRST)
    assert house.estate.state(house.key) == "Disabled"
    house.call("DeleteImportedKeyMaterial")
    assert house.estate.state(house.key) == "PendingImport"


# Who may, and on which keys.


def asked(house: House, operation: str) -> dict[str, Any]:
    if operation == "GetParametersForImport":
        return {"KeyId": house.key, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
    if operation == "ImportKeyMaterial":
        return {**house.importer.request(house.key, FIRST), **FOR_GOOD}
    return {"KeyId": house.key}


OPERATIONS = ["GetParametersForImport", "ImportKeyMaterial", "DeleteImportedKeyMaterial"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_keys_that_are_made_here_take_no_material(operation: str) -> None:
    house = House()
    params = {**asked(house, operation), "KeyId": house.estate.key()}
    message = f"{params['KeyId']} origin is AWS_KMS which is not valid for this operation."
    assert house.estate.refused(operation, **params) == (UNSUPPORTED, message)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("caller", [NOBODY_A, ADMIN_B])
def test_who_may_not_learns_nothing(operation: str, caller: str) -> None:
    house = House()
    params = asked(house, operation)
    assert house.estate.refused(operation, caller, **params)[0] == "AccessDeniedException"


@pytest.mark.parametrize("operation", OPERATIONS[:2])
def test_no_import_into_a_key_that_is_pending_deletion(operation: str) -> None:
    """KMS 3."""
    house = House()
    params = asked(house, operation)
    house.call("ScheduleKeyDeletion")
    assert house.estate.refused(operation, **params) == (INVALID_STATE, f"{house.key} is pending deletion.")


POLICIES = [
    ("GetParametersForImport", {"StringEquals": {"kms:WrappingAlgorithm": "RSAES_OAEP_SHA_256"}}, True),
    ("GetParametersForImport", {"StringEquals": {"kms:WrappingAlgorithm": "RSAES_OAEP_SHA_1"}}, False),
    ("GetParametersForImport", {"StringEquals": {"kms:WrappingKeySpec": "RSA_2048"}}, True),
    ("GetParametersForImport", {"StringEquals": {"kms:WrappingKeySpec": "RSA_4096"}}, False),
    ("ImportKeyMaterial", {"StringEquals": {"kms:ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}}, True),
    ("ImportKeyMaterial", {"StringEquals": {"kms:ExpirationModel": "KEY_MATERIAL_EXPIRES"}}, False),
    ("ImportKeyMaterial", {"Null": {"kms:ValidTo": "true"}}, True),
]


@pytest.mark.parametrize(("operation", "condition", "allowed"), POLICIES)
def test_a_policy_decides_by_the_parameters(operation: str, condition: Params, *, allowed: bool) -> None:
    house = House(allow(f"kms:{operation}", Condition=condition))
    params = asked(house, operation)
    if allowed:
        assert house.estate.call(operation, APP_A, **params)
    else:
        assert house.estate.refused(operation, APP_A, **params)[0] == "AccessDeniedException"


@pytest.mark.parametrize(("days", "allowed"), [(9, True), (11, False)])
def test_a_policy_bounds_how_long_material_lasts(days: int, *, allowed: bool) -> None:
    """K9: kms:ValidTo is a number of seconds."""
    soon = {"NumericLessThan": {"kms:ValidTo": str(int((START + 10 * DAY).timestamp()))}}
    house = House(allow("kms:ImportKeyMaterial", Condition=soon))
    params = {**house.importer.request(house.key, FIRST), "ValidTo": START + days * DAY}
    if allowed:
        assert house.estate.call("ImportKeyMaterial", APP_A, **params)
    else:
        assert house.estate.refused("ImportKeyMaterial", APP_A, **params)[0] == "AccessDeniedException"
