"""Ed25519 keys (RFC 8032), for whole messages: `ED25519_PH_SHA_512` cannot be computed here (KMS 24)."""

from __future__ import annotations

from typing import Final, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from policyeval.catalog.kms_specs import UNSUPPORTED_ALGORITHMS
from policyeval.kms.crypto.handles import Entropy, Family, KeyPair, discreet
from policyeval.kms.crypto.refusals import (
    incompatible,
    invalid_signature,
    unsupported,
    wrong_message_type,
)
from policyeval.kms.crypto.serialized import key_pair, read_own, read_public

_SPEC: Final = "ECC_NIST_EDWARDS25519"
_ALGORITHM: Final = "ED25519_SHA_512"
_SEED: Final = 32


@discreet
class Ed25519Public:
    """A public key: verifies."""

    __slots__ = ("_key",)

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key

    def verify(self, algorithm: str, message: bytes, message_type: str, signature: bytes) -> None:
        """Return when the signature is good, else raise."""
        _check(algorithm, message_type)
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            raise invalid_signature() from None


@discreet
class Ed25519Private:
    """A private key: signs."""

    __slots__ = ("_key",)

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def sign(self, algorithm: str, message: bytes, message_type: str) -> bytes:
        """Sign a message; the same one always gets the same signature."""
        _check(algorithm, message_type)
        return self._key.sign(message)


def _check(algorithm: str, message_type: str) -> None:
    if algorithm in UNSUPPORTED_ALGORITHMS:
        raise unsupported()
    if algorithm != _ALGORITHM:
        raise incompatible(algorithm, _SPEC)
    if message_type != "RAW":
        raise wrong_message_type(algorithm, message_type)


def _generate(entropy: Entropy) -> KeyPair:
    return key_pair(Ed25519PrivateKey.from_private_bytes(entropy(_SEED)))


def _open_key(material: bytes) -> Ed25519Private:
    return Ed25519Private(cast("Ed25519PrivateKey", read_own(material)))


def _open_public(public: bytes) -> Ed25519Public:
    return Ed25519Public(cast("Ed25519PublicKey", read_public(public)))


FAMILY: Final = Family(_generate, _open_key, _open_public)
"""The one curve."""
