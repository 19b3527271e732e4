"""The root key: whether a store was made under it, and keys of their own for what is not key material."""

from __future__ import annotations

from typing import Final

from policyeval.kms.crypto.derivation import derive_key
from policyeval.kms.crypto.wrapping import proves, root_key_proof
from policyeval.kms.errors import StorageError
from policyeval.kms.storage.root_key import RootKey
from policyeval.kms.storage.store import Store
from policyeval.model.source import Diagnostic

_PROOF: Final = "root-key-proof"


def prove(store: Store, root_key: bytes) -> None:
    """See to it that a store is opened under the root key it was made with.

    Raises:
        StorageError: it was made with another one.

    """
    proof = store.setting(_PROOF)
    if proof is None:
        with store.transaction() as transaction:
            transaction.put_setting(_PROOF, root_key_proof(root_key))
    elif not proves(root_key, proof):
        message = "the root key is not the one that this store was made with"
        raise StorageError([Diagnostic(message, "nothing was changed: open it with the right key")])


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
