"""Encrypting with RSA, agreeing on secrets, encapsulating them: as the library does, and refused as the API says."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.dsa import generate_private_key as dsa_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.kms.errors import KmsError
from tests.kms.crypto.keys import pair, private, public

RSA = [(f"RSA_{bits}", f"RSAES_OAEP_SHA_{digest}") for bits in (2048, 3072, 4096) for digest in (1, 256)]
CURVES = ["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521"]
KEMS = ["ML_KEM_768", "ML_KEM_1024"]


def refusal(attempt: Any, *arguments: Any) -> tuple[str, str]:
    with pytest.raises(KmsError) as refused:
        attempt(*arguments)
    return refused.value.code, refused.value.message


def oaep(algorithm: str) -> padding.OAEP:
    digest = hashes.SHA1() if algorithm.endswith("_1") else hashes.SHA256()  # noqa: S303 - the algorithm is called so
    return padding.OAEP(padding.MGF1(digest), digest, None)


@pytest.mark.parametrize(("spec", "algorithm"), RSA)
def test_oaep_is_the_librarys_both_ways(spec: str, algorithm: str) -> None:
    key: Any = load_der_private_key(pair(spec).secret, None)
    longest = bytes(KEY_SPECS[spec].max_plaintext[algorithm])
    for plaintext in (b"x", longest):
        ciphertext = public(spec).encrypt(algorithm, plaintext)
        assert len(ciphertext) == KEY_SPECS[spec].ciphertext
        assert key.decrypt(ciphertext, oaep(algorithm)) == plaintext
        assert private(spec).decrypt(algorithm, key.public_key().encrypt(plaintext, oaep(algorithm))) == plaintext
    limit = len(longest)
    message = f"Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {limit} bytes."
    assert refusal(public(spec).encrypt, algorithm, longest + b"x") == ("ValidationException", message)


def test_an_rsa_ciphertext_that_does_not_open_is_refused_alike_whatever_is_wrong() -> None:
    ciphertext = public("RSA_2048").encrypt("RSAES_OAEP_SHA_256", b"secret")
    decrypt = private("RSA_2048").decrypt
    for algorithm, given in (
        ("RSAES_OAEP_SHA_1", ciphertext),
        ("RSAES_OAEP_SHA_256", ciphertext[:-1] + bytes([ciphertext[-1] ^ 1])),
        ("RSAES_OAEP_SHA_256", ciphertext[:-1]),
        ("RSAES_OAEP_SHA_256", ciphertext + b"\0"),
        ("RSAES_OAEP_SHA_256", b""),
        ("RSAES_OAEP_SHA_256", b"\xff" * 256),
    ):
        assert refusal(decrypt, algorithm, given) == ("InvalidCiphertextException", "")


def test_rsa_keys_know_no_other_way_to_encrypt() -> None:
    expected = ("InvalidKeyUsageException", "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.")
    assert refusal(public("RSA_2048").encrypt, "SYMMETRIC_DEFAULT", b"x") == expected
    assert refusal(private("RSA_2048").decrypt, "SYMMETRIC_DEFAULT", b"x") == expected


@pytest.mark.parametrize("spec", CURVES)
def test_both_sides_agree_on_a_secret_as_long_as_the_field(spec: str) -> None:
    own: Any = load_der_public_key(pair(spec).public or b"")
    peer = ec.generate_private_key(own.curve)
    peer_public = peer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    secret = private(spec).derive(peer_public)
    assert secret == peer.exchange(ec.ECDH(), own)
    assert len(secret) == KEY_SPECS[spec].secret


P256 = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")
OFF = bytearray(pair("ECC_NIST_P256").public or b"")
OFF[-1] ^= 1


@pytest.mark.parametrize(
    ("what", "given"),
    [
        ("a key of another curve", pair("ECC_NIST_P384").public or b""),
        ("a key of another curve of the same size", pair("ECC_SECG_P256K1").public or b""),
        ("an RSA key", pair("RSA_2048").public or b""),
        ("an Ed25519 key", pair("ECC_NIST_EDWARDS25519").public or b""),
        ("a point that is not on the curve", bytes(OFF)),
        ("the point at infinity", b"\x30\x19" + P256 + b"\x03\x02\x00\x00"),
        ("a private key", pair("ECC_NIST_P256").secret),
        ("a key cut short", (pair("ECC_NIST_P256").public or b"")[:-1]),
        ("a key and a byte", (pair("ECC_NIST_P256").public or b"") + b"\0"),
        ("the point alone", (pair("ECC_NIST_P256").public or b"")[-65:]),
        ("one byte", b"0"),
        ("nothing", b""),
        ("an element that is longer than what there is", b"\x30\xff"),
    ],
)
def test_a_peer_without_a_key_on_the_curve_gets_no_secret(what: str, given: bytes) -> None:
    del what
    expected = ("ValidationException", "The public key is not a valid key of key spec ECC_NIST_P256.")
    assert refusal(private("ECC_NIST_P256").derive, given) == expected


def test_a_key_of_an_outdated_algorithm_is_not_even_read() -> None:
    # The library would warn, and here a warning is an error.
    old = dsa_key(1024)  # noqa: S505 - that is what is refused
    given = old.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert refusal(private("ECC_NIST_P256").derive, given)[0] == "ValidationException"


def test_a_compressed_point_is_the_same_point() -> None:
    spec = "ECC_NIST_P256"
    own: Any = load_der_public_key(pair(spec).public or b"")
    point = own.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    compressed = b"\x30\x39" + P256 + b"\x03\x22\x00" + point
    assert private(spec).derive(compressed) == private(spec).derive(pair(spec).public)


def test_a_key_of_secp256k1_agrees_on_nothing() -> None:
    expected = ("InvalidKeyUsageException", "Algorithm ECDH is incompatible with key spec ECC_SECG_P256K1.")
    assert refusal(private("ECC_SECG_P256K1").derive, pair("ECC_SECG_P256K1").public) == expected


@pytest.mark.parametrize("spec", KEMS)
def test_what_is_encapsulated_comes_back(spec: str) -> None:
    made = public(spec).encapsulate()
    key: Any = load_der_private_key(pair(spec).secret, None)
    assert private(spec).decapsulate(made.ciphertext) == made.secret == key.decapsulate(made.ciphertext)
    assert (len(made.secret), len(made.ciphertext)) == (32, KEY_SPECS[spec].ciphertext)
    secret, ciphertext = key.public_key().encapsulate()
    assert private(spec).decapsulate(ciphertext) == secret


@pytest.mark.parametrize("spec", KEMS)
def test_a_changed_ciphertext_gives_another_secret_and_always_the_same_and_no_error(spec: str) -> None:
    made = public(spec).encapsulate()
    changed = bytes([made.ciphertext[0] ^ 1]) + made.ciphertext[1:]
    secret = private(spec).decapsulate(changed)
    assert len(secret) == 32
    assert secret != made.secret
    assert private(spec).decapsulate(changed) == secret
    assert private(spec).decapsulate(bytes(len(made.ciphertext))) != made.secret


@pytest.mark.parametrize("spec", KEMS)
def test_only_a_wrong_length_is_told(spec: str) -> None:
    length = KEY_SPECS[spec].ciphertext or 0
    for given in (0, 1, length - 1, length + 1, 1088 if length == 1568 else 1568):
        assert refusal(private(spec).decapsulate, bytes(given)) == ("InvalidCiphertextException", "")
