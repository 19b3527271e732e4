"""Answers that were given, kept until a commit changes them.

A file's commit becomes visible at one instant, inside `COMMIT`; no cache can be emptied at that very
instant. So a commit has a *window* around it: from just before until the cache is emptied, whatever
it touches is read from the file. Hence a reader that has seen something of a commit sees all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeAlias, TypeVar

Question: TypeAlias = Hashable
T = TypeVar("T")


class _Window:
    """What is being committed; between commits it is nothing. Its identity is the version of the cache."""

    __slots__ = ("touched",)

    def __init__(self, touched: frozenset[Question] = frozenset()) -> None:
        self.touched = touched


class Cache:
    """Keeps answers for questions; the same object each time, up to `size` of the last used.

    A tuple counts for as many as it holds, and one. There are two generations: what is used moves to the
    young one, and when that has grown to half the size, the old one goes and the young one becomes old.
    """

    def __init__(self, size: int) -> None:
        self._half = size // 2
        self._lock = Lock()
        self._window = _Window()
        self._young: dict[Question, Any] = {}  # what a question is answered with, each its own type
        self._old: dict[Question, Any] = {}
        self._weight = 0
        self._revision = object()

    @property
    def revision(self) -> object:
        """The same object until a commit changes something; during a commit another one each time."""
        # Within a window nobody can tell whether the commit is visible yet: nothing made then can be kept.
        return object() if self._window.touched else self._revision

    def answer(self, question: Question, ask: Callable[[], T]) -> T:
        """Give the answer that is kept, or ask. None is not kept."""
        # The window comes first: who finds it free of the question reads what was true at that moment.
        window = self._window
        if window.touched and question in window.touched:
            return ask()
        found: T | None = self._young.get(question)
        if found is not None:
            return found
        found = self._old.get(question)
        answer: T = ask() if found is None else found
        return answer if answer is None else self._keep(question, answer, window)

    def _keep(self, question: Question, answer: T, window: _Window) -> T:
        with self._lock:
            if self._window is not window:
                return answer  # a commit began since: this may be of before
            # Of two threads that come first, both give the answer of one.
            known: T | None = self._young.get(question)
            if known is not None:
                return known
            kept: T = self._old.get(question, answer)
            self._young[question] = kept
            self._weight += _weight(kept)
            if self._weight > self._half:
                self._old, self._young, self._weight = self._young, {}, 0
        return kept

    def open_window(self, touched: frozenset[Question]) -> None:
        """Say what a commit is about to change; it is not empty."""
        with self._lock:
            # One that an interrupt left open may have been committed: what it touched is forgotten with this one's.
            self._window = _Window(touched | self._window.touched)

    def close_window(self) -> None:
        """Say that the commit is over: what it touched is forgotten. Whether it failed is all the same."""
        with self._lock:
            for question in self._window.touched:
                self._weight -= _weight(self._young.pop(question, None))
                self._old.pop(question, None)
            self._revision = object()
            self._window = _Window()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._window, self._young, self._old, self._weight = _Window(), {}, {}, 0


def _weight(answer: object) -> int:
    return 0 if answer is None else 1 + (len(answer) if isinstance(answer, tuple) else 0)
