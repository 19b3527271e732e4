"""Requests are read as they come, and no more is kept than there may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.server.reader import MOST_HEAD, RequestReader, Taken
from policyeval.server.wire import WireRequest

MOST_BODY = 1_000
LONG = b"x" * MOST_HEAD


def _read(*pieces: bytes) -> list[Taken]:
    reader = RequestReader(MOST_BODY)
    for piece in pieces:
        reader.feed(piece)
    return list(reader.taken)


def _post(headers: bytes, body: bytes = b"") -> bytes:
    return b"POST / HTTP/1.1\r\n" + headers + b"\r\n" + body


GOOD: dict[str, tuple[bytes, WireRequest, bool]] = {
    "a request with a body": (
        b"POST /a%20b?c=%64&e HTTP/1.1\r\nHost: h\r\nX-Amz-Date:  d\r\nContent-Length: 2\r\n\r\n{}",
        WireRequest(
            "POST", b"/a%20b", b"c=%64&e", ((b"host", b"h"), (b"x-amz-date", b"d"), (b"content-length", b"2")), b"{}"
        ),
        True,
    ),
    "one without": (b"GET / HTTP/1.1\r\n\r\n", WireRequest("GET", b"/", b"", (), b""), True),
    "the last of its client": (
        _post(b"Connection: close\r\n"),
        WireRequest("POST", b"/", b"", ((b"connection", b"close"),), b""),
        False,
    ),
    "one of HTTP/1.0": (b"GET / HTTP/1.0\r\n\r\n", WireRequest("GET", b"/", b"", (), b""), False),
    "a body in chunks; what follows it is no header": (
        _post(b"Transfer-Encoding: chunked\r\n", b"1;more=1\r\n{\r\n1\r\n}\r\n0\r\nX-Amz-Target: a\r\n\r\n"),
        WireRequest("POST", b"/", b"", ((b"transfer-encoding", b"chunked"),), b"{}"),
        True,
    ),
    "one through a proxy": (
        b"GET http://127.0.0.1:4599?a=1 HTTP/1.1\r\n\r\n",
        WireRequest("GET", b"/", b"a=1", (), b""),
        True,
    ),
    "one that would go on in another protocol": (
        _post(b"Connection: Upgrade\r\nUpgrade: h2c\r\n"),
        WireRequest("POST", b"/", b"", ((b"connection", b"Upgrade"), (b"upgrade", b"h2c")), b""),
        True,
    ),
    "one that would, and has a body": (
        _post(b"Upgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 2\r\n", b"{}"),
        WireRequest(
            "POST", b"/", b"", ((b"upgrade", b"h2c"), (b"connection", b"Upgrade"), (b"content-length", b"2")), b"{}"
        ),
        True,
    ),
    "one that would, and has a body in chunks": (
        b"POST /a?b HTTP/1.1\r\nConnection: Upgrade\r\nTransfer-Encoding: chunked\r\nUpgrade: h2c\r\n\r\n"
        b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
        WireRequest(
            "POST",
            b"/a",
            b"b",
            ((b"connection", b"Upgrade"), (b"transfer-encoding", b"chunked"), (b"upgrade", b"h2c")),
            b"{}",
        ),
        True,
    ),
    "one that would, has a body and is the last": (
        b"POST / HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\n0",
        WireRequest(
            "POST", b"/", b"", ((b"connection", b"Upgrade"), (b"upgrade", b"h2c"), (b"content-length", b"1")), b"0"
        ),
        False,
    ),
}


@pytest.mark.parametrize(("sent", "request_", "goes_on"), GOOD.values(), ids=GOOD)
def test_what_is_read(sent: bytes, request_: WireRequest, goes_on: bool) -> None:  # noqa: FBT001 - a column
    assert _read(sent) == [Taken(request_, goes_on, is_old=b" HTTP/1.0\r\n" in sent)]


REFUSED: dict[str, tuple[tuple[bytes, ...], int]] = {
    "what is no HTTP": ((b"\x16\x03\x01\x02\x00\x01",), 400),
    "another version": ((b"GET / HTTP/9.9\r\n\r\n",), 400),
    "two lengths": ((_post(b"Content-Length: 1\r\nContent-Length: 2\r\n"),), 400),
    "a length and chunks": ((_post(b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"),), 400),
    "a negative length": ((_post(b"Content-Length: -1\r\n"),), 400),
    "an address that is none": ((b"GET http:// HTTP/1.1\r\n\r\n",), 400),
    "a tunnel with a body": ((b"CONNECT h:1 HTTP/1.1\r\nContent-Length: 1\r\n\r\n0",), 400),
    "a tunnel to a path, with a body": ((b"CONNECT /a HTTP/1.1\r\nContent-Length: 1\r\n\r\n0",), 400),
    "two lengths and another protocol": (
        (_post(b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\nContent-Length: 2\r\n"),),
        400,
    ),
    "a body that says it is too large, and another protocol": (
        (_post(b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1001\r\n"),),
        413,
    ),
    "a body that says it is too large": ((_post(b"Content-Length: 1001\r\n"),), 413),
    "a body that turns out to be": ((_post(b"Transfer-Encoding: chunked\r\n", b"7d1\r\n" + bytes(2001)),), 413),
    "a header that is too long, at once": ((_post(b"A: " + LONG + b"\r\n"),), 431),
    "a header that is too long, in pieces": ((b"POST / HTTP/1.1\r\nA: ", *[b"x" * 1000] * 70), 431),
    "too many headers, at once": ((_post(b"A: b\r\n" * 11_000),), 431),
    "too many headers, in pieces": ((b"POST / HTTP/1.1\r\n", *[b"A: b\r\n"] * 11_000), 431),
    "an address that is too long, at once": ((b"GET /" + LONG + b" HTTP/1.1\r\n\r\n",), 431),
    "an address that is too long, in pieces": ((b"POST /", LONG), 431),
    "an address and a header that are too long together": (
        (b"GET /%b HTTP/1.1\r\nA: %b\r\n\r\n" % (LONG[:40_000], LONG[:40_000]),),
        431,
    ),
    "a chunk's size that never ends": ((_post(b"Transfer-Encoding: chunked\r\n"), b"1;", LONG), 431),
    "what follows a body and never ends": (
        (_post(b"Transfer-Encoding: chunked\r\n", b"0\r\nA: "), LONG, b"x"),
        431,
    ),
}


@pytest.mark.parametrize(("pieces", "status"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(pieces: tuple[bytes, ...], status: int) -> None:
    (taken,) = _read(*pieces, b"GET / HTTP/1.1\r\n\r\n")
    assert (taken.refused, taken.goes_on) == (status, False)


def test_a_head_as_long_as_it_may_be_is_read() -> None:
    assert _read(_post(b"A: " + b"x" * (MOST_HEAD - len("/A: \r\n")) + b"\r\n"))[0].refused == 0
    assert _read(_post(b"Content-Length: 1000\r\n", bytes(1000)))[0].refused == 0


def test_nothing_is_read_after_the_last() -> None:
    assert len(_read(_post(b"Connection: close\r\n") * 2)) == 1


def test_who_waits_to_be_told_to_go_on_is_known_until_the_rest_comes() -> None:
    reader = RequestReader(MOST_BODY)
    reader.feed(_post(b"Expect: 100-Continue\r\nContent-Length: 2\r\n"))
    assert reader.must_encourage
    assert reader.has_begun
    reader.feed(b"{}")
    assert not reader.must_encourage
    assert not reader.has_begun
    reader.feed(_post(b"Expect: 100-continue\r\nContent-Length: 2000\r\n"))
    assert not reader.must_encourage


def test_a_client_of_http_1_0_is_not_told_to_go_on() -> None:
    """RFC 9110, 10.1.1: it would take that for the answer."""
    reader = RequestReader(MOST_BODY)
    reader.feed(b"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert not reader.must_encourage


STREAM = b"".join(sent for sent, _, goes_on in GOOD.values() if goes_on) + GOOD["the last of its client"][0]
STREAMED = sum(goes_on for _, _, goes_on in GOOD.values())


@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=20).map(sorted))
def test_it_does_not_matter_where_what_is_sent_is_cut(cuts: list[int]) -> None:
    pieces = [STREAM[start:end] for start, end in zip([0, *cuts], [*cuts, len(STREAM)], strict=True)]
    assert _read(*pieces) == _read(STREAM)
    assert len(_read(STREAM)) == STREAMED + 1


@given(st.lists(st.binary(max_size=40) | st.sampled_from([sent for sent, _, _ in GOOD.values()]), max_size=8))
def test_whatever_is_sent_something_comes_of_it(pieces: list[bytes]) -> None:
    taken = _read(*pieces)
    assert all(each.goes_on for each in taken[:-1])
    assert all(each.refused in {0, 400} for each in taken)
