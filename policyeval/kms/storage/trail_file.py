"""A trail in a file: lines appended in the order of the chain, and the head in a file beside it.

Every record is handed to the operating system before `append` returns, so it outlives the process.
Against power loss the file is synced, and then the head written anew: the head is never ahead of what
is on the disk, and lags by the records since the last flush.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Final, Self

from policyeval.errors import system_reason
from policyeval.kms.errors import StorageError
from policyeval.kms.storage import system
from policyeval.kms.storage.disk import replace, write_whole
from policyeval.kms.storage.faults import fault
from policyeval.kms.storage.forks import watch
from policyeval.kms.storage.trail_tail import head_path, open_alone, read_tail
from policyeval.kms.trail.chain import Chain, Head, Link
from policyeval.kms.trail.encode import Encoder
from policyeval.kms.trail.event import INTERNAL, Event, Who
from policyeval.kms.trail.heads import Known, head_text

__all__ = ["TrailFile"]

_AT_ONCE: Final = datetime.min.replace(tzinfo=UTC)
_TRIAL: Final = b" " * 4096  # more than most lines, and a block of the disk
_CLOSED: Final = "the trail is closed"
_FORKED: Final = "the trail was opened by the process that this one was forked from"
_OPEN_IT_AGAIN: Final = "open it again when the disk takes what is written"
_HINTS: Final[Mapping[str, str | None]] = {_CLOSED: None, _FORKED: "open it after the fork, in one process"}


class TrailFile:
    """A trail in a file. Safe to use from several threads; one process at a time has it.

    Args:
        path: the file; made when it is not there, continued when it is. The head is kept in `PATH.head`.
        key: keys the chain, 16 bytes or more: who can write the file but has no key can forge nothing.
        flush_after: flush with the first record that is this much later than the last flush, or earlier.
        flush_every: flush at least after so many records.
        clock: gives the time, aware, for the record of a recovery.

    Raises:
        StorageError: another process has it, or it is not as the head knows it.
        ValueError: the key is too short.

    """

    def __init__(
        self,
        path: str | Path,
        key: bytes | None = None,
        *,
        flush_after: timedelta = timedelta(seconds=1),
        flush_every: int = 10_000,
        clock: Callable[[], datetime] = system.now,
    ) -> None:
        self._path = Path(path)
        self._place = self._path.absolute()  # wherever the process is by then
        self._head_path = head_path(self._place)
        self._link = Link.keyed_by(key)
        self._encoder = Encoder()
        self._lock = Lock()
        self._flushing = Lock()  # taken before the other
        self._flush_after = flush_after
        self._flush_every = flush_every
        self._latest = _AT_ONCE  # record
        # Between these no flush is due: a clock that was set back is as far from the last one as one that went on.
        self._early = self._due = _AT_ONCE
        self._flushed = -1  # the sequence number of the last record that is durable, and known to the head
        self._refusal: str | None = None
        self._has_failed = False  # to write the last line
        self._is_behind = False  # the head, because it could not be written
        self._file = open_alone(self._path)
        try:
            head, self._size, fragment = read_tail(self._file, self._path, self._link)
            self._chain = Chain(self._link, head)
            if fragment:
                self._recover(fragment, clock())
            self._sync(Known(self._chain.head, self._size))
        except BaseException:
            os.close(self._file)
            raise
        watch(self)

    @property
    def head(self) -> Head:
        """Where the chain ends."""
        return self._chain.head

    def append(self, event: Event) -> None:
        """Record an event; it has been handed to the operating system when this returns.

        Raises:
            StorageError: it cannot be written or made durable, or the trail is closed.

        """
        record = self._encoder.encode(event)
        with self._lock:
            self._refuse_if_over()
            line, digest = self._chain.line(record)
            size = self._size + len(line)
            try:
                self._write(line)
                self._chain.advance(digest)
                self._size = size
            except BaseException:  # an interrupt, too: the chain does not go on from what nobody was told of
                self._take_back()
                raise
            self._latest = event.time
            sequence = self._chain.head.sequence
            is_due = (
                not self._early <= event.time < self._due
                or sequence - self._flushed >= self._flush_every
                or self._is_behind
            )
        if is_due:
            self.flush()
            if self._flushed < sequence:  # another's flush failed meanwhile
                self._refuse_if_over()

    def flush(self) -> None:
        """Make what was recorded durable, and know the head; others append meanwhile.

        Raises:
            StorageError: the file or its head cannot be written.

        """
        with self._flushing:
            with self._lock:
                if self._refusal is not None or self._chain.head.sequence == self._flushed:
                    return
                known = Known(self._chain.head, self._size)
                self._early, self._due = self._latest - self._flush_after, self._latest + self._flush_after
            self._sync(known)

    def check(self) -> None:
        """See whether more can be recorded, where the last attempt failed by an attempt that leaves nothing.

        Raises:
            StorageError: it cannot.

        """
        with self._lock:
            self._refuse_if_over()
            if self._has_failed:
                try:
                    self._write(_TRIAL)
                finally:
                    self._take_back()
        if self._is_behind:
            self.flush()

    def close(self) -> None:
        """Flush and close; closing twice does nothing."""
        with self._flushing:
            if self._file < 0:
                return
            with self._lock:  # before the flush: nothing may come after the last one
                known = Known(self._chain.head, self._size) if self._refusal is None else None
                self._refusal = _CLOSED
            try:
                if known is not None:
                    self._sync(known)
            finally:
                os.close(self._file)
                self._file, self._refusal = -1, _CLOSED

    def leave(self) -> None:
        """Leave the file to the process that this one is a copy of; the lock on it is that one's alone then."""
        self._lock, self._flushing = Lock(), Lock()
        if self._file >= 0:
            os.close(self._file)
            self._file, self._refusal = -1, _FORKED

    def __enter__(self) -> Self:
        """Use it as a context manager: it is closed at the end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _sync(self, known: Known) -> None:
        # First the lines, then the head that knows them.
        try:
            os.fsync(self._file)
        except OSError as error:
            # What the system failed to write it may have forgotten: nothing can be promised any more.
            self._refusal = f"the trail `{self._path}` could not be made durable"
            raise self._trouble("synced", error) from error
        try:
            self._place.stat()
        except OSError as error:  # of what was removed nobody would read what is written to it
            self._is_behind = True
            raise self._trouble("found", error) from error
        try:
            replace(self._head_path, head_text(known, self._link))
        except OSError as error:  # a stranger's connections may have taken all descriptors: the next record tries again
            self._is_behind = True
            message = f"the head of the trail `{self._head_path}` cannot be written: {system_reason(error)}"
            raise fault(message) from error
        self._flushed, self._is_behind = known.head.sequence, False

    def _refuse_if_over(self) -> None:
        refusal = self._refusal
        if refusal is not None:
            raise fault(refusal, _HINTS.get(refusal, _OPEN_IT_AGAIN))

    def _write(self, line: bytes) -> None:
        try:
            write_whole(self._file, line)
        except OSError as error:
            self._has_failed = True
            raise self._trouble("written", error) from error
        self._has_failed = False

    def _take_back(self) -> None:
        """Cut off what was written and is no whole line; when even that fails nothing may follow it."""
        try:
            os.ftruncate(self._file, self._size)
            os.lseek(self._file, self._size, os.SEEK_SET)
        except OSError:
            self._refusal = f"the trail `{self._path}` ends in half a line that cannot be taken back"

    def _recover(self, fragment: bytes, now: datetime) -> None:
        """Write over half a line with a record that holds it: it was lost to a crash, and that shows."""
        details = {"bytes": len(fragment), "fragment": fragment.decode("ascii", "backslashreplace")}
        event_id = system.new_id()
        event = Event(now, event_id, event_id, "RecoverTrail", "", Who(INTERNAL), details)
        line, digest = self._chain.line(self._encoder.encode(event))
        try:
            # The line holds the fragment, so it is the longer one and covers it.
            write_whole(self._file, line)
        except OSError as error:
            raise self._trouble("continued", error) from error
        self._chain.advance(digest)
        self._size += len(line)

    def _trouble(self, done: str, error: OSError) -> StorageError:
        reason = system_reason(error)
        return fault(f"the trail `{self._path}` cannot be {done}: {reason}")
