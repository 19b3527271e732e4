"""The ciphertext blob of a symmetric key: what Encrypt gives and Decrypt takes.

    format 01 | material version, u32 | nonce, 16 | length of key id, u16 | key id | ciphertext | tag, 16

Numbers are big-endian. Everything before the ciphertext is authenticated with it, as is the
encryption context. docs/ciphertext.md is the page to implement it from, ADR 0009 says why it is so.

A blob opens with one material only: that of the key and version it names, which are authenticated
by it. Who changes the name asks another key, under which the tag is wrong. GCM commits to no key,
so who knows two keys can make a blob that both open; a blob names the one that may, and no other
is tried.
"""

from __future__ import annotations

from struct import Struct
from typing import Final, NamedTuple

from policyeval.kms.crypto.derivation import NONCE, TAG, InvalidTag, new_nonce
from policyeval.kms.crypto.derivation import decrypt as open_message
from policyeval.kms.crypto.derivation import encrypt as seal_message
from policyeval.kms.crypto.handles import Context, Entropy
from policyeval.kms.crypto.prf import PrfKey
from policyeval.kms.crypto.refusals import invalid_ciphertext

FORMAT: Final = 1
MAX_KEY_ID: Final = 256
"""Bytes of a key id, in UTF-8; 4096 bytes of plaintext then make 4391, well within the API's 6144."""

_FIXED: Final = Struct(f">BI{NONCE}sH")
_LENGTHS: Final = Struct(">II").pack
_PURPOSE: Final = b"policyeval blob 1 "
_MAX_VERSION: Final = 2**32 - 1


class Header(NamedTuple):
    """What a blob says before it is opened; nothing of it is to be believed until it is."""

    key_id: str
    version: int
    nonce: bytes


def read_header(blob: bytes) -> Header:
    """Read which key and which version of its material a blob wants.

    Raises:
        KmsError: `InvalidCiphertextException` for whatever is no blob of ours.

    """
    _, version, nonce, length = _fixed(blob)
    try:
        key_id = blob[_FIXED.size : _FIXED.size + length].decode()
    except UnicodeDecodeError:
        raise invalid_ciphertext() from None
    return Header(key_id, version, nonce)


def encrypt(  # noqa: PLR0913, PLR0917 - the parts of a blob
    material: PrfKey, key_id: str, version: int, plaintext: bytes, context: Context, entropy: Entropy
) -> bytes:
    """Encrypt under a key's material.

    Raises:
        ValueError: no blob can name such a key id or version.

    """
    name = key_id.encode()
    if not (0 < len(name) <= MAX_KEY_ID and 0 <= version <= _MAX_VERSION):
        message = f"a blob cannot name version {version} of key `{key_id}`: an id has 1 to {MAX_KEY_ID} bytes"
        raise ValueError(message)
    nonce = new_nonce(entropy)
    header = _FIXED.pack(FORMAT, version, nonce, len(name)) + name
    return header + seal_message(material, _PURPOSE, nonce, plaintext, header + canonical(context))


def decrypt(material: PrfKey, blob: bytes, context: Context) -> bytes:
    """Open a blob with the material of the key and version that its header names.

    Raises:
        KmsError: `InvalidCiphertextException`: the material, the context or any bit of the blob is another (KMS 7).

    """
    _, _, nonce, length = _fixed(blob)
    end = _FIXED.size + length
    try:
        return open_message(material, _PURPOSE, nonce, blob[end:], blob[:end] + canonical(context))
    except InvalidTag:
        raise invalid_ciphertext() from None


def _fixed(blob: bytes) -> tuple[int, int, bytes, int]:
    """Take the fixed part apart, and see that the rest has room."""
    if len(blob) < _FIXED.size:
        raise invalid_ciphertext()
    fixed: tuple[int, int, bytes, int] = _FIXED.unpack_from(blob)
    length = fixed[3]
    if fixed[0] != FORMAT or not 0 < length <= MAX_KEY_ID or len(blob) < _FIXED.size + length + TAG:
        raise invalid_ciphertext()
    return fixed


def canonical(context: Context) -> bytes:
    """Write an encryption context so that two are equal when, and only when, their bytes are.

    Pairs are sorted by name, which Python does as UTF-8 would, and have their two lengths in front, so
    that no two contexts run into each other. Halves of surrogate pairs, which a text can hold and
    UTF-8 cannot, are passed as they are.
    """
    if not context:
        return b""
    parts: list[bytes] = []
    for each in sorted(context):
        name = each.encode("utf-8", "surrogatepass")
        value = context[each].encode("utf-8", "surrogatepass")
        parts += (_LENGTHS(len(name), len(value)), name, value)
    return b"".join(parts)
