"""When the server stays awake after an answer, and when it waits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import cast

import pytest

from policyeval.server.attention import Attention


class Loop:
    """What is called soon, and a clock that moves by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.soon: deque[tuple[Callable[..., None], tuple[object, ...]]] = deque()

    def call_soon(self, called: Callable[..., None], *given: object) -> None:
        self.soon.append((called, given))

    def turns(self, for_seconds: float, step: float = 0.25) -> int:
        """Turn as long as there is something to do, and tell how often."""
        end, count = self.now + for_seconds, 0
        while self.soon and self.now < end:
            called, given = self.soon.popleft()
            called(*given)
            self.now += step
            count += 1
        self.now = end
        return count


@pytest.fixture
def loop() -> Loop:
    return Loop()


def exchange(attention: Attention, loop: Loop) -> None:
    attention.asked(loop.now)
    attention.answered(loop.now, cast("asyncio.AbstractEventLoop", loop))


def test_the_first_request_keeps_nobody_awake(loop: Loop) -> None:
    exchange(Attention(1, lambda: loop.now), loop)
    assert loop.turns(10) == 0


def test_a_request_that_follows_an_answer_at_once_does_for_a_moment(loop: Loop) -> None:
    attention = Attention(1, lambda: loop.now)
    exchange(attention, loop)
    loop.now += 0.5
    exchange(attention, loop)
    assert loop.turns(10) == 5  # four within the moment, and the one that sees that it is over
    assert not loop.soon


def test_a_request_that_comes_late_does_not(loop: Loop) -> None:
    attention = Attention(1, lambda: loop.now)
    for _ in range(3):
        exchange(attention, loop)
        assert loop.turns(1) == 0


def test_each_answer_begins_the_moment_anew_and_one_turn_at_a_time_is_asked_for(loop: Loop) -> None:
    attention = Attention(1, lambda: loop.now)
    for _ in range(20):
        exchange(attention, loop)
        assert len(loop.soon) <= 1
        loop.turns(0.5)
    assert loop.turns(10) == 3


def test_no_moment_is_never_awake(loop: Loop) -> None:
    attention = Attention(0, lambda: loop.now)
    for _ in range(3):
        exchange(attention, loop)
        assert not loop.soon


@pytest.mark.parametrize("moment", [0, 1])
def test_a_clock_that_is_set_back_keeps_nobody_awake(loop: Loop, moment: float) -> None:
    """freezegun sets the clock by which requests and answers are told, and not the other."""
    attention = Attention(moment, lambda: 0)
    exchange(attention, loop)
    loop.now += 1e9
    for _ in range(3):
        loop.now -= 3600
        exchange(attention, loop)
        assert not loop.soon


def test_a_loop_that_stays_awake_does_what_else_there_is() -> None:
    async def ask() -> list[str]:
        attention, seen = Attention(60), list[str]()
        loop = asyncio.get_running_loop()
        for _ in range(2):
            attention.asked(loop.time())
            attention.answered(loop.time(), loop)
        loop.call_soon(seen.append, "called")
        await asyncio.sleep(0.01)
        return [*seen, "slept"]

    assert asyncio.run(ask()) == ["called", "slept"]
