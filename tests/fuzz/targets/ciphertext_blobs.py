"""A blob opens when we made it, and anything else is refused in one way; what its header says is what it was made from."""

from __future__ import annotations

from typing import Any

from policyeval.kms.crypto import blobs
from policyeval.kms.crypto.families import open_key
from policyeval.kms.errors import KmsError

FINE = ()
WORDS = (
    b"\x01",
    b"\x01\x00\x00\x00\x01",
    b"\x00\x24",
    b"\x00\x00",
    b"\x01\x00",
    b"\x01\x01",
    b"1234abcd-12ab-34cd-56ef-1234567890ab",
    b"mrk-",
    b"\xff",
    b"\xed\xa0\x80",
    bytes(16),
)
# The material of fixtures/vectors/blobs.json, from which the corpus is.
HANDLE: Any = open_key("SYMMETRIC_DEFAULT", bytes(range(32)))
CONTEXTS: tuple[dict[str, str], ...] = ({}, {"tenant": "blue", "Stage": "prod"})


def run(data: bytes) -> None:
    header = _header(data)
    for context in CONTEXTS:
        plaintext = _opened(data, context)
        if plaintext is not None:
            assert header is not None, "opened what cannot say whose it is"
            assert _again(header, plaintext, context) == data
    if header is not None:
        assert 0 < len(header.key_id.encode()) <= blobs.MAX_KEY_ID
        again = _again(header, b"", {})
        assert data.startswith(again[: -blobs.TAG])
        assert blobs.read_header(again) == header


def _again(header: blobs.Header, plaintext: bytes, context: dict[str, str]) -> bytes:
    return bytes(HANDLE.encrypt(header.key_id, header.version, plaintext, context, lambda _size: header.nonce))


def _header(data: bytes) -> blobs.Header | None:
    try:
        return blobs.read_header(data)
    except KmsError as error:
        _refused(error)
        return None


def _opened(data: bytes, context: dict[str, str]) -> bytes | None:
    try:
        return bytes(HANDLE.decrypt(data, context))
    except KmsError as error:
        _refused(error)
        return None


def _refused(error: KmsError) -> None:
    assert (error.code, error.message) == ("InvalidCiphertextException", "")
