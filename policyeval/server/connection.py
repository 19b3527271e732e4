"""A connection: its requests one after the other, each answered in one piece.

uvicorn accepts connections and stops the server; this replaces its own HTTP protocols. They hand each request to a
task, piece by piece, and get the answer back the same way, which takes longer than verifying a signature.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from http import HTTPStatus
from math import inf
from time import perf_counter
from typing import Final

from uvicorn.server import ServerState

from policyeval.server.app import App
from policyeval.server.attention import Attention
from policyeval.server.cross_origin import shared
from policyeval.server.endpoint import Exchange, Peer, Reply
from policyeval.server.monitors import MONITORED, Answer
from policyeval.server.reader import MOST_HEAD, RequestReader, Taken
from policyeval.server.refusals import unavailable

__all__ = ["Connection", "plain_address"]

# Seconds: idle connections of clients' pools live on.
_IDLE: Final = 75
# Seconds for a client to read why it was refused: closing while it still sends could lose that answer.
_LINGER: Final = 2
# Seconds that a client has once the server stops: by then its request must be complete, or it was never accepted,
# and it must have read something of its answers.
_PATIENCE: Final = 3
_TOO_LARGE: Final = 413
_TOO_MANY: Final = 503
_WORDS: Final = {400: "This is no HTTP/1.1.", 431: f"The head of a request has {MOST_HEAD:,} bytes at most."}
_LINES: Final = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode("ascii") for status in HTTPStatus}
_GO_ON: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
# Names are spelled as AWS spells them: clients that read HTTP by themselves compare letters (libmongocrypt does).
_LAST: Final = b"Connection: close\r\n"
_KEPT: Final = b"Connection: keep-alive\r\n"
_HEAD: Final = b"""\
x-amzn-RequestId: %b\r
%bContent-Length: %d\r
"""
# KMS asks everybody on the way to keep nothing; STS says nothing of that, as AWS's does not.
_NOT_KEPT: Final = b"""\
Cache-Control: no-cache, no-store, must-revalidate, private\r
Expires: 0\r
Pragma: no-cache\r
"""


class Connection(asyncio.Protocol):
    """One connection.

    Args:
        app: what answers.
        state: the server's, which waits for the connections in it when it stops.
        attention: what keeps the loop awake between a busy client's requests.
        most: how many connections there may be; one more is closed at once.
        idle: seconds that a connection may have nothing to do, and a request may take to get whole.

    """

    def __init__(
        self, app: App, state: ServerState, attention: Attention, *, most: float = inf, idle: float = _IDLE
    ) -> None:
        self._app = app
        self._state = state
        self._attention = attention
        self._most = most
        self._idle = idle
        self._reader = RequestReader(app.endpoint.most_body)
        self._defaults: list[tuple[bytes, bytes]] = []  # headers of every answer
        self._dated = b""
        self._is_busy = False  # a request is being answered
        self._is_held = False  # the client does not take its answers
        self._is_paused = False  # nothing is read for now
        self._is_stopping = False  # what was taken is finished, and no more

    # How it begins and ends

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # it is no other
        self._loop = asyncio.get_running_loop()
        self._since = self._loop.time()
        self._timer = self._loop.call_later(self._idle, self._look)
        address = transport.get_extra_info("peername")
        secure = transport.get_extra_info("sslcontext") is not None
        self._peer = Peer(plain_address(address[0]) if address else None, secure)
        self._state.connections.add(self)  # type: ignore[arg-type]  # all of a protocol that a server uses
        if len(self._state.connections) > self._most:
            self._app.turn_away(self._peer, _TOO_MANY, f"There are {self._most:,} connections already.")
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End; what is being done is done."""
        del exc  # clients leave as they like
        self._state.connections.discard(self)
        self._timer.cancel()
        self._reader.close()

    def shutdown(self) -> None:
        """Close when what was accepted is finished; the server stops."""
        self._is_stopping = True
        self._loop.call_later(0.05, self._close_if_idle)  # what the client has sent may still be on its way here
        self._loop.call_later(_PATIENCE, self._close_if_waiting)
        self._loop.call_later(_PATIENCE, self._leave_if_stuck, self._transport.get_write_buffer_size())

    def eof_received(self) -> bool:
        """Let the client have the answers that it waits for, though it has nothing more to say."""
        self._is_stopping = True
        waits = self._is_busy or bool(self._reader.taken)
        return waits and not self._peer.secure  # TLS knows no half of a connection

    def _look(self) -> None:
        """Close the connection when nothing happens on it, or a request does not get whole."""
        left = self._idle if self._is_busy else self._since + self._idle - self._loop.time()
        if left > 0:
            self._timer = self._loop.call_later(left, self._look)
        else:
            self._transport.abort()

    def _close_if_idle(self) -> None:
        if not self._reader.has_begun:
            self._close_if_waiting()

    def _close_if_waiting(self) -> None:
        if not (self._is_busy or self._reader.taken):
            self._close()

    def _close(self) -> None:
        """Close once: asyncio's TLS that is closed again cannot be aborted any more, nor asked what is unsent."""
        if not self._transport.is_closing():
            self._transport.close()

    def _leave_if_stuck(self, before: int) -> None:
        """Drop a client that reads nothing of what was sent to it, even if that is only the closing message of TLS."""
        if self not in self._state.connections:
            return
        left = self._transport.get_write_buffer_size()
        if left == before and (self._is_held or self._transport.is_closing()):
            self._transport.abort()
        else:
            self._loop.call_later(_PATIENCE, self._leave_if_stuck, left)

    # Requests

    def data_received(self, data: bytes) -> None:
        """Read on, and answer what is whole."""
        if not self._reader.has_begun:
            self._since = self._loop.time()
        self._reader.feed(data)
        self._answer_next()
        if (self._is_busy or self._is_held or self._reader.taken) and not self._transport.is_closing():
            self._is_paused = True
            self._transport.pause_reading()

    def pause_writing(self) -> None:
        """Answer no more for now: the client does not take what there is."""
        self._is_held = True

    def resume_writing(self) -> None:
        """Go on."""
        self._is_held = False
        self._go_on()

    def _go_on(self) -> None:
        """Answer what waits, one request a turn of the loop: others have theirs."""
        self._answer_next()
        if self._is_paused and not (self._is_busy or self._is_held or self._reader.taken):
            self._is_paused = False
            if not self._transport.is_closing():
                self._transport.resume_reading()

    def _answer_next(self) -> None:
        if self._is_busy or self._is_held:
            return
        if not self._reader.taken:
            self._encourage()
            return
        self._is_busy = True
        taken = self._reader.taken.popleft()
        if taken.refused in _WORDS:
            self._turn_away(taken)
        elif taken.request.path in MONITORED:
            self._monitor(taken)
        else:
            self._exchange(taken)

    def _encourage(self) -> None:
        """Answer `Expect: 100-continue`, after the answers to earlier requests."""
        if self._reader.must_encourage:
            self._reader.must_encourage = False
            self._transport.write(_GO_ON)

    def _exchange(self, taken: Taken) -> None:
        start = perf_counter()
        self._attention.asked(start)
        endpoint = self._app.endpoint
        begin = endpoint.refuse_size if taken.refused == _TOO_LARGE else endpoint.begin
        exchange = begin(taken.request, self._peer)
        if not exchange.is_slow:
            self._reply(taken, exchange, start, exchange.run())
            return
        future = asyncio.wrap_future(self._app.submit(exchange), loop=self._loop)
        future.add_done_callback(partial(self._reply_late, taken, exchange, start))

    def _reply_late(self, taken: Taken, exchange: Exchange, start: float, done: asyncio.Future[Reply]) -> None:
        if done.cancelled():  # the server has stopped before its turn came
            exchange.refuse(unavailable())
        self._reply(taken, exchange, start, exchange.run() if done.cancelled() else done.result())

    def _reply(self, taken: Taken, exchange: Exchange, start: float, reply: Reply) -> None:
        kind = b"Content-Type: %b\r\n" % reply.content_type.encode("ascii") if reply.content_type else b""
        head = _HEAD % (exchange.request_id.encode("ascii"), kind, len(reply.body))
        if exchange.service == "kms":
            head += _NOT_KEPT
        more = (*shared(taken.request), *reply.headers)
        if more:
            head += _lines(more)
        if self._app.explains:  # the client may look for the reason as soon as it has the answer
            self._app.tell(exchange, reply, perf_counter() - start)
            self._write(taken, reply.status, head, reply.body)
            end = perf_counter()
        else:
            self._write(taken, reply.status, head, reply.body)
            end = perf_counter()
            self._loop.call_soon(self._app.tell, exchange, reply, end - start)  # the answer goes out before
        self._attention.answered(end, self._loop)

    def _monitor(self, taken: Taken) -> None:
        task = self._loop.create_task(self._app.monitor(taken.request))
        task.add_done_callback(lambda done: self._write_as_said(taken, done.result()))

    def _write_as_said(self, taken: Taken, answer: Answer) -> None:
        self._write(taken, answer.status, _lines(answer.headers), answer.body)

    def _turn_away(self, taken: Taken) -> None:
        words = _WORDS[taken.refused]
        self._app.turn_away(self._peer, taken.refused, words)
        head = b"Content-Type: text/plain\r\nContent-Length: %d\r\n" % len(words)
        self._write(taken, taken.refused, head, words.encode("ascii"))

    def _write(self, taken: Taken, status: int, head: bytes, body: bytes) -> None:
        """Write an answer, and go on with what waits."""
        self._is_busy = False
        self._since = self._loop.time()
        if self._transport.is_closing():
            return
        is_last = not taken.goes_on or (self._is_stopping and not self._reader.taken)
        if self._state.default_headers is not self._defaults:  # every second others: the date is among them
            self._defaults = self._state.default_headers
            self._dated = _lines([(name.title(), value) for name, value in self._defaults])
        then = _LAST if is_last else _KEPT if taken.is_old else b""
        shown = b"" if taken.request.method == "HEAD" else body
        self._transport.write(b"%b%b%b%b\r\n%b" % (_LINES[status], self._dated, head, then, shown))
        if taken.refused:
            self._loop.call_later(_LINGER, self._close)
        elif is_last:
            self._transport.close()
        elif self._is_paused or self._reader.taken or self._reader.must_encourage:
            self._loop.call_soon(self._go_on)


def _lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"".join([b"%b: %b\r\n" % header for header in headers])


def plain_address(address: str) -> str:
    """Give an address as policies have it: IPv4 as such, also from a socket of IPv6, and without an interface."""
    return address.removeprefix("::ffff:").partition("%")[0]
