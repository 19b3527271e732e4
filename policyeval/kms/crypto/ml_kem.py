"""ML-KEM keys (FIPS 203); the secret is the seed of 64 bytes.

A ciphertext that is not what it was gives another secret and no error, so that nobody learns from
asking (implicit rejection). Only its length can be wrong.
"""

from __future__ import annotations

from typing import Final, TypeAlias, cast

from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
    MLKEM1024PrivateKey,
    MLKEM1024PublicKey,
)

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.kms.crypto.handles import Encapsulated, Entropy, Family, KeyPair, discreet
from policyeval.kms.crypto.refusals import invalid_ciphertext
from policyeval.kms.crypto.serialized import key_pair, read_own, read_public

_Private: TypeAlias = MLKEM768PrivateKey | MLKEM1024PrivateKey
_Public: TypeAlias = MLKEM768PublicKey | MLKEM1024PublicKey

_SEED: Final = 64


@discreet
class MlKemPublic:
    """A public key: encapsulates."""

    __slots__ = ("_key",)

    def __init__(self, key: _Public) -> None:
        self._key = key

    def encapsulate(self) -> Encapsulated:
        """Make a secret of 32 bytes and its ciphertext."""
        return Encapsulated(*self._key.encapsulate())


@discreet
class MlKemPrivate:
    """A private key: decapsulates."""

    __slots__ = ("_key", "_length")

    def __init__(self, spec: str, key: _Private) -> None:
        self._length = KEY_SPECS[spec].ciphertext
        self._key = key

    def decapsulate(self, ciphertext: bytes) -> bytes:
        """Get the secret back, or one that nobody knows."""
        if len(ciphertext) != self._length:
            raise invalid_ciphertext()
        return self._key.decapsulate(ciphertext)


def family(spec: str, private: type[_Private]) -> Family:
    """Give the keys of a parameter set."""

    def generate(entropy: Entropy) -> KeyPair:
        return key_pair(private.from_seed_bytes(entropy(_SEED)))

    def open_key(material: bytes) -> MlKemPrivate:
        return MlKemPrivate(spec, cast("_Private", read_own(material)))

    def open_public(public: bytes) -> MlKemPublic:
        return MlKemPublic(cast("_Public", read_public(public)))

    return Family(generate, open_key, open_public)
