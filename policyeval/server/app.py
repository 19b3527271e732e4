"""The endpoint as an ASGI application: bodies in, replies out, and what people and monitors ask beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from time import perf_counter
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from policyeval.errors import PolicyEvalError
from policyeval.server.endpoint import Endpoint, Exchange, Peer, Reply
from policyeval.server.journal import Journal
from policyeval.server.metrics import CONTENT_TYPE as METRICS_TYPE
from policyeval.server.metrics import Metrics
from policyeval.server.wire import WireError, WireRequest

__all__ = ["App", "monitors", "plain_address"]

_NOT_KEPT: Final = (b"cache-control", b"no-cache, no-store, must-revalidate, private")
_TOO_LARGE: Final = 413
_SERVERS: Final = 500


class App:
    """Answers clients of AWS itself, and hands what monitors ask, and the server's own start and stop, to another.

    Args:
        endpoint: what answers.
        beside: the application for `/healthz` and `/metrics`.
        pool: where slow requests run, so that nobody else waits for them.
        metrics, journal: what is told of every request.
        access_log: whether the journal is also told of those that worked.
        explain: whether it is told what each layer of a refusal said, and what would allow it.

    """

    def __init__(  # noqa: PLR0913 - all by name
        self,
        endpoint: Endpoint,
        *,
        beside: ASGIApp,
        pool: Executor,
        metrics: Metrics,
        journal: Journal,
        access_log: bool = False,
        explain: bool = False,
    ) -> None:
        self._endpoint = endpoint
        self._beside = beside
        self._pool = pool
        self._metrics = metrics
        self._journal = journal
        self._access_log = access_log
        self._explain = explain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        if scope["type"] != "http" or scope["path"] in MONITORED:
            await self._beside(scope, receive, send)
            return
        start = perf_counter()
        exchange = await self._begin(scope, receive)
        if exchange is None:
            return
        if exchange.is_slow:
            reply = await asyncio.get_running_loop().run_in_executor(self._pool, exchange.run)
        else:
            reply = exchange.run()
        await _answer(exchange.request_id, reply, send)
        self._tell(exchange, reply, perf_counter() - start)

    async def _begin(self, scope: Scope, receive: Receive) -> Exchange | None:
        """Receive a request and read it; None where the client left before it was whole."""
        client = scope.get("client")
        peer = Peer(plain_address(client[0]) if client else None, scope["scheme"] == "https")
        head = WireRequest(scope["method"], scope["raw_path"], scope["query_string"], tuple(scope["headers"]), b"")
        try:
            body = await self._receive(head, receive)
        except WireError as error:
            return self._endpoint.refuse(head, peer, error)
        return None if body is None else self._endpoint.begin(head._replace(body=body), peer)

    async def _receive(self, head: WireRequest, receive: Receive) -> bytes | None:
        """Receive a body, no more of it than it may have."""
        check_size = self._endpoint.check_size
        length = head.header(b"content-length")
        if length is not None and length.isdecimal():
            check_size(int(length))
        message = await receive()
        body: bytes = message.get("body", b"")
        while message.get("more_body", False):
            check_size(len(body))
            message = await receive()
            body += message.get("body", b"")
        return body if message["type"] == "http.request" else None

    def _tell(self, exchange: Exchange, reply: Reply, seconds: float) -> None:
        self._metrics.count(exchange.service, exchange.operation, reply.code, seconds)
        if reply.code or self._access_log:
            caller = exchange.caller
            self._journal.note(
                "error" if reply.status >= _SERVERS else "warning" if reply.code else "info",
                "refused" if reply.code else "answered",
                service=exchange.service,
                operation=exchange.operation or None,
                status=reply.status,
                code=reply.code or None,
                message=reply.message or None,
                principal=caller.label if caller is not None else None,
                source_ip=exchange.peer.address,
                request_id=exchange.request_id,
                seconds=seconds,
                fault=reply.fault,
                explanation=reply.decision.explain() if self._explain and reply.decision is not None else None,
            )


def plain_address(address: str) -> str:
    """Give an address as policies have it: IPv4 is IPv4 also on a socket of IPv6, and an interface is no part of it."""
    return address.removeprefix("::ffff:").partition("%")[0]


async def _answer(request_id: str, reply: Reply, send: Send) -> None:
    headers = [
        (b"x-amzn-requestid", request_id.encode("ascii")),
        (b"content-type", reply.content_type.encode("ascii")),
        (b"content-length", str(len(reply.body)).encode("ascii")),
        _NOT_KEPT,
    ]
    if reply.status == _TOO_LARGE:  # the rest of it is not waited for
        headers.append((b"connection", b"close"))
    start: Message = {"type": "http.response.start", "status": reply.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": reply.body})


# What monitors ask

Check = Callable[[], object]
MONITORED: Final = frozenset({"/healthz", "/metrics"})


def monitors(metrics: Metrics, check: Check, lifespan: Callable[[], AbstractAsyncContextManager[None]]) -> Starlette:
    """Make the application beside the endpoint.

    Args:
        metrics: what `/metrics` tells.
        check: raises `PolicyEvalError` when the server cannot do its work; `/healthz` tells that.
        lifespan: what runs for as long as the server does.

    """

    async def healthz(_: Request) -> Response:
        try:
            check()
        except PolicyEvalError as error:
            return JSONResponse({"status": "failing", "reason": error.diagnostics[0].message}, status_code=503)
        return JSONResponse({"status": "ok"})

    async def tell(_: Request) -> Response:
        return PlainTextResponse(metrics.render(), media_type=METRICS_TYPE)

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncIterator[None]:
        async with lifespan():
            yield

    return Starlette(routes=[Route("/healthz", healthz), Route("/metrics", tell)], lifespan=living)
