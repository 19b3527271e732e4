"""DeriveSharedSecret, Encapsulate and Decapsulate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256K1,
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurve,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from policyeval.catalog.kms_specs import KEY_SPECS
from tests.kms.estate import ADMIN_B, APP_A, NOBODY_A, NOBODY_B, B, Estate, allow
from tests.kms.using import DENIED, THIRD_FORM, UNUSABLE, check_dry_run, opened_to, private, put_in

CURVES: dict[str, EllipticCurve] = {
    "ECC_NIST_P256": SECP256R1(),
    "ECC_NIST_P384": SECP384R1(),
    "ECC_NIST_P521": SECP521R1(),
}
KEMS = ["ML_KEM_768", "ML_KEM_1024"]
AGREES = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"}
KEM = {"KeySpec": "ML_KEM_768", "KeyUsage": "ENCAPSULATE_DECAPSULATE"}
ECDH_ = {"KeyAgreementAlgorithm": "ECDH"}
ML_KEM = {"EncapsulationAlgorithm": "ML_KEM"}


def spki(private_key: Any) -> bytes:
    written: bytes = private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return written


PEER = spki(generate_private_key(SECP256R1()))
ASKED: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "DeriveSharedSecret": (AGREES, {**ECDH_, "PublicKey": PEER}),
    "Encapsulate": (KEM, ML_KEM),
    "Decapsulate": (KEM, {**ML_KEM, "SharedSecretCiphertextBlob": bytes(1088)}),
}
"""A kind of key for each operation, and good parameters."""


@pytest.fixture(scope="module")
def shared() -> Estate:
    """An estate whose keys nobody changes."""
    return Estate()


@pytest.fixture(scope="module")
def keys(shared: Estate) -> Callable[[str], str]:
    """Give the one key for an operation."""
    made = {kind["KeySpec"]: shared.key(**kind) for kind, _ in ASKED.values()}
    return lambda operation: made[ASKED[operation][0]["KeySpec"]]


# Key agreement.


@pytest.mark.parametrize("spec", CURVES)
def test_both_sides_derive_the_same_secret(shared: Estate, spec: str) -> None:
    key = shared.key(KeySpec=spec, KeyUsage="KEY_AGREEMENT")
    peer = generate_private_key(CURVES[spec])
    made = shared.call("DeriveSharedSecret", KeyId=key, **ECDH_, PublicKey=spki(peer))
    public: Any = load_der_public_key(shared.call("GetPublicKey", KeyId=key)["PublicKey"])
    secret = peer.exchange(ECDH(), public)
    assert len(secret) == KEY_SPECS[spec].secret
    assert made == {"KeyId": key, "SharedSecret": secret, "KeyAgreementAlgorithm": "ECDH", "KeyOrigin": "AWS_KMS"}


def test_two_keys_of_the_kms_agree(shared: Estate) -> None:
    mine, yours = shared.key(**AGREES), shared.key(**AGREES)
    public = {key: shared.call("GetPublicKey", KeyId=key)["PublicKey"] for key in (mine, yours)}
    here = shared.call("DeriveSharedSecret", KeyId=mine, **ECDH_, PublicKey=public[yours])["SharedSecret"]
    there = shared.call("DeriveSharedSecret", KeyId=yours, **ECDH_, PublicKey=public[mine])["SharedSecret"]
    assert here == there


def off_the_curve(public: bytes) -> bytes:
    """Change a coordinate, so that the point lies on some weaker curve."""
    return public[:-1] + bytes([public[-1] ^ 1])


BAD_PEERS: list[tuple[str, bytes]] = [
    ("a key of another curve", spki(generate_private_key(SECP384R1()))),
    ("a key of a curve of the same size", spki(generate_private_key(SECP256K1()))),
    ("a point off the curve", off_the_curve(PEER)),
    ("no key", b"public"),
    ("a key that is cut off", PEER[:-1]),
]


@pytest.mark.parametrize("peer", [pytest.param(peer, id=name) for name, peer in BAD_PEERS])
def test_a_peer_of_another_kind_is_refused(shared: Estate, keys: Callable[[str], str], peer: bytes) -> None:
    params = {"KeyId": keys("DeriveSharedSecret"), **ECDH_, "PublicKey": peer}
    refusal = ("ValidationException", "The public key is not a valid key of key spec ECC_NIST_P256.")
    assert shared.refused("DeriveSharedSecret", **params) == refusal
    assert shared.refused("DeriveSharedSecret", **params, DryRun=True) == refusal
    assert shared.refused("DeriveSharedSecret", NOBODY_A, **params)[0] == DENIED


def test_enclaves_are_not_served(shared: Estate, keys: Callable[[str], str]) -> None:
    params = {
        "KeyId": keys("DeriveSharedSecret"),
        **ECDH_,
        "PublicKey": PEER,
        "Recipient": {"AttestationDocument": b"x"},
    }
    refusal = ("UnsupportedOperationException", "Recipient is not supported.")
    assert shared.refused("DeriveSharedSecret", **params) == refusal


# Encapsulation.


@pytest.mark.parametrize("spec", KEMS)
def test_anybody_opens_and_makes_what_is_encapsulated(shared: Estate, spec: str) -> None:
    key = shared.key(KeySpec=spec, KeyUsage="ENCAPSULATE_DECAPSULATE")
    made = shared.call("Encapsulate", KeyId=key, **ML_KEM)
    assert set(made) == {"KeyId", "SharedSecret", "SharedSecretCiphertextBlob", "EncapsulationAlgorithm"}
    assert (made["KeyId"], made["EncapsulationAlgorithm"]) == (key, "ML_KEM")
    assert private(shared, key).decapsulate(made["SharedSecretCiphertextBlob"]) == made["SharedSecret"]

    public: Any = load_der_public_key(shared.call("GetPublicKey", KeyId=key)["PublicKey"])
    secret, ciphertext = public.encapsulate()
    opened = shared.call("Decapsulate", KeyId=key, **ML_KEM, SharedSecretCiphertextBlob=ciphertext)
    assert opened == {"KeyId": key, "SharedSecret": secret, "EncapsulationAlgorithm": "ML_KEM"}


def test_no_two_encapsulated_secrets_are_the_same(shared: Estate, keys: Callable[[str], str]) -> None:
    key = keys("Encapsulate")
    assert len({shared.call("Encapsulate", KeyId=key, **ML_KEM)["SharedSecret"] for _ in range(10)}) == 10


def test_kms_13_a_wrong_ciphertext_gives_another_secret_and_no_error(
    shared: Estate, keys: Callable[[str], str]
) -> None:
    key = keys("Encapsulate")
    made = shared.call("Encapsulate", KeyId=key, **ML_KEM)
    ciphertext = made["SharedSecretCiphertextBlob"]
    for changed in (ciphertext[:-1] + bytes([ciphertext[-1] ^ 1]), bytes(1088)):
        params = {"KeyId": key, **ML_KEM, "SharedSecretCiphertextBlob": changed}
        opened = shared.call("Decapsulate", **params)["SharedSecret"]
        assert len(opened) == 32
        assert opened != made["SharedSecret"]
        assert opened == shared.call("Decapsulate", **params)["SharedSecret"]


@pytest.mark.parametrize("size", [1, 1087, 1089, 1568])
def test_kms_13_its_length_alone_can_be_wrong(shared: Estate, keys: Callable[[str], str], size: int) -> None:
    params = {"KeyId": keys("Decapsulate"), **ML_KEM, "SharedSecretCiphertextBlob": bytes(size)}
    assert shared.refused("Decapsulate", **params) == ("InvalidCiphertextException", "")
    assert shared.refused("Decapsulate", **params, DryRun=True) == ("InvalidCiphertextException", "")
    assert shared.refused("Decapsulate", NOBODY_A, **params)[0] == DENIED


# All three.


@pytest.mark.parametrize("operation", ASKED)
class TestEach:
    """What holds for each of them."""

    def test_a_key_of_another_usage_is_refused(self, shared: Estate, operation: str) -> None:
        for kind, usage in (({}, "ENCRYPT_DECRYPT"), ({**AGREES, "KeyUsage": "SIGN_VERIFY"}, "SIGN_VERIFY")):
            key = shared.key(**kind)
            words = f"{key} key usage is {usage} which is not valid for {operation}."  # KMS 9
            params = ASKED[operation][1]
            assert shared.refused(operation, KeyId=key, **params) == ("InvalidKeyUsageException", words)
            assert shared.refused(operation, NOBODY_A, KeyId=key, **params)[0] == DENIED

    @pytest.mark.parametrize(("state", "code", "words"), UNUSABLE)
    def test_a_key_that_is_not_enabled_is_refused(self, operation: str, state: str, code: str, words: str) -> None:
        estate = Estate()
        kind, params = ASKED[operation]
        key = estate.key(**kind)
        put_in(estate, key, state)
        assert estate.refused(operation, KeyId=key, **params) == (code, f"{key} {words}")

    def test_a_dry_run(self, shared: Estate, keys: Callable[[str], str], operation: str) -> None:
        check_dry_run(shared, operation, {"KeyId": keys(operation), **ASKED[operation][1]})

    def test_another_account_may_where_both_sides_allow(
        self, shared: Estate, keys: Callable[[str], str], operation: str
    ) -> None:
        kind, params = ASKED[operation]
        there = shared.key(**kind, Policy=opened_to(B))
        assert shared.call(operation, ADMIN_B, KeyId=there, **params)["KeyId"] == there
        assert shared.refused(operation, NOBODY_B, KeyId=there, **params)[0] == DENIED
        words = f"User: {ADMIN_B} is not authorized to perform: kms:{operation} {THIRD_FORM}"
        assert shared.refused(operation, ADMIN_B, KeyId=keys(operation), **params) == (DENIED, words)

    def test_a_condition_on_the_algorithm_decides(self, operation: str) -> None:
        # There is one algorithm of each, so a policy can only ask for another that nobody has.
        key_name = "kms:KeyAgreementAlgorithm" if operation == "DeriveSharedSecret" else "kms:EncapsulationAlgorithm"
        kind, params = ASKED[operation]
        for algorithm, passes in (({"ECDH", "ML_KEM"}, True), ({"another"}, False)):
            condition = {"StringEquals": {key_name: sorted(algorithm)}}
            estate = Estate(app_a=[allow(f"kms:{operation}", Condition=condition)])
            key = estate.key(**kind)
            if passes:
                assert estate.call(operation, APP_A, KeyId=key, **params)
            else:
                assert estate.refused(operation, APP_A, KeyId=key, **params)[0] == DENIED

    def test_a_use_is_noted_and_nothing_else_is_changed(
        self, shared: Estate, keys: Callable[[str], str], operation: str
    ) -> None:
        key, before = keys(operation), shared.kms.store.revision
        shared.call(operation, KeyId=key, **ASKED[operation][1])
        assert shared.kms.store.revision is before
        assert shared.call("GetKeyLastUsage", KeyId=key)["KeyLastUsage"]["Operation"] == operation
