"""What may be imported how, and in what form; outcomes of whole imports stand in fixtures/vectors/imports.json."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.kms.crypto.families import admit
from policyeval.kms.crypto.importing import _unwrap, import_parameters, wraps
from policyeval.kms.errors import KmsError
from tests.kms.crypto.keys import entropy, pair, read

SEALING_KEY = bytes(32)
ARN = "arn:aws:kms:us-east-1:111122223333:key/k"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
DIRECT = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")
IN_TWO_STEPS = ("RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256")
WRAPPING_KEYS = ("RSA_2048", "RSA_3072", "RSA_4096")


@pytest.mark.parametrize(
    ("specs", "algorithms", "wrapping_specs"),
    [
        ("SYMMETRIC_DEFAULT HMAC_224 HMAC_256 HMAC_384 HMAC_512", DIRECT, WRAPPING_KEYS),
        ("ECC_NIST_P256 ECC_NIST_P384 ECC_SECG_P256K1", (*DIRECT, *IN_TWO_STEPS), WRAPPING_KEYS),
        ("ECC_NIST_P521", IN_TWO_STEPS, WRAPPING_KEYS),
        ("ECC_NIST_P521", DIRECT, ("RSA_3072", "RSA_4096")),
        ("RSA_2048 RSA_3072 RSA_4096", IN_TWO_STEPS, WRAPPING_KEYS),
    ],
)
def test_these_ways_are_open(specs: str, algorithms: tuple[str, ...], wrapping_specs: tuple[str, ...]) -> None:
    assert all(
        wraps(spec, algorithm, key) for spec in specs.split() for algorithm in algorithms for key in wrapping_specs
    )


@pytest.mark.parametrize(
    ("why", "spec", "algorithm", "wrapping_spec"),
    [
        ("a key of P-521 does not fit", "ECC_NIST_P521", "RSAES_OAEP_SHA_256", "RSA_2048"),
        ("a key of P-521 does not fit with SHA-1 either", "ECC_NIST_P521", "RSAES_OAEP_SHA_1", "RSA_2048"),
        ("an RSA key fits nowhere", "RSA_2048", "RSAES_OAEP_SHA_256", "RSA_4096"),
        ("two steps are for private keys", "SYMMETRIC_DEFAULT", "RSA_AES_KEY_WRAP_SHA_256", "RSA_2048"),
        ("two steps are for private keys, which HMAC has none of", "HMAC_256", "RSA_AES_KEY_WRAP_SHA_1", "RSA_2048"),
        ("PKCS #1 v1.5 is no more", "SYMMETRIC_DEFAULT", "RSAES_PKCS1_V1_5", "RSA_2048"),
        ("SM2 cannot be computed", "SYMMETRIC_DEFAULT", "SM2PKE", "SM2"),
        ("SM2 cannot be computed as a wrapping key either", "SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_256", "SM2"),
        ("a curve wraps nothing", "SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_256", "ECC_NIST_P256"),
        ("ML-DSA keys are not imported", "ML_DSA_44", "RSAES_OAEP_SHA_256", "RSA_2048"),
        ("ML-KEM keys are not imported", "ML_KEM_768", "RSAES_OAEP_SHA_256", "RSA_2048"),
        ("Ed25519 keys are not imported", "ECC_NIST_EDWARDS25519", "RSA_AES_KEY_WRAP_SHA_256", "RSA_2048"),
        ("SM2 keys are not imported here", "SM2", "RSAES_OAEP_SHA_256", "RSA_2048"),
    ],
)
def test_these_ways_are_closed(why: str, spec: str, algorithm: str, wrapping_spec: str) -> None:
    del why
    with pytest.raises(KmsError) as refused:
        import_parameters(SEALING_KEY, ARN, spec, algorithm, wrapping_spec, NOW, entropy())
    assert (refused.value.code, refused.value.message) == ("UnsupportedOperationException", "")


def test_a_token_fits_into_what_the_api_takes_and_shows_no_key() -> None:
    for wrapping_spec in ("RSA_2048", "RSA_3072"):
        made = import_parameters(
            SEALING_KEY, ARN, "SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_256", wrapping_spec, NOW, entropy()
        )
        assert len(made.token) <= 6144
        assert len(made.public_key) == KEY_SPECS[wrapping_spec].public_key
        assert b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01" not in made.token
    # The largest keys are slow to make, so theirs are looked up.
    assert max(len(bytes.fromhex(case["token"])) for case in read("imports")["cases"]) in range(2400, 6144)


def test_in_two_steps_the_first_gives_an_aes_key() -> None:
    key: Any = _private("RSA_2048")
    oaep = OAEP(MGF1(SHA256()), SHA256(), None)
    for size in (0, 15, 31, 33):
        with pytest.raises(KmsError) as refused:
            _unwrap(key, "RSA_AES_KEY_WRAP_SHA_256", key.public_key().encrypt(bytes(size), oaep) + bytes(40))
        assert refused.value.code == "InvalidCiphertextException"


def _private(spec: str) -> Any:
    return load_der_private_key(pair(spec).secret, None)


def _written(spec: str, form: PrivateFormat, encoding: Encoding = Encoding.DER, protection: Any = None) -> bytes:
    return bytes(_private(spec).private_bytes(encoding, form, protection or NoEncryption()))


def _element(tag: int, contents: bytes) -> bytes:
    size = len(contents)
    length = (
        bytes([size]) if size < 128 else b"\x81" + bytes([size]) if size < 256 else b"\x82" + size.to_bytes(2, "big")
    )
    return bytes([tag]) + length + contents


P256 = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")


def _p256(private: bytes, algorithm: bytes = P256, version: bytes = b"\x02\x01\x00") -> bytes:
    return _element(0x30, version + algorithm + _element(4, private))


def _ec_private(value: int, point: bytes = b"") -> bytes:
    inside = b"\x02\x01\x01" + _element(4, value.to_bytes(32, "big"))
    return _element(0x30, inside + (_element(0xA1, _element(3, b"\0" + point)) if point else b""))


VALUE = _private("ECC_NIST_P256").private_numbers().private_value
COMPRESSED = _private("ECC_NIST_P256").public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
PLAIN = _private("ECC_NIST_P256").public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@pytest.mark.parametrize(
    "spec", [spec.name for spec in KEY_SPECS.values() if spec.importable and spec.supported and spec.public_key]
)
def test_a_key_of_ours_is_taken_in_as_it_is(spec: str) -> None:
    assert admit(spec, pair(spec).secret) == pair(spec)


@pytest.mark.parametrize(
    ("form", "material"),
    [
        ("a point that is compressed", _p256(_ec_private(VALUE, COMPRESSED))),
        ("a point that is not", _p256(_ec_private(VALUE, PLAIN))),
        ("no point", _p256(_ec_private(VALUE))),
    ],
)
def test_one_key_in_several_forms_becomes_one_and_the_same(form: str, material: bytes) -> None:
    del form
    assert admit("ECC_NIST_P256", material) == pair("ECC_NIST_P256")


BROKEN_RSA = bytearray(pair("RSA_2048").secret)
BROKEN_RSA[-20] ^= 1


@pytest.mark.parametrize(
    ("what", "spec", "material"),
    [
        ("the older format of curves", "ECC_NIST_P256", _written("ECC_NIST_P256", PrivateFormat.TraditionalOpenSSL)),
        ("the older format of RSA", "RSA_2048", _written("RSA_2048", PrivateFormat.TraditionalOpenSSL)),
        ("PEM", "ECC_NIST_P256", _written("ECC_NIST_P256", PrivateFormat.PKCS8, Encoding.PEM)),
        (
            "one with a password",
            "ECC_NIST_P256",
            _written("ECC_NIST_P256", PrivateFormat.PKCS8, protection=BestAvailableEncryption(b"x")),
        ),
        ("the point of another key", "ECC_NIST_P256", _p256(_ec_private(VALUE + 1, PLAIN))),
        ("a private value of zero", "ECC_NIST_P256", _p256(_ec_private(0))),
        ("a private value beyond the order", "ECC_NIST_P256", _p256(_ec_private(2**256 - 1))),
        (
            "a curve that is not named",
            "ECC_NIST_P256",
            _p256(_ec_private(VALUE), _element(0x30, P256[2:11] + _element(0x30, b"\x02\x01\x01"))),
        ),
        ("an algorithm without a curve", "ECC_NIST_P256", _p256(_ec_private(VALUE), _element(0x30, P256[2:11]))),
        ("a byte more", "ECC_NIST_P256", pair("ECC_NIST_P256").secret + b"\0"),
        ("a byte less", "ECC_NIST_P256", pair("ECC_NIST_P256").secret[:-1]),
        ("primes that are not the modulus's", "RSA_2048", bytes(BROKEN_RSA)),
        ("nothing", "ECC_NIST_P256", b""),
        ("one byte", "RSA_2048", b"0"),
        ("zeros", "RSA_2048", bytes(100)),
    ],
)
def test_material_in_another_form_or_unsound_is_refused(what: str, spec: str, material: bytes) -> None:
    del what
    with pytest.raises(KmsError) as refused:
        admit(spec, material)
    assert refused.value.code == "IncorrectKeyMaterialException"
    assert refused.value.message == f"The key material is not valid for key spec {spec}."


@pytest.mark.parametrize("bits", [1024, 2056])
def test_an_rsa_key_of_no_size_of_aws_is_refused(bits: int) -> None:
    key = rsa.generate_private_key(65537, bits)
    material = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    for spec in WRAPPING_KEYS:
        with pytest.raises(KmsError) as refused:
            admit(spec, material)
        assert refused.value.code == "IncorrectKeyMaterialException"


def test_a_curve_that_aws_does_not_have_is_refused() -> None:
    material = ec.generate_private_key(ec.BrainpoolP256R1()).private_bytes(
        Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
    )
    with pytest.raises(KmsError) as refused:
        admit("ECC_NIST_P256", material)
    assert refused.value.code == "IncorrectKeyMaterialException"


def test_what_is_never_imported_is_never_taken_in() -> None:
    with pytest.raises(KmsError) as refused:
        admit("ML_DSA_44", pair("ML_DSA_44").secret)
    assert refused.value.code == "UnsupportedOperationException"
