"""Keys of their own for what is not key material, derived from the root key."""

from __future__ import annotations

from policyeval.kms.crypto.wrapping import derive_key
from policyeval.kms.storage.root_key import RootKey


def trail_key(root_key: RootKey) -> bytes:
    """Give the key under which a trail is chained: with it a trail can be checked, and nothing decrypted.

    Raises:
        StorageError: the root key cannot be read.

    """
    return derive_key(root_key.read(), b"trail")


def token_key(root_key: bytes) -> bytes:
    """Give the key under which tokens and markers are sealed."""
    return derive_key(root_key, b"tokens")


def session_key(root_key: bytes) -> bytes:
    """Give the key that the credentials of STS sessions are made with."""
    return derive_key(root_key, b"sessions")
