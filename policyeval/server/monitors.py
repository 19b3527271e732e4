"""What people and monitors ask beside the services: whether it works, and how much it did."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, NamedTuple

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from policyeval.errors import PolicyEvalError
from policyeval.server.metrics import CONTENT_TYPE as METRICS_TYPE
from policyeval.server.metrics import Metrics
from policyeval.server.wire import WireRequest

__all__ = ["MONITORED", "Answer", "ask", "monitors"]

Check = Callable[[], object]
MONITORED: Final = frozenset({b"/healthz", b"/metrics"})
"""The paths that are not a service's."""


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


class Answer(NamedTuple):
    """An HTTP response of an application."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


async def ask(app: ASGIApp, request: WireRequest) -> Answer:
    """Ask an application as ASGI has it, and put the pieces of its response together."""
    scope: Mapping[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path.decode("latin-1"),
        "raw_path": request.path,
        "query_string": request.query,
        "headers": request.headers,
    }
    sent: list[Mapping[str, Any]] = []

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)  # type: ignore[arg-type]  # mappings are enough
    start, *pieces = sent
    return Answer(start["status"], tuple(start["headers"]), b"".join(piece.get("body", b"") for piece in pieces))
