"""Symmetric encryption keys: AES-256-GCM in the blobs of `blobs.py`."""

from __future__ import annotations

from typing import Final

from policyeval.kms.crypto import blobs
from policyeval.kms.crypto.handles import Context, Entropy, Family, KeyPair, discreet
from policyeval.kms.crypto.prf import keyed
from policyeval.kms.crypto.refusals import wrong_material

_SPEC: Final = "SYMMETRIC_DEFAULT"
_SIZE: Final = 32


@discreet
class SymmetricMaterial:
    """One version of a key's material."""

    __slots__ = ("_material",)

    def __init__(self, material: bytes) -> None:
        self._material = keyed(material)

    def encrypt(self, key_id: str, version: int, plaintext: bytes, context: Context, entropy: Entropy) -> bytes:
        """Encrypt into a blob that names its key."""
        return blobs.encrypt(self._material, key_id, version, plaintext, context, entropy)

    def decrypt(self, blob: bytes, context: Context) -> bytes:
        """Open a blob, or raise `InvalidCiphertextException`."""
        return blobs.decrypt(self._material, blob, context)


def _generate(entropy: Entropy) -> KeyPair:
    return KeyPair(entropy(_SIZE), None)


def _admit(material: bytes) -> KeyPair:
    if len(material) != _SIZE:
        raise wrong_material(_SPEC)
    return KeyPair(material, None)


FAMILY: Final = Family(_generate, SymmetricMaterial, admit=_admit)
"""Keys of 256 bits."""
