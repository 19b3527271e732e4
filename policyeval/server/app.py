"""What connections need of the server: who answers, where slow work is done, and who is told of it."""

from __future__ import annotations

import traceback
from concurrent.futures import Executor, Future
from typing import Final

from starlette.types import ASGIApp

from policyeval.kms.trail.event import LONGEST_MESSAGE
from policyeval.server.endpoint import Endpoint, Exchange, Peer, Reply
from policyeval.server.journal import Journal
from policyeval.server.metrics import Metrics
from policyeval.server.monitors import Answer, ask
from policyeval.server.wire import WireRequest

__all__ = ["App"]

_SERVERS: Final = 500


class App:
    """Answers clients of AWS itself, and hands what monitors ask to another.

    Attributes:
        endpoint: what answers.
        beside: the application for `/healthz` and `/metrics`, which lives as long as the server.
        pool: where slow requests run, so that nobody else waits for them.
        makers: where requests run that make RSA keys, so that the other slow ones do not wait for them.
        explains: whether the journal is told what each layer of a refusal said, and what would allow it; then it is
            told before the client, who may look there for the reason at once.

    Args:
        endpoint, beside, pool, makers: the same.
        metrics, journal: what is told of every request.
        access_log: whether the journal is also told of those that worked.
        explain: as `explains`.

    """

    def __init__(  # noqa: PLR0913 - all by name
        self,
        endpoint: Endpoint,
        *,
        beside: ASGIApp,
        pool: Executor,
        makers: Executor,
        metrics: Metrics,
        journal: Journal,
        access_log: bool = False,
        explain: bool = False,
    ) -> None:
        self.endpoint = endpoint
        self.beside = beside
        self.pool = pool
        self.makers = makers
        self._metrics = metrics
        self._journal = journal
        self._access_log = access_log
        self.explains = explain

    def submit(self, exchange: Exchange) -> Future[Reply]:
        """Have a slow request answered in another thread; when the server stops, what was not begun is cancelled."""
        pool = self.makers if exchange.makes_rsa else self.pool
        try:
            return pool.submit(exchange.run)
        except RuntimeError:  # it stops already
            late = Future[Reply]()
            late.cancel()
            return late

    async def monitor(self, request: WireRequest) -> Answer:
        """Answer what a monitor asks."""
        try:
            return await ask(self.beside, request)
        except Exception:  # noqa: BLE001 - a fault of our own: whoever runs the server gets the traceback
            self._journal.note("error", "a monitor could not be answered", fault=traceback.format_exc())
            return Answer(_SERVERS, (), b"")

    def tell(self, exchange: Exchange, reply: Reply, seconds: float) -> None:
        """Tell of a request that was answered."""
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
                message=reply.message[:LONGEST_MESSAGE] or None,
                hint=(reply.hint or "")[:LONGEST_MESSAGE] or None,  # it may quote a stranger, too
                principal=caller.label if caller is not None else None,
                source_ip=exchange.peer.address,
                request_id=exchange.request_id,
                seconds=seconds,
                fault=reply.fault,
                explanation=reply.decision.explain() if self.explains and reply.decision is not None else None,
            )

    def turn_away(self, peer: Peer, status: int, words: str) -> None:
        """Tell of a refusal that came before there was a request to answer."""
        self._journal.note("warning", "turned away", status=status, message=words, source_ip=peer.address)
