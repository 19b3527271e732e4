"""The key specs of KMS: what keys of each can be used for, and with which algorithms and sizes.

Sources, read 2026-11-25: "Key spec reference" (kms/latest/developerguide/symm-asymm-choose-key-spec.html),
"Importing key material: requirements" (kms/latest/developerguide/importing-keys-conceptual.html), the API's
pages of CreateKey, Sign and GenerateDataKeyPair, and the service model of 2014-11-01 in botocore. Sizes of keys and
signatures follow from the standards (FIPS 186-5, 203 and 204).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

__all__ = [
    "DATA_KEY_SIZES",
    "DIGEST_SIZES",
    "KEY_SPECS",
    "MAX_PLAINTEXT",
    "UNSUPPORTED_ALGORITHMS",
    "KeySpec",
]

MAX_PLAINTEXT: Final = 4096
"""Bytes that Encrypt takes under a symmetric key (KMS 6)."""


class KeySpec(NamedTuple):
    """A key spec; sizes are in bytes, None where there is no such thing or it varies.

    Attributes:
        usages: what KeyUsage may be; a key has one of them.
        default_usage: what it is when CreateKey leaves it out, None where it must not.
        encryption: encryption algorithms, like the four that follow a tuple of the API's names.
        max_plaintext: what an encryption algorithm takes at most.
        material: what generated material has, where that is raw bytes.
        public_key: a public key as SubjectPublicKeyInfo, DER.
        signature: a signature; ECDSA's, in DER, varies.
        ciphertext: an RSA ciphertext, or what encapsulating gives.
        secret: a secret that is agreed on or encapsulated.
        key_pair: whether GenerateDataKeyPair makes it.
        rotates: whether keys of it rotate (KMS 5).
        importable: whether material can be imported (KMS 21).
        supported: whether it can be computed here (KMS 24).

    """

    name: str
    usages: tuple[str, ...]
    default_usage: str | None = None
    encryption: tuple[str, ...] = ()
    signing: tuple[str, ...] = ()
    mac: tuple[str, ...] = ()
    agreement: tuple[str, ...] = ()
    encapsulation: tuple[str, ...] = ()
    max_plaintext: Mapping[str, int] = MappingProxyType({})
    material: int | None = None
    public_key: int | None = None
    signature: int | None = None
    ciphertext: int | None = None
    secret: int | None = None
    key_pair: bool = False
    rotates: bool = False
    importable: bool = False
    supported: bool = True

    def algorithms(self, usage: str) -> tuple[str, ...]:
        """Give the algorithms of keys that are used for this, none when no key of this spec is."""
        if usage not in self.usages:
            return ()
        of: Mapping[str, tuple[str, ...]] = {
            "ENCRYPT_DECRYPT": self.encryption,
            "SIGN_VERIFY": self.signing,
            "GENERATE_VERIFY_MAC": self.mac,
            "KEY_AGREEMENT": self.agreement,
            "ENCAPSULATE_DECAPSULATE": self.encapsulation,
        }
        return of[usage]


def _rsa(bits: int, public_key: int) -> KeySpec:
    size = bits // 8
    return KeySpec(
        f"RSA_{bits}",
        ("ENCRYPT_DECRYPT", "SIGN_VERIFY"),
        encryption=("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"),
        signing=(
            "RSASSA_PSS_SHA_256",
            "RSASSA_PSS_SHA_384",
            "RSASSA_PSS_SHA_512",
            "RSASSA_PKCS1_V1_5_SHA_256",
            "RSASSA_PKCS1_V1_5_SHA_384",
            "RSASSA_PKCS1_V1_5_SHA_512",
        ),
        # OAEP takes two digests and two bytes of a block for itself (RFC 8017, 7.1.1).
        max_plaintext=MappingProxyType(
            {"RSAES_OAEP_SHA_1": size - 2 * 20 - 2, "RSAES_OAEP_SHA_256": size - 2 * 32 - 2}
        ),
        public_key=public_key,
        signature=size,
        ciphertext=size,
        key_pair=True,
        importable=True,
    )


def _nist_curve(name: str, algorithm: str, public_key: int, secret: int) -> KeySpec:
    return KeySpec(
        name,
        ("SIGN_VERIFY", "KEY_AGREEMENT"),
        signing=(algorithm,),
        agreement=("ECDH",),
        public_key=public_key,
        secret=secret,
        key_pair=True,
        importable=True,
    )


def _hmac(bits: int) -> KeySpec:
    return KeySpec(
        f"HMAC_{bits}",
        ("GENERATE_VERIFY_MAC",),
        mac=(f"HMAC_SHA_{bits}",),
        material=bits // 8,
        importable=True,
    )


def _ml_dsa(level: int, public_key: int, signature: int) -> KeySpec:
    return KeySpec(
        f"ML_DSA_{level}",
        ("SIGN_VERIFY",),
        signing=("ML_DSA_SHAKE_256",),
        public_key=public_key,
        signature=signature,
    )


def _ml_kem(level: int, public_key: int, ciphertext: int, *, supported: bool = True) -> KeySpec:
    return KeySpec(
        f"ML_KEM_{level}",
        ("ENCAPSULATE_DECAPSULATE",),
        encapsulation=("ML_KEM",),
        public_key=public_key,
        ciphertext=ciphertext,
        secret=32,
        key_pair=True,
        supported=supported,
    )


_SPECS: Final = (
    KeySpec(
        "SYMMETRIC_DEFAULT",
        ("ENCRYPT_DECRYPT",),
        default_usage="ENCRYPT_DECRYPT",
        encryption=("SYMMETRIC_DEFAULT",),
        max_plaintext=MappingProxyType({"SYMMETRIC_DEFAULT": MAX_PLAINTEXT}),
        material=32,
        rotates=True,
        importable=True,
    ),
    _rsa(2048, public_key=294),
    _rsa(3072, public_key=422),
    _rsa(4096, public_key=550),
    _nist_curve("ECC_NIST_P256", "ECDSA_SHA_256", public_key=91, secret=32),
    _nist_curve("ECC_NIST_P384", "ECDSA_SHA_384", public_key=120, secret=48),
    _nist_curve("ECC_NIST_P521", "ECDSA_SHA_512", public_key=158, secret=66),
    KeySpec(
        "ECC_SECG_P256K1",
        ("SIGN_VERIFY",),
        signing=("ECDSA_SHA_256",),
        public_key=88,
        key_pair=True,
        importable=True,
    ),
    KeySpec(
        "ECC_NIST_EDWARDS25519",
        ("SIGN_VERIFY",),
        signing=("ED25519_SHA_512", "ED25519_PH_SHA_512"),
        public_key=44,
        signature=64,
        key_pair=True,
    ),
    _hmac(224),
    _hmac(256),
    _hmac(384),
    _hmac(512),
    _ml_dsa(44, public_key=1334, signature=2420),
    _ml_dsa(65, public_key=1974, signature=3309),
    _ml_dsa(87, public_key=2614, signature=4627),
    _ml_kem(512, public_key=822, ciphertext=768, supported=False),
    _ml_kem(768, public_key=1206, ciphertext=1088),
    _ml_kem(1024, public_key=1590, ciphertext=1568),
    KeySpec(
        "SM2",
        ("ENCRYPT_DECRYPT", "SIGN_VERIFY", "KEY_AGREEMENT"),
        encryption=("SM2PKE",),
        signing=("SM2DSA",),
        agreement=("ECDH",),
        max_plaintext=MappingProxyType({"SM2PKE": 1024}),
        public_key=91,
        key_pair=True,
        importable=True,
        supported=False,
    ),
)

KEY_SPECS: Final[Mapping[str, KeySpec]] = MappingProxyType({spec.name: spec for spec in _SPECS})
"""Every key spec of the API by its name, those that are not supported included."""

UNSUPPORTED_ALGORITHMS: Final = frozenset({"ED25519_PH_SHA_512", "SM2PKE", "SM2DSA"})
"""Algorithms that cannot be computed here, whatever the key (KMS 24)."""

DIGEST_SIZES: Final[Mapping[str, int]] = MappingProxyType({"SHA_256": 32, "SHA_384": 48, "SHA_512": 64})
"""Bytes of the digest in which the name of a signing algorithm ends."""

DATA_KEY_SIZES: Final[Mapping[str, int]] = MappingProxyType({"AES_128": 16, "AES_256": 32})
"""Bytes of a data key by its KeySpec; one of another size is asked for by NumberOfBytes."""
