"""Sign, Verify and GetPublicKey."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256, sha384, sha512
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key

from policyeval.catalog.kms_specs import KEY_SPECS
from tests.kms.estate import ADMIN_B, APP_A, NOBODY_A, NOBODY_B, B, Estate, allow
from tests.kms.using import DENIED, THIRD_FORM, UNUSABLE, check_condition, check_dry_run, opened_to, private, put_in

HASHES: dict[str, HashAlgorithm] = {"SHA_256": SHA256(), "SHA_384": SHA384(), "SHA_512": SHA512()}
DIGESTS: dict[str, Callable[[bytes], Any]] = {"SHA_256": sha256, "SHA_384": sha384, "SHA_512": sha512}
# RSA of more bits is the same code and takes seconds.
SPECS = [
    name for name, spec in KEY_SPECS.items() if spec.signing and spec.supported and name not in {"RSA_3072", "RSA_4096"}
]
UNSUPPORTED = {"ED25519_PH_SHA_512"}
WAYS = [(spec, algorithm) for spec in SPECS for algorithm in KEY_SPECS[spec].signing if algorithm not in UNSUPPORTED]
P256 = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
MESSAGE = {"Message": b"hello", "SigningAlgorithm": "ECDSA_SHA_256"}
WRONG = ("KMSInvalidSignatureException", "")


@pytest.fixture(scope="module")
def shared() -> Estate:
    """An estate whose keys nobody changes."""
    return Estate()


@pytest.fixture(scope="module")
def keys(shared: Estate) -> Callable[[str], str]:
    """Give the one signing key of a spec."""
    made: dict[str, str] = {}

    def of(spec: str) -> str:
        if spec not in made:
            made[spec] = shared.key(KeySpec=spec, KeyUsage="SIGN_VERIFY")
        return made[spec]

    return of


@pytest.fixture(scope="module")
def key(keys: Callable[[str], str]) -> str:
    return keys("ECC_NIST_P256")


@pytest.fixture(scope="module")
def signature(shared: Estate, key: str) -> bytes:
    made: bytes = shared.call("Sign", KeyId=key, **MESSAGE)["Signature"]
    return made


def _how(algorithm: str) -> tuple[Any, ...]:
    """What `cryptography` takes beside signature and message."""
    if algorithm.startswith(("ED25519", "ML_DSA")):
        return ()
    digest = HASHES[algorithm[-7:]]
    if algorithm.startswith("ECDSA"):
        return (ECDSA(digest),)
    padding = PSS(MGF1(digest), digest.digest_size) if "PSS" in algorithm else PKCS1v15()
    return (padding, digest)


@pytest.mark.parametrize(("spec", "algorithm"), WAYS)
def test_anybody_verifies_what_is_signed_here_and_the_other_way_round(
    shared: Estate, keys: Callable[[str], str], spec: str, algorithm: str
) -> None:
    params = {"KeyId": (key := keys(spec)), "Message": b"hello", "SigningAlgorithm": algorithm}
    made = shared.call("Sign", **params)
    public: Any = load_der_public_key(shared.call("GetPublicKey", KeyId=key)["PublicKey"])
    public.verify(made["Signature"], b"hello", *_how(algorithm))
    with pytest.raises(InvalidSignature):
        public.verify(made["Signature"], b"hallo", *_how(algorithm))

    elsewhere = private(shared, key).sign(b"hello", *_how(algorithm))
    verified = shared.call("Verify", **params, Signature=elsewhere)
    assert verified == {"KeyId": key, "SignatureValid": True, "SigningAlgorithm": algorithm}
    assert made == {"KeyId": key, "Signature": made["Signature"], "SigningAlgorithm": algorithm}


@pytest.mark.parametrize(("spec", "algorithm"), [way for way in WAYS if way[1].startswith(("RSA", "ECDSA"))])
def test_a_digest_is_signed_as_the_message_that_it_is_of(
    shared: Estate, keys: Callable[[str], str], spec: str, algorithm: str
) -> None:
    params = {"KeyId": keys(spec), "SigningAlgorithm": algorithm}
    digest = {"Message": DIGESTS[algorithm[-7:]](b"hello").digest(), "MessageType": "DIGEST"}
    made = shared.call("Sign", **params, **digest)["Signature"]
    assert shared.call("Verify", **params, Message=b"hello", Signature=made)["SignatureValid"]
    assert shared.call("Verify", **params, **digest, Signature=made)["SignatureValid"]
    taken_for_a_message = {"Message": digest["Message"], "MessageType": "RAW"}
    assert shared.refused("Verify", **params, **taken_for_a_message, Signature=made) == WRONG


def test_kms_13_a_pss_salt_is_as_long_as_the_digest(shared: Estate, keys: Callable[[str], str]) -> None:
    params = {"KeyId": (key := keys("RSA_2048")), "Message": b"hello", "SigningAlgorithm": "RSASSA_PSS_SHA_256"}
    short = private(shared, key).sign(b"hello", PSS(MGF1(SHA256()), 20), SHA256())
    assert shared.refused("Verify", **params, Signature=short) == WRONG


def test_kms_13_ml_dsa_takes_the_representative_of_a_message(shared: Estate, keys: Callable[[str], str]) -> None:
    key = keys("ML_DSA_44")
    params = {"KeyId": key, "SigningAlgorithm": "ML_DSA_SHAKE_256", "MessageType": "EXTERNAL_MU"}
    made = shared.call("Sign", **params, Message=bytes(64))["Signature"]
    public: Any = load_der_public_key(shared.call("GetPublicKey", KeyId=key)["PublicKey"])
    public.verify_mu(made, bytes(64))
    assert shared.call("Verify", **params, Message=bytes(64), Signature=made)["SignatureValid"]
    words = "Digest is invalid length for algorithm ML_DSA_SHAKE_256."
    assert shared.refused("Sign", **params, Message=bytes(63)) == ("ValidationException", words)


CHANGES: list[tuple[str, dict[str, Any], Callable[[bytes], bytes]]] = [
    ("another message", {"Message": b"hallo"}, lambda made: made),
    ("a bit of it", {}, lambda made: made[:-1] + bytes([made[-1] ^ 1])),
    ("cut off", {}, lambda made: made[:-1]),
    ("nothing of the kind", {}, lambda _: b"signed"),
]


@pytest.mark.parametrize(("params", "change"), [pytest.param(*row[1:], id=row[0]) for row in CHANGES])
def test_kms_13_a_signature_of_something_else_is_wrong(
    shared: Estate, key: str, signature: bytes, params: dict[str, Any], change: Callable[[bytes], bytes]
) -> None:
    given = {"KeyId": key, **MESSAGE, **params, "Signature": change(signature)}
    assert shared.refused("Verify", **given) == WRONG
    assert shared.refused("Verify", **given, DryRun=True) == WRONG
    assert shared.refused("Verify", NOBODY_A, **given)[0] == DENIED


def test_a_signature_of_another_key_is_wrong(shared: Estate, signature: bytes) -> None:
    assert shared.refused("Verify", KeyId=shared.key(**P256), **MESSAGE, Signature=signature) == WRONG


def test_4096_bytes_and_no_more(shared: Estate, key: str) -> None:
    params = {"KeyId": key, "SigningAlgorithm": "ECDSA_SHA_256"}
    assert shared.call("Sign", **params, Message=bytes(4096))["Signature"]
    assert shared.refused("Sign", **params, Message=bytes(4097)) == (
        "ValidationException",
        "1 validation error detected: Value at 'message' failed to satisfy constraint: "
        "Member must have length less than or equal to 4096",
    )


# What a key cannot sign, in AWS's order (KMS 11).

DIGEST = {"MessageType": "DIGEST", "Message": bytes(32)}
SHORT = {"MessageType": "DIGEST", "Message": bytes(31)}
REFUSED: list[tuple[str, dict[str, Any], dict[str, Any], tuple[str, str]]] = [
    (
        "KMS 13: a digest of another length",
        P256,
        {**SHORT, "SigningAlgorithm": "ECDSA_SHA_256"},
        ("ValidationException", "Digest is invalid length for algorithm ECDSA_SHA_256."),
    ),
    (
        "KMS 11: that comes before what the key is for",
        {},
        {**SHORT, "SigningAlgorithm": "ECDSA_SHA_256"},
        ("ValidationException", "Digest is invalid length for algorithm ECDSA_SHA_256."),
    ),
    (
        "KMS 9: a key that encrypts",
        {},
        {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"},
        ("InvalidKeyUsageException", "{key} key usage is ENCRYPT_DECRYPT which is not valid for {operation}."),
    ),
    (
        "KMS 9: a key that agrees on secrets",
        {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"},
        {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"},
        ("InvalidKeyUsageException", "{key} key usage is KEY_AGREEMENT which is not valid for {operation}."),
    ),
    (
        "KMS 9: an algorithm of another spec",
        P256,
        {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_384"},
        ("InvalidKeyUsageException", "Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256."),
    ),
    (
        "KMS 13: Ed25519 signs messages alone",
        {"KeySpec": "ECC_NIST_EDWARDS25519", "KeyUsage": "SIGN_VERIFY"},
        {"MessageType": "DIGEST", "Message": bytes(64), "SigningAlgorithm": "ED25519_SHA_512"},
        ("ValidationException", "Message type DIGEST is incompatible with algorithm ED25519_SHA_512."),
    ),
    (
        "KMS 24: Ed25519ph cannot be computed here",
        {"KeySpec": "ECC_NIST_EDWARDS25519", "KeyUsage": "SIGN_VERIFY"},
        {"MessageType": "DIGEST", "Message": bytes(64), "SigningAlgorithm": "ED25519_PH_SHA_512"},
        ("UnsupportedOperationException", ""),
    ),
    (
        "the representative of a message, to what has none",
        P256,
        {"MessageType": "EXTERNAL_MU", "Message": bytes(64), "SigningAlgorithm": "ECDSA_SHA_256"},
        ("ValidationException", "Message type EXTERNAL_MU is incompatible with algorithm ECDSA_SHA_256."),
    ),
]


@pytest.mark.parametrize("operation", ["Sign", "Verify"])
@pytest.mark.parametrize(("kind", "params", "refusal"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_what_is_not_signed(
    shared: Estate, operation: str, kind: dict[str, Any], params: dict[str, Any], refusal: tuple[str, str]
) -> None:
    key = shared.key(**kind)
    given = {"KeyId": key, **params, **({"Signature": b"x"} if operation == "Verify" else {})}
    expected = (refusal[0], refusal[1].format(key=key, operation=operation))
    assert shared.refused(operation, **given) == expected
    assert shared.refused(operation, **given, DryRun=True) == expected
    assert shared.refused(operation, NOBODY_A, **given)[0] == DENIED


# States, dry runs, other accounts, conditions.


@pytest.mark.parametrize(("state", "code", "words"), UNUSABLE)
def test_a_key_that_is_not_enabled_does_nothing(signature: bytes, state: str, code: str, words: str) -> None:
    estate = Estate()
    key = estate.key(**P256)
    put_in(estate, key, state)
    refusal = (code, f"{key} {words}")
    assert estate.refused("Sign", KeyId=key, **MESSAGE) == refusal
    assert estate.refused("Verify", KeyId=key, **MESSAGE, Signature=signature) == refusal
    assert estate.refused("GetPublicKey", KeyId=key) == refusal  # KMS 1
    # KMS 11: the state comes before the digest.
    assert estate.refused("Sign", KeyId=key, **SHORT, SigningAlgorithm="ECDSA_SHA_256") == refusal


def test_dry_runs(shared: Estate, key: str, signature: bytes) -> None:
    check_dry_run(shared, "Sign", {"KeyId": key, **MESSAGE})
    check_dry_run(shared, "Verify", {"KeyId": key, **MESSAGE, "Signature": signature})


@pytest.mark.parametrize("operation", ["Sign", "Verify", "GetPublicKey"])
def test_another_account_may_where_both_sides_allow(shared: Estate, key: str, operation: str) -> None:
    there = shared.key(**P256, Policy=opened_to(B))
    signed = shared.call("Sign", ADMIN_B, KeyId=there, **MESSAGE)["Signature"]
    params: dict[str, Any] = {
        "Sign": MESSAGE,
        "Verify": {**MESSAGE, "Signature": signed},
        "GetPublicKey": {},
    }[operation]
    assert shared.call(operation, ADMIN_B, KeyId=there, **params)["KeyId"] == there
    assert shared.refused(operation, NOBODY_B, KeyId=there, **params)[0] == DENIED
    words = f"User: {ADMIN_B} is not authorized to perform: kms:{operation} {THIRD_FORM}"
    assert shared.refused(operation, ADMIN_B, KeyId=key, **params) == (DENIED, words)


CONDITIONS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "the algorithm",
        {"key": {"KeySpec": "ECC_NIST_P384", "KeyUsage": "SIGN_VERIFY"}, "SigningAlgorithm": "ECDSA_SHA_384"},
        {"StringEquals": {"kms:SigningAlgorithm": "ECDSA_SHA_256"}},
    ),
    ("the message type that is left out", DIGEST, {"StringEquals": {"kms:MessageType": "RAW"}}),
]


@pytest.mark.parametrize(("other", "condition"), [pytest.param(*row[1:], id=row[0]) for row in CONDITIONS])
def test_a_condition_on_a_parameter_of_sign_decides(other: dict[str, Any], condition: dict[str, Any]) -> None:
    good = {"key": P256, **MESSAGE}
    check_condition("Sign", good, {**good, **other}, condition)


@pytest.mark.parametrize(
    ("condition", "passes"),
    [
        ({"StringEquals": {"kms:SigningAlgorithm": "ECDSA_SHA_256", "kms:MessageType": "RAW"}}, True),
        ({"StringEquals": {"kms:SigningAlgorithm": "ECDSA_SHA_384"}}, False),
        ({"StringEquals": {"kms:MessageType": "DIGEST"}}, False),
    ],
)
def test_a_condition_on_a_parameter_of_verify_decides(*, condition: dict[str, Any], passes: bool) -> None:
    estate = Estate(app_a=[allow("kms:Verify", Condition=condition)])
    params = {"KeyId": estate.key(**P256), **MESSAGE}
    params["Signature"] = estate.call("Sign", **params)["Signature"]
    if passes:
        assert estate.call("Verify", APP_A, **params)["SignatureValid"]
    else:
        assert estate.refused("Verify", APP_A, **params)[0] == DENIED


# Public keys.

LISTS = {
    ("ECC_NIST_P256", "SIGN_VERIFY"): {"SigningAlgorithms": ["ECDSA_SHA_256"]},
    ("ECC_NIST_P256", "KEY_AGREEMENT"): {"KeyAgreementAlgorithms": ["ECDH"]},
    ("RSA_2048", "ENCRYPT_DECRYPT"): {"EncryptionAlgorithms": ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]},
    ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"): {"EncapsulationAlgorithms": ["ML_KEM"]},
}


@pytest.mark.parametrize(("spec", "usage"), LISTS)
def test_a_public_key_says_what_it_is_good_for(shared: Estate, spec: str, usage: str) -> None:
    key = shared.key(KeySpec=spec, KeyUsage=usage)
    given = shared.call("GetPublicKey", KeyId=key)
    public = given.pop("PublicKey")
    assert load_der_public_key(public) == private(shared, key).public_key()
    assert len(public) == KEY_SPECS[spec].public_key
    assert given == {
        "KeyId": key,
        "CustomerMasterKeySpec": spec,
        "KeySpec": spec,
        "KeyUsage": usage,
        **LISTS[spec, usage],
    }


@pytest.mark.parametrize(
    "kind", [{}, {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}], ids=["symmetric", "HMAC"]
)
def test_a_key_that_has_no_public_half(shared: Estate, kind: dict[str, Any]) -> None:
    key = shared.key(**kind)
    assert shared.refused("GetPublicKey", KeyId=key) == ("UnsupportedOperationException", "")
    assert shared.refused("GetPublicKey", NOBODY_A, KeyId=key)[0] == DENIED


def test_a_use_is_noted_and_nothing_else_is_changed(shared: Estate) -> None:
    key = shared.key(**P256)
    before = shared.kms.store.revision
    made = shared.call("Sign", KeyId=key, **MESSAGE)["Signature"]
    assert shared.call("GetKeyLastUsage", KeyId=key)["KeyLastUsage"]["Operation"] == "Sign"
    shared.call("Verify", KeyId=key, **MESSAGE, Signature=made)
    shared.call("GetPublicKey", KeyId=key)  # which the API does not count
    shared.refused("Sign", KeyId=key, Message=b"x", SigningAlgorithm="ECDSA_SHA_384")
    assert shared.kms.store.revision is before
    assert shared.call("GetKeyLastUsage", KeyId=key)["KeyLastUsage"]["Operation"] == "Verify"
