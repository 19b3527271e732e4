"""What a server does beside answering: it follows its file, flushes its trail, and does what time does to keys."""

from __future__ import annotations

import asyncio
import math
import signal
import traceback
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final, NamedTuple, TypeVar

from policyeval.errors import PolicyEvalError
from policyeval.kms.errors import StorageError
from policyeval.server.entities_file import EntitiesFile
from policyeval.server.journal import Journal
from policyeval.server.metrics import Metrics
from policyeval.server.services import Services

__all__ = ["Pace", "Upkeep"]

T = TypeVar("T")


class Pace(NamedTuple):
    """How often, in seconds.

    Attributes:
        look: whether the entities file has changed.
        settle: how long a file that changed must stay as it is: editors write in several steps.
        sweep: what is due to keys; and a file that could not be taken for a reason that passes.
        flush: the trail, more often than it would by itself, which is while somebody waits for an answer; and the use
            of keys that were not used for long.

    """

    look: float = 1.0
    settle: float = 0.1
    sweep: float = 60.0
    flush: float = 0.8


_USUAL: Final = Pace()
_THREADS: Final = 3  # to follow the file, to sweep and to flush: none waits for another
# A file that is written without end must not keep revoked access alive: 10 seconds at the usual pace.
_MOST_SETTLING: Final = 100


class Upkeep:
    """Runs beside the server for as long as it does.

    Args:
        services: what is kept.
        file: the entities file to follow; none when None.
        pool: where slow requests run; it is closed with the services.
        journal, metrics: what is told of it.
        pace: how often.

    """

    def __init__(  # noqa: PLR0913 - all by name
        self,
        services: Services,
        *,
        file: EntitiesFile | None,
        pool: Executor,
        journal: Journal,
        metrics: Metrics,
        pace: Pace = _USUAL,
    ) -> None:
        self._services = services
        self._file = file
        self._pool = pool
        # A pool of its own: a client with many slow requests could otherwise delay what takes its access away.
        self._own = ThreadPoolExecutor(_THREADS, thread_name_prefix="policyeval-upkeep")
        self._journal = journal
        self._metrics = metrics
        self._pace = pace

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run; at the end it stops, and the services and the pool are closed."""
        asked = asyncio.Event()
        loop = asyncio.get_running_loop()
        with suppress(
            NotImplementedError, RuntimeError, ValueError, AttributeError
        ):  # another thread, or no such signal
            loop.add_signal_handler(signal.SIGHUP, asked.set)
        tasks = [loop.create_task(work) for work in (self._follow(asked), self._sweep(), self._flush())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._do(self._close)
            self._own.shutdown(wait=False)
            # What still waits is cancelled: it is for nobody any more, and the process would wait for it to be done.
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _close(self) -> None:
        try:
            self._services.close()
        except PolicyEvalError as error:
            self._journal.note("error", "not everything could be kept", fault=str(error))

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._own, work)

    # The entities file

    async def _follow(self, asked: asyncio.Event) -> None:
        file, time, again = self._file, asyncio.get_running_loop().time, math.inf
        while file is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(asked.wait(), self._pace.look)
            # Not in the loop: there may be thousands of files, and a file system that does not answer.
            if asked.is_set() or time() >= again or await self._do(lambda: file.has_changed):
                asked.clear()
                await self._until_written(file)
                is_settled = await asyncio.shield(self._do(partial(self.reload, file)))
                again = math.inf if is_settled else time() + self._pace.sweep

    async def _until_written(self, file: EntitiesFile) -> None:
        """Wait while somebody writes: the first half of a file may be a good one, without what the rest forbids."""
        state = await self._do(lambda: file.state)
        for _ in range(_MOST_SETTLING):
            await asyncio.sleep(self._pace.settle)
            before, state = state, await self._do(lambda: file.state)
            if state == before:
                return

    def reload(self, file: EntitiesFile) -> bool:
        """Read the entities file again; one that cannot be used changes nothing.

        Returns:
            Whether that is settled until the file changes. The disk may have been full: what the file takes away
            must not stay allowed because of that.

        """
        is_settled = True
        try:
            entities = file.read()
            self._services.describe(entities)
        except PolicyEvalError as error:
            is_settled = not (isinstance(error, StorageError) or file.was_prevented)
            self._metrics.count_reload(taken=False)
            self._journal.note("error", "the entities file is refused, the old one stays", fault=str(error))
        except Exception:  # noqa: BLE001 - a fault of our own; the server goes on with what it has
            self._metrics.count_reload(taken=False)
            self._journal.note("error", "the entities file could not be taken", fault=traceback.format_exc())
        else:
            self._metrics.count_reload(taken=True)
            self._journal.note("info", "the entities file is taken", file=file.path)
        return is_settled

    # Time

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self._pace.sweep)
            await asyncio.shield(self._do(self._sweep_once))

    def _sweep_once(self) -> None:
        try:
            due = self._services.kms.sweep()
        except PolicyEvalError as error:
            self._journal.note("error", "the sweep failed", fault=str(error))
        except Exception:  # noqa: BLE001 - likewise
            self._journal.note("error", "the sweep failed", fault=traceback.format_exc())
        else:
            if due:
                self._journal.note("info", "what was due is done", keys=due)

    async def _flush(self) -> None:
        loop, took = asyncio.get_running_loop(), 0.0
        while True:
            # From one beginning to the next: with what a slow disk takes in between, requests would have to flush.
            await asyncio.sleep(max(self._pace.flush - took, self._pace.flush / 8))
            begun = loop.time()
            await asyncio.shield(self._do(self._flush_once))
            took = loop.time() - begun

    def _flush_once(self) -> None:
        # A fault of the trail's refuses the next request, and the sweep tells of the store's.
        with suppress(PolicyEvalError):
            self._services.kms.flush()
