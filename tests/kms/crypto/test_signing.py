"""Signatures and codes: good by the library itself, and refused with the API's code for whatever reason."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, mldsa, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from policyeval.catalog.kms_specs import KEY_SPECS, UNSUPPORTED_ALGORITHMS
from policyeval.kms.crypto.families import generate, open_key
from policyeval.kms.errors import KmsError
from tests.kms.crypto.keys import entropy, pair, private, public

SIGNING = [
    (spec.name, algorithm)
    for spec in KEY_SPECS.values()
    if spec.supported
    for algorithm in spec.signing
    if algorithm not in UNSUPPORTED_ALGORITHMS
]
HASHED = [(spec, algorithm) for spec, algorithm in SIGNING if spec.startswith(("RSA", "ECC_NIST_P", "ECC_SECG"))]
DIGESTS = {"SHA_256": hashlib.sha256, "SHA_384": hashlib.sha384, "SHA_512": hashlib.sha512}
MESSAGE = b"a message"

every_algorithm = pytest.mark.parametrize(("spec", "algorithm"), SIGNING)
every_hashing_one = pytest.mark.parametrize(("spec", "algorithm"), HASHED)


def refusal(attempt: Any, *arguments: Any) -> tuple[str, str]:
    with pytest.raises(KmsError) as refused:
        attempt(*arguments)
    return refused.value.code, refused.value.message


def by_the_library(spec: str, algorithm: str, message: bytes, signature: bytes) -> None:
    key: Any = load_der_public_key(pair(spec).public or b"")
    digest: Any = {"SHA_256": hashes.SHA256(), "SHA_384": hashes.SHA384(), "SHA_512": hashes.SHA512()}.get(
        algorithm[-7:]
    )
    if "_PSS_" in algorithm:
        # The salt is as long as the digest: any other length would not verify.
        key.verify(signature, message, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
    elif "PKCS1" in algorithm:
        key.verify(signature, message, padding.PKCS1v15(), digest)
    elif algorithm.startswith("ECDSA"):
        key.verify(signature, message, ec.ECDSA(digest))
    else:
        key.verify(signature, message)


@every_algorithm
def test_a_signature_is_good_by_the_library_and_by_us(spec: str, algorithm: str) -> None:
    signature = private(spec).sign(algorithm, MESSAGE, "RAW")
    by_the_library(spec, algorithm, MESSAGE, signature)
    public(spec).verify(algorithm, MESSAGE, "RAW", signature)
    assert KEY_SPECS[spec].signature in {None, len(signature)}


@every_algorithm
def test_a_signature_of_something_else_is_refused_without_a_word(spec: str, algorithm: str) -> None:
    signature = private(spec).sign(algorithm, MESSAGE, "RAW")
    verify = public(spec).verify
    middle = len(signature) // 2
    changed = signature[:middle] + bytes([signature[middle] ^ 1]) + signature[middle + 1 :]
    for message, given in (
        (b"another", signature),
        (MESSAGE, changed),
        (MESSAGE, signature[:-1]),
        (MESSAGE, b""),
        (MESSAGE, b"0"),
        (MESSAGE, bytes(6144)),
    ):
        assert refusal(verify, algorithm, message, "RAW", given) == ("KMSInvalidSignatureException", "")


@every_algorithm
def test_a_key_of_another_kind_has_no_such_algorithm(spec: str, algorithm: str) -> None:
    del algorithm
    other = "ECDSA_SHA_384" if spec != "ECC_NIST_P384" else "ECDSA_SHA_256"
    expected = ("InvalidKeyUsageException", f"Algorithm {other} is incompatible with key spec {spec}.")
    assert refusal(private(spec).sign, other, MESSAGE, "RAW") == expected
    assert refusal(public(spec).verify, other, MESSAGE, "RAW", b"") == expected


@every_hashing_one
def test_a_digest_and_its_message_have_the_same_signatures(spec: str, algorithm: str) -> None:
    digest = DIGESTS[algorithm[-7:]](MESSAGE).digest()
    by_the_library(spec, algorithm, MESSAGE, private(spec).sign(algorithm, digest, "DIGEST"))
    public(spec).verify(algorithm, digest, "DIGEST", private(spec).sign(algorithm, MESSAGE, "RAW"))


@every_hashing_one
def test_a_digest_has_its_algorithms_length(spec: str, algorithm: str) -> None:
    size = DIGESTS[algorithm[-7:]]().digest_size
    for length in {0, 20, 32, 48, 64, size - 1, size + 1} - {size}:
        expected = ("ValidationException", f"Digest is invalid length for algorithm {algorithm}.")
        assert refusal(private(spec).sign, algorithm, bytes(length), "DIGEST") == expected
        assert refusal(public(spec).verify, algorithm, bytes(length), "DIGEST", b"") == expected


@pytest.mark.parametrize(
    ("spec", "algorithm", "message_type"),
    [
        ("RSA_2048", "RSASSA_PSS_SHA_256", "EXTERNAL_MU"),
        ("ECC_NIST_P256", "ECDSA_SHA_256", "EXTERNAL_MU"),
        ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512", "DIGEST"),
        ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512", "EXTERNAL_MU"),
        ("ML_DSA_65", "ML_DSA_SHAKE_256", "DIGEST"),
    ],
)
def test_an_algorithm_takes_only_its_types_of_messages(spec: str, algorithm: str, message_type: str) -> None:
    expected = ("ValidationException", f"Message type {message_type} is incompatible with algorithm {algorithm}.")
    assert refusal(private(spec).sign, algorithm, bytes(64), message_type) == expected
    assert refusal(public(spec).verify, algorithm, bytes(64), message_type, bytes(64)) == expected


def test_ed25519ph_is_refused_and_never_faked() -> None:
    expected = ("UnsupportedOperationException", "")
    assert refusal(private("ECC_NIST_EDWARDS25519").sign, "ED25519_PH_SHA_512", bytes(64), "DIGEST") == expected
    assert (
        refusal(public("ECC_NIST_EDWARDS25519").verify, "ED25519_PH_SHA_512", bytes(64), "DIGEST", bytes(64))
        == expected
    )


@pytest.mark.parametrize("spec", ["ML_DSA_44", "ML_DSA_65", "ML_DSA_87"])
def test_a_representative_of_ml_dsa_is_the_message(spec: str) -> None:
    key: Any = load_der_public_key(pair(spec).public or b"")
    hasher = mldsa.MLDSAMuHasher(key)
    hasher.update(MESSAGE)
    mu = hasher.finalize()
    public(spec).verify("ML_DSA_SHAKE_256", MESSAGE, "RAW", private(spec).sign("ML_DSA_SHAKE_256", mu, "EXTERNAL_MU"))
    signature = private(spec).sign("ML_DSA_SHAKE_256", MESSAGE, "RAW")
    public(spec).verify("ML_DSA_SHAKE_256", mu, "EXTERNAL_MU", signature)
    assert refusal(public(spec).verify, "ML_DSA_SHAKE_256", bytes(64), "EXTERNAL_MU", signature) == (
        "KMSInvalidSignatureException",
        "",
    )
    for length in (0, 63, 65):
        expected = ("ValidationException", "Digest is invalid length for algorithm ML_DSA_SHAKE_256.")
        assert refusal(private(spec).sign, "ML_DSA_SHAKE_256", bytes(length), "EXTERNAL_MU") == expected


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256", "ECC_NIST_EDWARDS25519", "ML_DSA_44"])
def test_a_message_may_be_empty(spec: str) -> None:
    algorithm = next(name for each, name in SIGNING if each == spec)
    public(spec).verify(algorithm, b"", "RAW", private(spec).sign(algorithm, b"", "RAW"))


def test_an_ecdsa_signature_that_is_not_der_is_none() -> None:
    signature = private("ECC_NIST_P256").sign("ECDSA_SHA_256", MESSAGE, "RAW")
    r, s = decode_dss_signature(signature)
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    wide = b"0\x81" + signature[1:]
    # A number whose first bit is set, without the zero byte that makes it positive.
    negative = bytes.fromhex("3006020180020101")
    for given in (raw, wide, negative, signature + b"\0", encode_dss_signature(0, 0)):
        assert refusal(public("ECC_NIST_P256").verify, "ECDSA_SHA_256", MESSAGE, "RAW", given) == (
            "KMSInvalidSignatureException",
            "",
        )


@pytest.mark.parametrize("size", [224, 256, 384, 512])
def test_a_code_is_that_of_the_standard_library_and_no_other_is_good(size: int) -> None:
    spec, algorithm = f"HMAC_{size}", f"HMAC_SHA_{size}"
    material = generate(spec, entropy()).secret
    handle: Any = open_key(spec, material)
    code = handle.generate(algorithm, MESSAGE)
    assert code == hmac.digest(material, MESSAGE, f"sha{size}")
    handle.verify(algorithm, MESSAGE, code)
    for message, given in (
        (b"another", code),
        (MESSAGE, code[:-1]),
        (MESSAGE, code + b"\0"),
        (MESSAGE, b""),
        (MESSAGE, bytes(len(code))),
    ):
        assert refusal(handle.verify, algorithm, message, given) == ("KMSInvalidMacException", "")
    other = f"HMAC_SHA_{224 if size != 224 else 256}"
    assert refusal(handle.generate, other, MESSAGE) == (
        "InvalidKeyUsageException",
        f"Algorithm {other} is incompatible with key spec {spec}.",
    )
