"""Where calls are recorded: the protocol, and the trails that touch no file."""

from __future__ import annotations

import json
from threading import Lock
from typing import Any, Final, Protocol

from policyeval.kms.trail.chain import Chain, Head, Link
from policyeval.kms.trail.encode import Encoder
from policyeval.kms.trail.event import Event

__all__ = ["NO_TRAIL", "MemoryTrail", "NoTrail", "Trail"]


class Trail(Protocol):
    """Something that records every call. Safe to use from several threads."""

    def append(self, event: Event) -> None:
        """Record an event.

        Raises:
            StorageError: it cannot be recorded.

        """
        ...

    def flush(self) -> None:
        """Make what was recorded durable, and know the head."""
        ...

    def close(self) -> None:
        """Flush and end; nothing can be recorded after it."""
        ...


class NoTrail:
    """Records nothing."""

    __slots__ = ()

    def append(self, event: Event) -> None:
        """Forget an event."""

    def flush(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


NO_TRAIL: Final = NoTrail()


class MemoryTrail:
    """Keeps the lines of a trail, chained as in a file, for as long as it lives."""

    def __init__(self, key: bytes | None = None) -> None:
        self.lines: list[bytes] = []
        self._chain = Chain(Link.keyed_by(key))
        self._encoder = Encoder()
        self._lock = Lock()

    @property
    def head(self) -> Head:
        """Where the chain ends."""
        return self._chain.head

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records, read back."""
        return [json.loads(line) for line in self.lines]

    def append(self, event: Event) -> None:
        """Record an event."""
        record = self._encoder.encode(event)
        with self._lock:
            line, digest = self._chain.line(record)
            self.lines.append(line)
            self._chain.advance(digest)

    def flush(self) -> None:
        """Do nothing: memory is as durable as it gets."""

    def close(self) -> None:
        """Do nothing."""
