"""Forks: the copy of a process has what was open, but not its locks, and would write where the other one does."""

from __future__ import annotations

import os
from typing import Final, Protocol
from weakref import WeakSet

__all__ = ["Leaving", "watch"]


class Leaving(Protocol):
    """What a copy of the process must leave to the one that opened it."""

    def leave(self) -> None:
        """Refuse everything from now on, without waiting for who may have held a lock."""
        ...


_open: Final[WeakSet[Leaving]] = WeakSet()


def watch(opened: Leaving) -> None:
    """Have something left alone by copies of this process."""
    _open.add(opened)


def _leave_all() -> None:
    for opened in list(_open):
        opened.leave()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_all)
