"""Data keys, data key pairs and random bytes; and envelope encryption as the documents show it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from policyeval.catalog.kms_specs import KEY_SPECS
from tests.kms.estate import ADMIN_B, APP_A, NOBODY_A, NOBODY_B, B, Estate, allow
from tests.kms.using import DENIED, THIRD_FORM, UNUSABLE, check_condition, check_dry_run, opened_to, put_in

BLUE = {"tenant": "blue"}
DATA_KEYS = ("GenerateDataKey", "GenerateDataKeyWithoutPlaintext")
PAIRS = ("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext")
SIZES: dict[str, dict[str, Any]] = {
    **{operation: {"KeySpec": "AES_256"} for operation in DATA_KEYS},
    **{operation: {"KeyPairSpec": "ECC_NIST_P256"} for operation in PAIRS},
}
"""The least that each operation is asked with."""

PAGE = Path(__file__).resolve().parents[2] / "docs" / "envelope-encryption.md"


@pytest.fixture(scope="module")
def shared() -> Estate:
    """An estate whose keys nobody changes."""
    return Estate()


@pytest.fixture(scope="module")
def key(shared: Estate) -> str:
    return shared.key()


# Data keys.

LENGTHS: list[tuple[dict[str, Any], int]] = [
    ({"KeySpec": "AES_128"}, 16),
    ({"KeySpec": "AES_256"}, 32),
    ({"NumberOfBytes": 1}, 1),
    ({"NumberOfBytes": 64}, 64),
    ({"NumberOfBytes": 1024}, 1024),
]


@pytest.mark.parametrize(("size", "length"), LENGTHS)
def test_a_data_key_is_what_its_ciphertext_decrypts_to(
    shared: Estate, key: str, size: dict[str, Any], length: int
) -> None:
    made = shared.call("GenerateDataKey", KeyId=key, **size, EncryptionContext=BLUE)
    assert set(made) == {"CiphertextBlob", "Plaintext", "KeyId", "KeyMaterialId"}
    assert (len(made["Plaintext"]), made["KeyId"]) == (length, key)
    assert made["KeyMaterialId"] == shared.kms.store.materials(key)[0].id  # KMS 5
    opened = shared.call("Decrypt", CiphertextBlob=made["CiphertextBlob"], EncryptionContext=BLUE)
    assert opened["Plaintext"] == made["Plaintext"]
    refused = shared.refused("Decrypt", CiphertextBlob=made["CiphertextBlob"])
    assert refused == ("InvalidCiphertextException", "")  # KMS 7


def test_a_data_key_without_its_plaintext(shared: Estate, key: str) -> None:
    made = shared.call("GenerateDataKeyWithoutPlaintext", KeyId=key, KeySpec="AES_128")
    assert set(made) == {"CiphertextBlob", "KeyId", "KeyMaterialId"}
    assert made["KeyMaterialId"] == shared.kms.store.materials(key)[0].id
    assert len(shared.call("Decrypt", CiphertextBlob=made["CiphertextBlob"])["Plaintext"]) == 16


def test_no_two_data_keys_are_the_same(shared: Estate, key: str) -> None:
    made = {shared.call("GenerateDataKey", KeyId=key, KeySpec="AES_256")["Plaintext"] for _ in range(20)}
    assert len(made) == 20


ONE_LENGTH = ("ValidationException", "Please specify either number of bytes or key spec.")
BOUND = (
    "ValidationException",
    "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy constraint: "
    "Member must have value less than or equal to 1024",
)
BAD_LENGTHS: list[tuple[str, dict[str, Any], tuple[str, str]]] = [
    ("neither spec nor length", {}, ONE_LENGTH),
    ("both", {"KeySpec": "AES_256", "NumberOfBytes": 32}, ONE_LENGTH),
    ("too long", {"NumberOfBytes": 1025}, BOUND),
]


@pytest.mark.parametrize("operation", DATA_KEYS)
@pytest.mark.parametrize(("size", "refusal"), [pytest.param(*row[1:], id=row[0]) for row in BAD_LENGTHS])
def test_a_length_that_is_none(
    shared: Estate, key: str, operation: str, size: dict[str, Any], refusal: tuple[str, str]
) -> None:
    assert shared.refused(operation, KeyId=key, **size) == refusal


# Data key pairs.

PAIR_SPECS = [name for name, spec in KEY_SPECS.items() if spec.key_pair]
# RSA of more bits is the same code and takes seconds.
MADE = [name for name in PAIR_SPECS if KEY_SPECS[name].supported and name not in {"RSA_3072", "RSA_4096"}]


@pytest.mark.parametrize("spec", MADE)
def test_a_data_key_pair_is_one_and_its_ciphertext_decrypts_to_it(shared: Estate, key: str, spec: str) -> None:
    made = shared.call("GenerateDataKeyPair", KeyId=key, KeyPairSpec=spec, EncryptionContext=BLUE)
    assert set(made) == {
        "PrivateKeyCiphertextBlob",
        "PrivateKeyPlaintext",
        "PublicKey",
        "KeyId",
        "KeyPairSpec",
        "KeyMaterialId",
    }
    assert (made["KeyId"], made["KeyPairSpec"]) == (key, spec)
    assert made["KeyMaterialId"] == shared.kms.store.materials(key)[0].id  # KMS 5
    opened = shared.call("Decrypt", CiphertextBlob=made["PrivateKeyCiphertextBlob"], EncryptionContext=BLUE)
    assert opened["Plaintext"] == made["PrivateKeyPlaintext"]
    private = load_der_private_key(made["PrivateKeyPlaintext"], password=None)
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert public == made["PublicKey"]
    assert len(public) == KEY_SPECS[spec].public_key


def test_a_data_key_pair_without_its_plaintext(shared: Estate, key: str) -> None:
    made = shared.call("GenerateDataKeyPairWithoutPlaintext", KeyId=key, KeyPairSpec="ECC_NIST_P256")
    assert set(made) == {"PrivateKeyCiphertextBlob", "PublicKey", "KeyId", "KeyPairSpec", "KeyMaterialId"}
    opened = shared.call("Decrypt", CiphertextBlob=made["PrivateKeyCiphertextBlob"])["Plaintext"]
    private: Any = load_der_private_key(opened, password=None)
    public: Any = load_der_public_key(made["PublicKey"])
    public.verify(private.sign(b"hello", ECDSA(SHA256())), b"hello", ECDSA(SHA256()))


@pytest.mark.parametrize("operation", PAIRS)
@pytest.mark.parametrize("spec", [name for name in PAIR_SPECS if not KEY_SPECS[name].supported])
def test_a_pair_that_cannot_be_computed_is_refused(shared: Estate, key: str, operation: str, spec: str) -> None:
    # KMS 24: refused, never faked; a dry run says so too.
    for params in ({}, {"DryRun": True}):
        refused = shared.refused(operation, KeyId=key, KeyPairSpec=spec, **params)
        assert refused == ("UnsupportedOperationException", "")


# Which keys, and for whom.

KINDS: list[tuple[str, str, str]] = [
    ("RSA_2048", "ENCRYPT_DECRYPT", "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048."),
    ("ECC_NIST_P256", "SIGN_VERIFY", "{key} key usage is SIGN_VERIFY which is not valid for {operation}."),
    ("HMAC_256", "GENERATE_VERIFY_MAC", "{key} key usage is GENERATE_VERIFY_MAC which is not valid for {operation}."),
]


@pytest.mark.parametrize(("spec", "usage", "words"), KINDS)
def test_only_symmetric_encryption_keys_make_data_keys(shared: Estate, spec: str, usage: str, words: str) -> None:
    other = shared.key(KeySpec=spec, KeyUsage=usage)
    for operation, size in SIZES.items():
        expected = ("InvalidKeyUsageException", words.format(key=other, operation=operation))  # KMS 9
        assert shared.refused(operation, KeyId=other, **size) == expected
        assert shared.refused(operation, NOBODY_A, KeyId=other, **size)[0] == DENIED


@pytest.mark.parametrize(("state", "code", "words"), UNUSABLE)
def test_a_key_that_is_not_enabled_makes_none(state: str, code: str, words: str) -> None:
    estate = Estate()
    key = estate.key()
    put_in(estate, key, state)
    for operation, size in SIZES.items():
        assert estate.refused(operation, KeyId=key, **size) == (code, f"{key} {words}")


@pytest.mark.parametrize("operation", SIZES)
def test_a_dry_run_makes_none(shared: Estate, key: str, operation: str) -> None:
    check_dry_run(shared, operation, {"KeyId": key, **SIZES[operation]})


@pytest.mark.parametrize("operation", SIZES)
def test_another_account_makes_data_keys_where_both_sides_allow(shared: Estate, key: str, operation: str) -> None:
    there = shared.key(Policy=opened_to(B))
    assert shared.call(operation, ADMIN_B, KeyId=there, **SIZES[operation])["KeyId"] == there
    assert shared.refused(operation, NOBODY_B, KeyId=there, **SIZES[operation])[0] == DENIED
    words = f"User: {ADMIN_B} is not authorized to perform: kms:{operation} {THIRD_FORM}"
    assert shared.refused(operation, ADMIN_B, KeyId=key, **SIZES[operation]) == (DENIED, words)


@pytest.mark.parametrize("operation", SIZES)
def test_conditions_on_its_parameters_decide(operation: str) -> None:
    size = {"key": {}, **SIZES[operation]}
    blue, red = {**size, "EncryptionContext": BLUE}, {**size, "EncryptionContext": {"tenant": "red"}}
    check_condition(operation, blue, red, {"StringEquals": {"kms:EncryptionContext:tenant": "blue"}})
    if operation in PAIRS:
        other = {**size, "KeyPairSpec": "ECC_NIST_P384"}
        check_condition(operation, size, other, {"StringEquals": {"kms:DataKeyPairSpec": "ECC_NIST_P256"}})


@pytest.mark.parametrize("operation", SIZES)
def test_its_algorithm_is_a_condition_though_no_parameter(operation: str) -> None:
    condition = {"StringEquals": {"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}}
    estate = Estate(app_a=[allow(f"kms:{operation}", Condition=condition)])
    assert estate.call(operation, APP_A, KeyId=estate.key(), **SIZES[operation])


@pytest.mark.parametrize("operation", ["GenerateDataKey", "GenerateDataKeyPair"])
def test_enclaves_are_not_served(shared: Estate, key: str, operation: str) -> None:
    recipient = {"AttestationDocument": b"x", "KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    params = {"KeyId": key, **SIZES[operation], "Recipient": recipient}
    assert shared.refused(operation, **params) == ("UnsupportedOperationException", "Recipient is not supported.")
    assert shared.refused(operation, NOBODY_A, **params)[0] == DENIED


def test_nothing_here_changes_what_is_stored_and_every_use_is_noted(shared: Estate) -> None:
    key = shared.key()
    before = shared.kms.store.revision
    for operation, size in SIZES.items():
        shared.call(operation, KeyId=key, **size)
    shared.refused("GenerateDataKey", NOBODY_A, KeyId=key, KeySpec="AES_256")
    assert shared.kms.store.revision is before
    used = shared.call("GetKeyLastUsage", KeyId=key)["KeyLastUsage"]
    assert used["Operation"] == "GenerateDataKeyPairWithoutPlaintext"


# Random bytes.


@pytest.mark.parametrize("size", [1, 16, 1024])
def test_random_bytes(shared: Estate, size: int) -> None:
    made = shared.call("GenerateRandom", NumberOfBytes=size)
    assert set(made) == {"Plaintext"}
    assert len(made["Plaintext"]) == size


def test_no_two_random_answers_are_the_same(shared: Estate) -> None:
    assert len({shared.call("GenerateRandom", NumberOfBytes=16)["Plaintext"] for _ in range(20)}) == 20


RANDOM: list[tuple[str, dict[str, Any], tuple[str, str]]] = [
    ("KMS 11: no length", {}, ("ValidationException", "NumberOfBytes is required.")),
    ("KMS 14: too many", {"NumberOfBytes": 1025}, BOUND),
    (
        "a custom key store, of which there are none",
        {"NumberOfBytes": 1, "CustomKeyStoreId": "cks-1234567890abcdef0"},
        ("CustomKeyStoreNotFoundException", "Custom key store 'cks-1234567890abcdef0' does not exist."),
    ),
    (
        "an enclave",
        {"NumberOfBytes": 1, "Recipient": {"AttestationDocument": b"x"}},
        ("UnsupportedOperationException", "Recipient is not supported."),
    ),
]


@pytest.mark.parametrize(("params", "refusal"), [pytest.param(*row[1:], id=row[0]) for row in RANDOM])
def test_random_bytes_that_are_refused(shared: Estate, params: dict[str, Any], refusal: tuple[str, str]) -> None:
    assert shared.refused("GenerateRandom", **params) == refusal


def test_random_bytes_are_for_who_may(shared: Estate) -> None:
    words = (
        f"User: {NOBODY_A} is not authorized to perform: kms:GenerateRandom because no identity-based policy allows "
        "the kms:GenerateRandom action"
    )
    assert shared.refused("GenerateRandom", NOBODY_A, NumberOfBytes=1) == (DENIED, words)


# docs/envelope-encryption.md.


def test_the_page_about_envelope_encryption_does_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    (shown,) = re.findall(r"^```text\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    exec(compile(code, PAGE.name, "exec"), {})  # noqa: S102 - it is our own text
    assert capsys.readouterr().out == shown
