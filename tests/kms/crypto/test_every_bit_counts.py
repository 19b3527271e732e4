"""Of what is authenticated no bit can be another, nothing be cut or added, and no purpose be taken for another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.kms.crypto import blobs
from policyeval.kms.crypto.derivation import derive_key
from policyeval.kms.crypto.families import open_key
from policyeval.kms.crypto.importing import import_parameters, open_import
from policyeval.kms.crypto.sealing import SealError, open_bytes, open_sealed, seal, seal_bytes
from policyeval.kms.crypto.wrapping import WrongKeyError, material_id, proves, root_key_proof, unwrap, wrap
from policyeval.kms.errors import KmsError
from tests.kms.crypto.keys import entropy

ROOT = bytes(range(32))
ARN = "arn:aws:kms:us-east-1:111122223333:key/k"
API_LIMIT = 6144
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
HANDLE: Any = open_key("SYMMETRIC_DEFAULT", ROOT)

contexts = st.dictionaries(
    st.text(st.characters(codec=None), max_size=5), st.text(st.characters(codec=None), max_size=5), max_size=4
)


def flipped(data: bytes) -> Iterator[bytes]:
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


def fails(attempt: Callable[[], object]) -> str:
    with pytest.raises(Exception) as refused:  # noqa: PT011 - which one it is, is what is returned
        attempt()
    assert ROOT.hex() not in repr(refused.value)
    return refused.value.code if isinstance(refused.value, KmsError) else type(refused.value).__name__


def test_every_bit_of_a_blob() -> None:
    blob = HANDLE.encrypt("key", 1, b"text", {"a": "b"}, entropy())
    assert {fails(lambda each=each: HANDLE.decrypt(each, {"a": "b"})) for each in flipped(blob)} == {
        "InvalidCiphertextException"
    }


def test_every_length_of_a_blob() -> None:
    blob = HANDLE.encrypt("key", 1, b"text", {}, entropy())
    lengths = [blob[:end] for end in range(len(blob))] + [blob + b"\0"]
    assert {fails(lambda each=each: HANDLE.decrypt(each, {})) for each in lengths} == {"InvalidCiphertextException"}


def test_every_bit_of_wrapped_material() -> None:
    wrapped = wrap(ROOT, b"material", ARN, 1, entropy())
    assert unwrap(ROOT, wrapped, ARN, 1) == b"material"
    assert {fails(lambda each=each: unwrap(ROOT, each, ARN, 1)) for each in flipped(wrapped)} == {"WrongKeyError"}


def test_every_bit_of_a_sealed_text() -> None:
    text = seal(ROOT, "grant", b"payload", entropy())
    assert open_sealed(ROOT, "grant", text) == b"payload"
    changed = (each.decode("latin-1") for each in flipped(text.encode()))
    assert {fails(lambda each=each: open_sealed(ROOT, "grant", each)) for each in changed} == {"SealError"}


def test_every_bit_of_an_import_token() -> None:
    made = import_parameters(ROOT, ARN, "HMAC_256", "RSAES_OAEP_SHA_256", "RSA_2048", NOW, entropy())
    # Every eighth: there are ten thousand, and all but the first few are GCM's.
    some = [*flipped(made.token[:40])]
    tokens = [each + made.token[40:] for each in some] + [
        made.token[:40] + each for each in list(flipped(made.token[40:]))[::8]
    ]
    assert {fails(lambda each=each: open_import(ROOT, ARN, "HMAC_256", each, b"", NOW)) for each in tokens} == {
        "InvalidImportTokenException"
    }


@given(
    contexts,
    st.binary(min_size=1, max_size=100),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=60),
    st.integers(0, 2**32 - 1),
)
def test_a_blob_opens_to_what_went_in_and_tells_its_key(
    context: dict[str, str], plaintext: bytes, key_id: str, version: int
) -> None:
    blob = HANDLE.encrypt(key_id, version, plaintext, context, entropy())
    assert HANDLE.decrypt(blob, dict(reversed(context.items()))) == plaintext
    assert blobs.read_header(blob)[:2] == (key_id, version)
    assert plaintext not in blob or len(plaintext) < 4


@given(contexts, contexts)
def test_two_contexts_are_written_alike_only_when_they_are_equal(one: dict[str, str], other: dict[str, str]) -> None:
    assert (blobs.canonical(one) == blobs.canonical(other)) is (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": "bc"}, {"ab": "c"}),
        ({"a": "b", "c": "d"}, {"a": "bcd"}),
        ({"a": ""}, {"": "a"}),
        ({"a": ""}, {}),
        ({"A": "b"}, {"a": "b"}),
        ({"é": ""}, {"e\u0301": ""}),
        ({"\ud83d\udd11": ""}, {"🔑": ""}),
    ],
)
def test_contexts_that_are_nearly_alike_are_not(one: dict[str, str], other: dict[str, str]) -> None:
    blob = HANDLE.encrypt("key", 1, b"text", one, entropy())
    assert fails(lambda: HANDLE.decrypt(blob, other)) == "InvalidCiphertextException"


@given(st.binary(max_size=400))
def test_whatever_is_no_blob_is_refused_and_nothing_else_happens(data: bytes) -> None:
    for attempt in (lambda: blobs.read_header(b"\1" + data), lambda: HANDLE.decrypt(b"\1" + data, {})):
        try:
            attempt()
        except KmsError as error:
            assert (error.code, error.message) == ("InvalidCiphertextException", "")


@pytest.mark.parametrize(
    ("what", "length", "key_id"),
    [
        ("no UTF-8", b"\0\2", b"\xff\xff"),
        ("half of a surrogate pair", b"\0\3", b"\xed\xa0\x80"),
        ("longer than the blob", b"\1\0", b"key"),
        ("nothing", b"\0\0", b""),
        ("257 bytes", b"\1\1", b"k" * 257),
    ],
)
def test_a_header_whose_key_id_is_none_is_not_read(what: str, length: bytes, key_id: bytes) -> None:
    del what
    assert blobs.read_header(b"\1" + bytes(20) + b"\0\3key" + bytes(16)).key_id == "key"
    assert (
        fails(lambda: blobs.read_header(b"\1" + bytes(20) + length + key_id + bytes(16)))
        == "InvalidCiphertextException"
    )


def test_a_message_is_encrypted_differently_every_time() -> None:
    source = entropy()
    made = [HANDLE.encrypt("key", 1, b"text", {}, source) for _ in range(10)]
    assert len({blob[5:21] for blob in made}) == len({blob[26:] for blob in made}) == 10


def test_the_material_of_another_key_does_not_open_a_blob() -> None:
    other: Any = open_key("SYMMETRIC_DEFAULT", bytes(32))
    blob = HANDLE.encrypt("key", 1, b"text", {}, entropy())
    assert fails(lambda: other.decrypt(blob, {})) == "InvalidCiphertextException"


@pytest.mark.parametrize(
    ("key_id", "version"),
    [("", 1), ("k" * 257, 1), ("é" * 129, 1), ("k", -1), ("k", 2**32)],
)
def test_no_blob_is_made_that_could_not_be_read(key_id: str, version: int) -> None:
    with pytest.raises(ValueError, match="cannot name"):
        HANDLE.encrypt(key_id, version, b"text", {}, entropy())


def test_the_largest_blob_is_one_that_the_api_takes() -> None:
    blob = HANDLE.encrypt("k" * 256, 1, bytes(4096), {}, entropy())
    assert len(blob) == 1 + 4 + 16 + 2 + 256 + 4096 + 16
    assert len(blob) <= API_LIMIT


@pytest.mark.parametrize("given", [b"", bytes(15), bytes(17)])
def test_entropy_that_runs_dry_is_noticed(given: bytes) -> None:
    for attempt in (
        lambda: HANDLE.encrypt("key", 1, b"text", {}, lambda _size: given),
        lambda: wrap(ROOT, b"", ARN, 1, lambda _size: given),
        lambda: seal(ROOT, "grant", b"", lambda _size: given),
    ):
        with pytest.raises(ValueError, match="asked for 16 random bytes"):
            attempt()


def test_what_is_sealed_for_one_purpose_or_key_is_nothing_for_another() -> None:
    text = seal(ROOT, "grant", b"payload", entropy())
    for key, purpose in ((ROOT, "marker"), (ROOT, "grant "), (ROOT, ""), (bytes(32), "grant")):
        with pytest.raises(SealError):
            open_sealed(key, purpose, text)


def test_one_key_for_all_purposes_would_still_keep_them_apart() -> None:
    # Wrapped material and sealed bytes are shaped alike, and this purpose is what wrapping authenticates.
    with pytest.raises(SealError):
        open_bytes(ROOT, "\0\0\0\0", wrap(ROOT, b"x", "", 0, entropy()))
    with pytest.raises(WrongKeyError):
        unwrap(ROOT, seal_bytes(ROOT, "\0\0\0\0", b"x", entropy()), "", 0)
    assert len({derive_key(ROOT, b"a"), derive_key(ROOT, b"b"), derive_key(bytes(32), b"a"), root_key_proof(ROOT)}) == 4


def test_a_proof_knows_its_root_key_and_no_other() -> None:
    proof = root_key_proof(ROOT)
    assert proves(ROOT, proof)
    assert not proves(bytes(32), proof)
    assert not proves(ROOT, proof[:-1])
    assert not any(proves(ROOT, each) for each in flipped(proof))
    with pytest.raises(WrongKeyError, match="a root key has 32 bytes, this one 31"):
        root_key_proof(ROOT[1:])


def test_material_has_the_same_id_under_the_same_key_id_and_another_elsewhere() -> None:
    ids = [
        material_id(ROOT, "mrk-1", b"m"),
        material_id(ROOT, "mrk-2", b"m"),
        material_id(ROOT, "mrk-1", b"n"),
        material_id(bytes(32), "mrk-1", b"m"),
    ]
    assert ids[0] == material_id(ROOT, "mrk-1", b"m")
    assert len(set(ids)) == 4
    assert material_id(ROOT, "mrk-1m", b"") != ids[0]
    assert all(len(each) == 64 and int(each, 16) for each in ids)


def test_an_error_at_rest_names_the_key_and_what_to_look_at() -> None:
    wrapped = wrap(ROOT, b"material", ARN, 1, entropy())
    with pytest.raises(WrongKeyError) as refused:
        unwrap(ROOT, wrapped, ARN, 2)
    (fault,) = refused.value.diagnostics
    assert fault.message == f"version 2 of the material of `{ARN}` does not open"
    assert fault.hint == "the root key is another one, or what is stored was damaged or moved"


def test_a_token_lasts_a_day_unless_it_is_told_otherwise() -> None:
    made = import_parameters(
        ROOT,
        ARN,
        "HMAC_256",
        "RSAES_OAEP_SHA_256",
        "RSA_2048",
        NOW + timedelta(microseconds=999),
        entropy(),
        timedelta(seconds=1),
    )
    assert made.valid_to == NOW + timedelta(seconds=1)
    assert (
        fails(lambda: open_import(ROOT, ARN, "HMAC_256", made.token, b"", NOW + timedelta(seconds=1)))
        == "ExpiredImportTokenException"
    )
    assert fails(lambda: open_import(ROOT, ARN, "HMAC_256", made.token, b"", NOW)) == "InvalidCiphertextException"
