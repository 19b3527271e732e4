"""AES-256-GCM with a key for every message: what blobs, wrapped material and sealed texts are made with.

GCM dies when a key meets an initialization vector twice, and random 96-bit vectors allow a key
2**32 messages only (NIST SP 800-38D, 8.3). So no key is used twice: each message gets its own, derived
by HKDF-Expand-SHA256 (RFC 5869) from the long-lived key and a random 128-bit nonce, and the
vector can be zero. Two of 2**48 messages meet in a nonce with a chance of 2**-33, below NIST's own
bound. The long-lived key is a PRF key and nothing else; it is uniformly random, so there is
nothing for HKDF-Extract to do.

What is derived for one purpose is of no use for another: the purpose begins HKDF's `info`, the
nonce after it is of fixed length, and no purpose of a message begins like that of a derived key.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from policyeval.kms.crypto.handles import Entropy
from policyeval.kms.crypto.prf import PrfKey, prf

__all__ = ["NONCE", "TAG", "InvalidTag", "decrypt", "derive_key", "encrypt", "new_nonce"]

NONCE: Final = 16
"""Bytes of a message's nonce."""

TAG: Final = 16
"""Bytes that GCM adds to what it encrypts."""

_KEY: Final = 32
_SHA256: Final = SHA256()
_VECTOR: Final = bytes(12)
# HKDF-Expand for one block is HMAC over `info` and this; with the key made ready it takes a third of the time.
_BLOCK: Final = b"\x01"


def new_nonce(entropy: Entropy) -> bytes:
    """Draw a message's nonce.

    Raises:
        ValueError: the source of entropy gave another number of bytes.

    """
    nonce = entropy(NONCE)
    if len(nonce) != NONCE:
        message = f"asked for {NONCE} random bytes, got {len(nonce)}"
        raise ValueError(message)
    return nonce


def encrypt(key: PrfKey, purpose: bytes, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """Encrypt one message; the tag is at the end."""
    return AESGCM(prf(key, purpose + nonce + _BLOCK)).encrypt(_VECTOR, plaintext, associated)


def decrypt(key: PrfKey, purpose: bytes, nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes:
    """Decrypt one message.

    Raises:
        InvalidTag: something is not what it was.

    """
    return AESGCM(prf(key, purpose + nonce + _BLOCK)).decrypt(_VECTOR, ciphertext, associated)


def derive_key(key: bytes, purpose: bytes) -> bytes:
    """Derive a key of 32 bytes for a purpose of its own; it reveals nothing of `key`."""
    return HKDFExpand(_SHA256, _KEY, b"policyeval key " + purpose).derive(key)
