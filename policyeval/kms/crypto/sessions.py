"""Credentials of STS sessions, of which nothing is stored: the token carries the session, the secret is derived.

    access key id   ASIA | 16 letters and digits of base32, 80 random bits
    secret          40 letters of base64, 30 bytes derived for the access key id
    token           what sealing.py makes, sealed for the access key id

So a token opens for its own access key alone, and who has neither the key nor a token learns no secret.
Deriving secrets and sealing tokens begin HKDF's `info` differently, and may share a key.
"""

from __future__ import annotations

from base64 import b32encode, b64encode
from typing import Final

from policyeval.kms.crypto.derivation import derive_key
from policyeval.kms.crypto.handles import Entropy
from policyeval.kms.crypto.sealing import OVERHEAD, open_sealed, seal

__all__ = ["new_access_key_id", "open_session", "padding", "seal_session", "session_secret"]

_ID: Final = 10  # bytes
_SECRET: Final = 30


def new_access_key_id(entropy: Entropy) -> str:
    """Draw the access key id of a session."""
    return f"ASIA{b32encode(entropy(_ID)).decode()}"


def session_secret(key: bytes, access_key_id: str) -> str:
    """Derive the secret access key that belongs to a session's access key id."""
    purpose = f"session secret {access_key_id}".encode(errors="surrogatepass")
    return b64encode(derive_key(key, purpose)[:_SECRET]).decode()


def seal_session(key: bytes, access_key_id: str, payload: bytes, entropy: Entropy) -> str:
    """Seal a session into its token."""
    return seal(key, _purpose(access_key_id), payload, entropy)


def open_session(key: bytes, access_key_id: str, token: str) -> bytes:
    """Open a session's token.

    Raises:
        SealError: it is no token of this access key's.

    """
    return open_sealed(key, _purpose(access_key_id), token)


def padding(payload: bytes, least: int) -> int:
    """Tell how many bytes a payload lacks for a token of at least so many characters."""
    return max(0, -(-least * 3 // 4) - OVERHEAD - len(payload))


def _purpose(access_key_id: str) -> str:
    return f"session {access_key_id}"
