"""Reads HTTP/1.1: bytes in as they come, whole requests out."""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

import httptools

from policyeval.server.wire import WireRequest

__all__ = ["MOST_HEAD", "RequestReader", "Taken"]

MOST_HEAD: Final = 64 * 1024
"""How many bytes the head of a request may have; one with the longest session token has a tenth of it."""

_NO_HTTP: Final = 400
_TOO_LARGE: Final = 413
_HEAD_TOO_LARGE: Final = 431
_UPGRADE: Final = b"upgrade"
_LENGTHS: Final = frozenset({b"content-length", b"transfer-encoding"})
_NOTHING: Final = WireRequest("", b"", b"", (), b"")


class Taken(NamedTuple):
    """What was read.

    Attributes:
        request: a request, of which the head alone is known where it is refused, or not even that.
        goes_on: whether the client may send another.
        refused: the HTTP status that says why the rest of it is not read, 0 where it is whole.
        is_old: whether it is of HTTP/1.0, whose clients take the connection for closed unless they are told.

    """

    request: WireRequest
    goes_on: bool
    refused: int = 0
    is_old: bool = False


class RequestReader:
    """Reads what one client sends. What it holds is bounded: a head, a body, and what one call of `feed` brings.

    Attributes:
        taken: what was read and nobody has taken out yet, in order.
        has_begun: whether a part of a request is there, and the rest is not.
        must_encourage: whether the client waits to be told to go on (`Expect: 100-continue`); who tells it clears this.

    """

    def __init__(self, most_body: int) -> None:
        """Read bodies of so many bytes at most."""
        self.taken: deque[Taken] = deque()
        self.has_begun = False
        self.must_encourage = False
        self._most_body = most_body
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._head = _NOTHING
        self._body: list[bytes] = []
        self._size = 0  # of the body
        self._declined: list[tuple[bytes, bytes]] | None = None  # the headers of an upgrade that has a body
        self._unread = 0  # bytes that brought nothing yet: a head, or what follows a body, may be endless
        self._is_over = False

    def feed(self, data: bytes) -> None:
        """Read on. After a request that is refused, or that says it is the last, nothing is read any more."""
        if self._is_over:
            return
        self._unread += len(data)
        try:
            self._parse(data)
        except httptools.HttpParserError:
            self._refuse(_NO_HTTP)
        if self._unread > MOST_HEAD:
            self._refuse(_HEAD_TOO_LARGE)

    def close(self) -> None:
        """Read nothing any more: the parser holds this, and this the parser."""
        self._is_over = True
        del self._parser

    def _parse(self, data: bytes) -> None:
        while data:
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:  # to another protocol: a server may go on with this one
                data = self._head_again() + data[upgrade.args[0] :]
            else:
                return

    def _head_again(self) -> bytes:
        """Begin a request anew whose body the parser takes for the other protocol; give its head without the offer."""
        if self._declined is None:
            return b""
        parser, self._parser = self._parser, httptools.HttpRequestParser(self)
        headers = [b"%b: %b\r\n" % header for header in self._declined if header[0] != _UPGRADE]
        line = b"%b %b HTTP/%b\r\n" % (parser.get_method(), self._url, parser.get_http_version().encode("ascii"))
        return line + b"".join(headers) + b"\r\n"

    def _refuse(self, status: int) -> None:
        if not self._is_over:
            self._is_over = True
            self.taken.append(Taken(self._head, goes_on=False, refused=status))

    # What the parser calls

    def on_message_begin(self) -> None:
        """Begin a request."""
        self.has_begun = True
        self._url = b""
        self._headers = []
        self._head = _NOTHING
        self._body = []
        self._size = 0

    def on_url(self, url: bytes) -> None:
        """Take a piece of its address."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """See from the head whether the rest is wanted. What follows a body is no header."""
        if self._unread > MOST_HEAD and len(self._url) + _size(self._headers) > MOST_HEAD:
            self._refuse(_HEAD_TOO_LARGE)
        self._unread = 0
        if self._declined is not None:  # once more: it was asked with all of them
            self._headers, self._declined = self._declined, None
        path, query = _split(self._url)
        self._head = WireRequest(self._parser.get_method().decode("ascii"), path, query, tuple(self._headers), b"")
        found = self._head.folded  # the parser refuses a second length
        if int(found.get(b"content-length", b"0")) > self._most_body:
            self._refuse(_TOO_LARGE)
        if self._parser.should_upgrade() and not found.keys().isdisjoint(_LENGTHS):
            if self._head.method == "CONNECT":
                self._refuse(_NO_HTTP)  # it has no body (RFC 9110, 9.3.6)
            else:
                self._declined = self._headers
        waits = found.get(b"expect", b"").lower() == b"100-continue" and not self._is_old()
        self.must_encourage = waits and not self._is_over

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._unread = 0
        self._size += len(body)
        if self._size > self._most_body:
            self._refuse(_TOO_LARGE)
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """Put the request to what was read."""
        if self._declined is not None:
            return
        self._unread = 0
        self.has_begun = self.must_encourage = False
        if self._is_over:
            return
        goes_on = self._parser.should_keep_alive()
        self._is_over = not goes_on
        self.taken.append(Taken(self._head.with_body(b"".join(self._body)), goes_on, is_old=self._is_old()))

    def _is_old(self) -> bool:
        return self._parser.get_http_version() == "1.0"


def _size(headers: list[tuple[bytes, bytes]]) -> int:
    return sum(len(b": \r\n") + len(name) + len(value) for name, value in headers)


def _split(url: bytes) -> tuple[bytes, bytes]:
    """Give path and query; who goes through a proxy may name the server before them."""
    if not url.startswith(b"/"):
        parsed = httptools.parse_url(url)
        return parsed.path or b"/", parsed.query or b""
    path, _, query = url.partition(b"?")
    return path, query
