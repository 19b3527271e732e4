"""A session token opens for its own access key, as it was made, and under its own root key."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.kms.crypto.sealing import SealError
from policyeval.kms.crypto.sessions import new_access_key_id, open_session, padding, seal_session, session_secret
from policyeval.kms.sts.issued import Issued, Kind

KEY = b"a session key of 32 bytes, here."
OTHER = b"another one of 32 bytes, is this"
ID = "ASIAEXAMPLE"


def entropy(size: int) -> bytes:
    return bytes(range(size))


_TEXTS = st.text(max_size=20)
_ISSUED = st.builds(
    Issued,
    st.sampled_from(Kind),
    _TEXTS,
    st.none() | _TEXTS,
    st.none() | _TEXTS,
    st.integers(0, 2**40),
    st.integers(0, 2**40),
    st.none() | _TEXTS,
    st.lists(_TEXTS, max_size=3).map(tuple),
    st.dictionaries(_TEXTS, _TEXTS, max_size=4),
    st.lists(_TEXTS, max_size=3).map(tuple),
    st.none() | _TEXTS,
)


@given(issued=_ISSUED, padded=st.integers(0, 50))
def test_what_is_packed_is_read_back_whatever_pads_it(issued: Issued, padded: int) -> None:
    assert Issued.unpack(issued.pack() + bytes(padded)) == issued


def test_a_session_of_another_version_is_not_read() -> None:
    from zlib import compress  # noqa: PLC0415 - what this test alone does by hand

    with pytest.raises(ValueError, match="version 2"):
        Issued.unpack(compress(b'[2,"AssumeRole"]'))


def test_a_session_ends_at_a_second_in_utc() -> None:
    issued = Issued(Kind.USER, "arn", None, None, 0, 3600)
    assert issued.expires == datetime(1970, 1, 1, 1, tzinfo=UTC)


@given(payload=st.binary(max_size=60), bit=st.integers(min_value=0))
def test_a_token_with_any_bit_flipped_does_not_open(payload: bytes, bit: int) -> None:
    token = seal_session(KEY, ID, payload, entropy)
    assert open_session(KEY, ID, token) == payload
    place, mask = bit // 7 % len(token), 1 << bit % 7
    with pytest.raises(SealError):
        open_session(KEY, ID, token[:place] + chr(ord(token[place]) ^ mask) + token[place + 1 :])


@given(cut=st.integers(min_value=0), more=st.text(min_size=1, max_size=5))
def test_a_token_that_is_cut_or_goes_on_does_not_open(cut: int, more: str) -> None:
    token = seal_session(KEY, ID, b"payload", entropy)
    for other in (token[: cut % len(token)], token + more, more + token):
        with pytest.raises(SealError):
            open_session(KEY, ID, other)


@given(text=st.text(max_size=400))
def test_no_text_that_was_not_sealed_opens(text: str) -> None:
    with pytest.raises(SealError):
        open_session(KEY, ID, text)


@pytest.mark.parametrize(("key", "access_key_id"), [(OTHER, ID), (KEY, "ASIAOTHER"), (KEY, ID + "\ud800"), (KEY, "")])
def test_a_token_does_not_open_under_another_root_key_or_for_another_access_key(key: bytes, access_key_id: str) -> None:
    token = seal_session(KEY, ID, b"payload", entropy)
    with pytest.raises(SealError):
        open_session(key, access_key_id, token)


@given(size=st.integers(0, 3000), least=st.integers(0, 4096))
def test_padding_reaches_the_least_size_and_goes_no_further_than_it_must(size: int, least: int) -> None:
    payload = bytes(size)
    bare = len(seal_session(KEY, ID, payload, entropy))
    token = seal_session(KEY, ID, payload + bytes(padding(payload, least)), entropy)
    assert least <= len(token) <= max(bare, least + 1)


def test_an_access_key_id_looks_like_one_of_awss_sessions() -> None:
    found = new_access_key_id(entropy)
    assert found == "ASIAAAAQEAYEAUDAOCAJ"
    assert len(found) == 20


def test_a_secret_looks_like_awss_and_is_of_its_key_and_id_alone() -> None:
    secret = session_secret(KEY, ID)
    assert len(secret) == 40
    assert session_secret(KEY, ID) == secret
    assert len({secret, session_secret(OTHER, ID), session_secret(KEY, "ASIAOTHER")}) == 3
