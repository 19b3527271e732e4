"""RSA keys: OAEP, PSS and PKCS #1 v1.5 signatures (RFC 8017).

A salt of PSS is as long as the digest, and every hash within an algorithm is the one it names, MGF1's too.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PSS, AsymmetricPadding, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.kms.crypto.handles import Entropy, Family, KeyPair, discreet
from policyeval.kms.crypto.messages import hash_of, hashing
from policyeval.kms.crypto.refusals import (
    incompatible,
    invalid_ciphertext,
    invalid_signature,
    too_long,
    wrong_material,
)
from policyeval.kms.crypto.serialized import key_pair, read_foreign, read_own, read_public

_EXPONENT: Final = 65537
# rsaEncryption with its NULL (RFC 8017, A.1); keys that are for PSS alone have another.
_ALGORITHM: Final = bytes.fromhex("300d06092a864886f70d0101010500")


def _oaep(digest: HashAlgorithm) -> OAEP:
    return OAEP(MGF1(digest), digest, label=None)


def _pss(algorithm: str) -> PSS:
    return PSS(MGF1(hash_of(algorithm)), PSS.DIGEST_LENGTH)


# SHA-1 is what the algorithm is called after; OAEP does not rest on its collision resistance.
OAEPS: Final = MappingProxyType({"RSAES_OAEP_SHA_1": _oaep(SHA1()), "RSAES_OAEP_SHA_256": _oaep(SHA256())})  # noqa: S303 - as said
"""How each encryption algorithm pads."""

_SIGNATURES: Final[MappingProxyType[str, AsymmetricPadding]] = MappingProxyType(
    {name: _pss(name) if "_PSS_" in name else PKCS1v15() for name in KEY_SPECS["RSA_2048"].signing}
)


@discreet
class RsaPublic:
    """A public key: encrypts and verifies."""

    __slots__ = ("_key", "_spec")

    def __init__(self, spec: str, key: RSAPublicKey) -> None:
        self._spec = spec
        self._key = key

    def encrypt(self, algorithm: str, plaintext: bytes) -> bytes:
        """Encrypt; how much an algorithm takes depends on key and hash (KMS 6)."""
        if algorithm not in OAEPS:
            raise incompatible(algorithm, self._spec)
        limit = KEY_SPECS[self._spec].max_plaintext[algorithm]
        if len(plaintext) > limit:
            raise too_long(algorithm, self._spec, limit)
        return self._key.encrypt(plaintext, OAEPS[algorithm])

    def verify(self, algorithm: str, message: bytes, message_type: str, signature: bytes) -> None:
        """Return when the signature is good, else raise."""
        if algorithm not in _SIGNATURES:
            raise incompatible(algorithm, self._spec)
        how = hashing(algorithm, message, message_type)
        try:
            self._key.verify(signature, message, _SIGNATURES[algorithm], how)
        except InvalidSignature:
            raise invalid_signature() from None


@discreet
class RsaPrivate:
    """A private key: decrypts and signs."""

    __slots__ = ("_key", "_spec")

    def __init__(self, spec: str, key: RSAPrivateKey) -> None:
        self._spec = spec
        self._key = key

    def decrypt(self, algorithm: str, ciphertext: bytes) -> bytes:
        """Decrypt; whatever is wrong, the answer is the same, which leaves Manger's attack nothing to ask."""
        if algorithm not in OAEPS:
            raise incompatible(algorithm, self._spec)
        try:
            return self._key.decrypt(ciphertext, OAEPS[algorithm])
        except ValueError:
            raise invalid_ciphertext() from None

    def sign(self, algorithm: str, message: bytes, message_type: str) -> bytes:
        """Sign a message or its digest."""
        if algorithm not in _SIGNATURES:
            raise incompatible(algorithm, self._spec)
        return self._key.sign(message, _SIGNATURES[algorithm], hashing(algorithm, message, message_type))


def family(bits: int) -> Family:
    """Give the keys of a size."""
    spec = f"RSA_{bits}"

    def generate(_entropy: Entropy) -> KeyPair:
        return key_pair(generate_private_key(_EXPONENT, bits))

    def admit(material: bytes) -> KeyPair:
        key = cast("RSAPrivateKey", read_foreign(spec, _ALGORITHM, material))
        if key.key_size != bits:
            raise wrong_material(spec)
        return key_pair(key)

    def open_key(material: bytes) -> RsaPrivate:
        return RsaPrivate(spec, cast("RSAPrivateKey", read_own(material)))

    def open_public(public: bytes) -> RsaPublic:
        return RsaPublic(spec, cast("RSAPublicKey", read_public(public)))

    return Family(generate, open_key, open_public, admit)
