"""Stays awake for a moment, where the next request is likely to come at once.

A client that asks one thing after the other leaves the server idle in between. To put a processor to sleep and to wake
it takes longer than to verify a signature, on a virtual machine most of all, and then its caches know nothing.
"""

from __future__ import annotations

import os
from asyncio import AbstractEventLoop
from collections.abc import Callable
from time import perf_counter
from typing import Final

__all__ = ["MOMENT", "Attention"]

MOMENT: Final = 0.002
"""Seconds; about twice what an SDK takes from an answer to its next request, on a slow machine."""

_give_way: Final = getattr(os, "sched_yield", lambda: None)


class Attention:
    """Keeps an event loop turning for a moment after an answer, instead of waiting for what comes next.

    It does so only while requests follow answers as fast as that. So it costs a moment at the end of a burst, and
    nothing where requests are rare; and every turn gives way to whoever else wants the processor.

    Args:
        moment: seconds; with 0 the loop always waits.
        clock: gives the time in seconds.

    """

    def __init__(self, moment: float, clock: Callable[[], float] = perf_counter) -> None:
        self._moment = moment
        self._clock = clock
        self._answered = -moment  # never
        self._is_expecting = False
        self._is_turning = False

    def asked(self, now: float) -> None:
        """Take note of a request."""
        self._is_expecting = 0 <= now - self._answered < self._moment  # a test may have set the time back

    def answered(self, now: float, loop: AbstractEventLoop) -> None:
        """Take note of its answer, given in this loop."""
        self._answered = now
        if self._is_expecting and not self._is_turning:
            self._is_turning = True
            loop.call_soon(self._turn, loop)

    def _turn(self, loop: AbstractEventLoop) -> None:
        if self._clock() - self._answered < self._moment:
            _give_way()
            loop.call_soon(self._turn, loop)
        else:
            self._is_turning = False
