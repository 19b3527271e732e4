"""ML-DSA keys (FIPS 204), without a context; the secret is the seed of 32 bytes.

`EXTERNAL_MU` hands over the 64-byte representative that a message is first turned into, for who has a message too
long to send. Signing is hedged, so every signature is another one.
"""

from __future__ import annotations

from typing import Final, TypeAlias, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import (
    MLDSA44PrivateKey,
    MLDSA44PublicKey,
    MLDSA65PrivateKey,
    MLDSA65PublicKey,
    MLDSA87PrivateKey,
    MLDSA87PublicKey,
)

from policyeval.kms.crypto.handles import Entropy, Family, KeyPair, discreet
from policyeval.kms.crypto.refusals import (
    incompatible,
    invalid_digest,
    invalid_signature,
    wrong_message_type,
)
from policyeval.kms.crypto.serialized import key_pair, read_own, read_public

_Private: TypeAlias = MLDSA44PrivateKey | MLDSA65PrivateKey | MLDSA87PrivateKey
_Public: TypeAlias = MLDSA44PublicKey | MLDSA65PublicKey | MLDSA87PublicKey

_ALGORITHM: Final = "ML_DSA_SHAKE_256"
_SEED: Final = 32
_MU: Final = 64


@discreet
class MlDsaPublic:
    """A public key: verifies."""

    __slots__ = ("_key", "_spec")

    def __init__(self, spec: str, key: _Public) -> None:
        self._spec = spec
        self._key = key

    def verify(self, algorithm: str, message: bytes, message_type: str, signature: bytes) -> None:
        """Return when the signature is good, else raise."""
        verify = self._key.verify_mu if _is_mu(self._spec, algorithm, message, message_type) else self._key.verify
        try:
            verify(signature, message)
        except InvalidSignature:
            raise invalid_signature() from None


@discreet
class MlDsaPrivate:
    """A private key: signs."""

    __slots__ = ("_key", "_spec")

    def __init__(self, spec: str, key: _Private) -> None:
        self._spec = spec
        self._key = key

    def sign(self, algorithm: str, message: bytes, message_type: str) -> bytes:
        """Sign a message or its representative."""
        if _is_mu(self._spec, algorithm, message, message_type):
            return self._key.sign_mu(message)
        return self._key.sign(message)


def _is_mu(spec: str, algorithm: str, message: bytes, message_type: str) -> bool:
    if algorithm != _ALGORITHM:
        raise incompatible(algorithm, spec)
    if message_type == "RAW":
        return False
    if message_type != "EXTERNAL_MU":
        raise wrong_message_type(algorithm, message_type)
    if len(message) != _MU:
        raise invalid_digest(algorithm)
    return True


def family(spec: str, private: type[_Private]) -> Family:
    """Give the keys of a parameter set."""

    def generate(entropy: Entropy) -> KeyPair:
        return key_pair(private.from_seed_bytes(entropy(_SEED)))

    def open_key(material: bytes) -> MlDsaPrivate:
        return MlDsaPrivate(spec, cast("_Private", read_own(material)))

    def open_public(public: bytes) -> MlDsaPublic:
        return MlDsaPublic(spec, cast("_Public", read_public(public)))

    return Family(generate, open_key, open_public)
