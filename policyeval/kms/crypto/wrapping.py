"""Key material at rest: wrapped under the root key, bound to the key and version it belongs to.

    format 01 | nonce, 16 | ciphertext | tag, 16

The version and the key's ARN are authenticated with it: wrapped material that is moved to another key, or
put back over a newer version, does not open. Every wrap has a key of its own (`derivation.py`).
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from policyeval.kms.crypto.derivation import NONCE, TAG, InvalidTag, decrypt, derive_key, encrypt, new_nonce
from policyeval.kms.crypto.handles import Entropy
from policyeval.kms.crypto.prf import keyed
from policyeval.kms.errors import StorageError
from policyeval.model.source import Diagnostic

__all__ = ["ROOT_KEY", "WrongKeyError", "material_id", "proves", "root_key_proof", "unwrap", "wrap"]

FORMAT: Final = b"\x01"
ROOT_KEY: Final = 32
"""Bytes of a root key."""

_PURPOSE: Final = b"policyeval wrap 1 "
_HEADER: Final = len(FORMAT) + NONCE
_SHA256: Final = SHA256()


class WrongKeyError(StorageError):
    """Wrapped material does not open: another root key, another key or version, or it is damaged."""


def wrap(root_key: bytes, material: bytes, key_arn: str, version: int, entropy: Entropy) -> bytes:
    """Wrap a version of a key's material for the store.

    Raises:
        WrongKeyError: the root key is none.

    """
    _check(root_key)
    nonce = new_nonce(entropy)
    return FORMAT + nonce + encrypt(keyed(root_key), _PURPOSE, nonce, material, _associated(key_arn, version))


def unwrap(root_key: bytes, wrapped: bytes, key_arn: str, version: int) -> bytes:
    """Get material back.

    Raises:
        WrongKeyError: it does not open; nobody can tell which of the reasons it is.

    """
    _check(root_key)
    if not wrapped.startswith(FORMAT) or len(wrapped) < _HEADER + TAG:
        raise _wrong(key_arn, version)
    nonce = wrapped[len(FORMAT) : _HEADER]
    try:
        return decrypt(keyed(root_key), _PURPOSE, nonce, wrapped[_HEADER:], _associated(key_arn, version))
    except InvalidTag:
        raise _wrong(key_arn, version) from None


def root_key_proof(root_key: bytes) -> bytes:
    """Make what a store keeps to know its root key again; it reveals nothing of the key.

    Raises:
        WrongKeyError: the root key is none.

    """
    _check(root_key)
    return derive_key(root_key, b"proof")


def proves(root_key: bytes, proof: bytes) -> bool:
    """Tell whether a proof was made with this root key."""
    return bytes_eq(root_key_proof(root_key), proof)


def material_id(root_key: bytes, key_id: str, material: bytes) -> str:
    """Give material its KeyMaterialId: 64 hex digits, the same for the same material under the same key id.

    A replica in another Region shares the key id, and so the ids of its materials (KMS 22). An HMAC
    with a key derived from `root_key`: without that, an id is no help in guessing material.
    """
    name = key_id.encode()
    code = HMAC(derive_key(root_key, b"material id"), _SHA256)
    code.update(len(name).to_bytes(4, "big") + name + material)
    return code.finalize().hex()


def _associated(key_arn: str, version: int) -> bytes:
    """Write what wrapped material is bound to; only the last part is of any length."""
    return FORMAT + version.to_bytes(4, "big") + key_arn.encode()


def _check(root_key: bytes) -> None:
    if len(root_key) != ROOT_KEY:
        raise WrongKeyError([Diagnostic(f"a root key has {ROOT_KEY} bytes, this one {len(root_key)}")])


def _wrong(key_arn: str, version: int) -> WrongKeyError:
    hint = "the root key is another one, or what is stored was damaged or moved"
    return WrongKeyError([Diagnostic(f"version {version} of the material of `{key_arn}` does not open", hint)])
