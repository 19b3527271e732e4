"""Sockets and the HTTP server on them."""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from math import inf
from threading import Thread
from time import monotonic
from types import FrameType
from typing import Final, NamedTuple, cast

import uvicorn
from uvicorn.loops.auto import auto_loop_factory
from uvicorn.server import ServerState

from policyeval.errors import PolicyEvalError, system_reason
from policyeval.model.source import Diagnostic
from policyeval.server.app import App
from policyeval.server.attention import MOMENT, Attention
from policyeval.server.connection import Connection

__all__ = ["Tls", "is_loopback", "listen", "new_loop", "run", "running", "url_of"]

# Seconds: who stops the server does not wait for ever.
_GRACE: Final = 30
_BACKLOG: Final = 2048
# Descriptors for all but connections: the files that are kept, with those of a database's readers, and some to read.
_KEPT: Final = 100
# All addresses of the machine are none that a client could be told.
_LOOPBACK: Final = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - they are looked up only


class Tls(NamedTuple):
    """A certificate chain and its key, in files of PEM."""

    certificate: str
    key: str


def listen(host: str, port: int) -> socket.socket:
    """Open the socket of a server.

    Args:
        host: a name or an address of this machine.
        port: 0 for one that is free.

    Raises:
        PolicyEvalError: it cannot be opened.

    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        opened = socket.socket(family, kind, protocol)
        try:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened.bind(address)
            opened.listen(_BACKLOG)
        except BaseException:
            opened.close()
            raise
    except OSError as error:
        message = f"cannot listen on {host} port {port}: {system_reason(error)}"
        raise PolicyEvalError([Diagnostic(message, "give --host or --port")]) from error
    return opened


def url_of(opened: socket.socket, host: str, *, secure: bool) -> str:
    """Give the URL at which this machine reaches a socket that was opened for a host."""
    address, port, *_ = opened.getsockname()
    named = _LOOPBACK.get(address, f"[{host}]" if ":" in host else host)
    return f"{'https' if secure else 'http'}://{named}:{port}"


def is_loopback(opened: socket.socket) -> bool:
    """Tell whether only this machine can reach a socket."""
    address: str = opened.getsockname()[0]
    return address == "::1" or address.startswith("127.")


def run(app: App, opened: socket.socket, tls: Tls | None, ready: Callable[[], object], *, awake: bool) -> None:
    """Serve until SIGINT or SIGTERM; what was accepted until then is finished.

    Args:
        app: what answers.
        opened: where.
        tls: with which certificate; without encryption when None.
        ready: is called when nothing can go wrong any more; the socket takes connections already.
        awake: whether to stay awake for a moment after an answer, for which there must be a processor to spare.

    Raises:
        PolicyEvalError: the certificate cannot be used.

    """
    server = _server(app, tls, Attention(MOMENT if awake else 0))

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    # uvicorn takes them over while it runs, and sends what it got to these again: to have stopped is a good end.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    with suppress(AttributeError):  # no such signal
        # By default it ends a process. What changes before the loop hears it is seen at the first look.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    ready()
    server.run([opened])


@contextmanager
def running(app: App, opened: socket.socket, tls: Tls | None = None) -> Iterator[None]:
    """Serve in a thread of its own for the length of the block."""
    server = _server(app, tls, Attention(0))  # the client may be in this process too, and needs the interpreter's lock
    thread = Thread(target=server.run, args=([opened],), name="policyeval-endpoint", daemon=True)
    thread.start()
    try:
        yield  # the socket listens already: whoever connects now waits until it is accepted
    finally:
        server.should_exit = True
        thread.join()


def new_loop() -> asyncio.AbstractEventLoop:
    """Make an event loop: uvloop's where there is one.

    asyncio's own asks `time.monotonic` anew each time, which freezegun stops and sets: what waits in the loop while a
    test does that would wait for years, the end of the server too. So it is given the clock as it is now.
    """
    loop = auto_loop_factory()()
    if isinstance(loop, asyncio.BaseEventLoop):  # uvloop's has a clock of its own
        loop.time = monotonic  # type: ignore[method-assign]
    return loop


class _Server(uvicorn.Server):
    """A server that also ends what runs beside it when Ctrl-C comes twice; uvicorn's own does not."""

    def __init__(self, config: uvicorn.Config, makers: Executor) -> None:
        super().__init__(config)
        self._makers = makers

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; asked again, without waiting for anybody."""
        while self.servers:  # uvicorn would wait for clients that have not even finished TLS's handshake
            self.servers.pop().close()
        # RSA keys that wait to be made could take minutes: they are refused. All else that was accepted is finished.
        self._makers.shutdown(wait=False, cancel_futures=True)
        await super().shutdown(sockets)
        if self.force_exit:
            await self.lifespan.shutdown()


def _most_connections() -> float:
    """Keep descriptors back for our own files: strangers could take all of them just by connecting."""
    if find_spec("resource") is None:  # there is no such limit
        return inf
    from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit  # noqa: PLC0415 - not everywhere

    most = getrlimit(RLIMIT_NOFILE)[0]
    return inf if most == RLIM_INFINITY else max(most - _KEPT, most // 2)


def _server(app: App, tls: Tls | None, attention: Attention) -> uvicorn.Server:
    most = _most_connections()

    def connection(server_state: ServerState, **_: object) -> Connection:
        return Connection(app, server_state, attention, most=most)

    config = uvicorn.Config(
        app.beside,
        http=cast("type[asyncio.Protocol]", connection),  # uvicorn only calls it
        loop="policyeval.server.listening:new_loop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE,
        ssl_certfile=tls.certificate if tls is not None else None,
        ssl_keyfile=tls.key if tls is not None else None,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        message = f"the certificate cannot be used: {system_reason(error)}"
        raise PolicyEvalError([Diagnostic(message, "give --tls-cert and --tls-key, both in PEM")]) from error
    return _Server(config, app.makers)
