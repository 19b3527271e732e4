"""What the KMS hands out to get it back later: grant tokens, paging markers, import tokens.

    format 01 | nonce, 16 | ciphertext | tag, 16

Sealed for a purpose, which is authenticated: a marker is no grant token, and one of another listing
is none of this. What was sealed tells its length and nothing else. As text it is base64url without
padding, and each text stands for itself: no other spelling opens.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, urlsafe_b64encode
from typing import Final

from policyeval.errors import PolicyEvalError
from policyeval.kms.crypto.derivation import NONCE, TAG, InvalidTag, decrypt, encrypt, new_nonce
from policyeval.kms.crypto.handles import Entropy
from policyeval.kms.crypto.prf import keyed
from policyeval.model.source import Diagnostic

FORMAT: Final = b"\x01"
_PURPOSE: Final = b"policyeval seal 1 "
_STANDARD: Final = str.maketrans("-_", "+/")  # to the letters of base64, of which Python's decoder warns in base64url
_HEADER: Final = len(FORMAT) + NONCE
OVERHEAD: Final = _HEADER + TAG
"""Bytes that sealing adds."""


class SealError(PolicyEvalError):
    """What should have been sealed here for this purpose was not."""


def seal(key: bytes, purpose: str, payload: bytes, entropy: Entropy) -> str:
    """Seal bytes into an opaque text that can stand in a URL."""
    return urlsafe_b64encode(seal_bytes(key, purpose, payload, entropy)).rstrip(b"=").decode()


def open_sealed(key: bytes, purpose: str, text: str) -> bytes:
    """Open a sealed text.

    Raises:
        SealError: it was not sealed with this key for this purpose.

    """
    try:
        sealed = b64decode(text.translate(_STANDARD) + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise _broken() from None
    # The last letter has bits that mean nothing, and the alphabet of base64 is taken for that of base64url.
    if urlsafe_b64encode(sealed).rstrip(b"=").decode() != text:
        raise _broken()
    return open_bytes(key, purpose, sealed)


def seal_bytes(key: bytes, purpose: str, payload: bytes, entropy: Entropy) -> bytes:
    """Seal bytes into bytes."""
    nonce = new_nonce(entropy)
    return (
        FORMAT + nonce + encrypt(keyed(key), _PURPOSE, nonce, payload, FORMAT + purpose.encode(errors="surrogatepass"))
    )


def open_bytes(key: bytes, purpose: str, sealed: bytes) -> bytes:
    """Open sealed bytes.

    Raises:
        SealError: they were not sealed with this key for this purpose.

    """
    if not sealed.startswith(FORMAT) or len(sealed) < OVERHEAD:
        raise _broken()
    try:
        return decrypt(
            keyed(key),
            _PURPOSE,
            sealed[len(FORMAT) : _HEADER],
            sealed[_HEADER:],
            FORMAT + purpose.encode(errors="surrogatepass"),
        )
    except InvalidTag:
        raise _broken() from None


def _broken() -> SealError:
    return SealError([Diagnostic("this was not sealed here, or for something else")])
