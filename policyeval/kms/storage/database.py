"""One SQLite file: who owns it, its connections, and every fault of it as one clear error.

There is one connection that writes and a pool of those that read: with a write-ahead log (WAL)
neither waits for the other. Statements are read to their end at once, so nobody holds an old state
of the file.
"""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

from policyeval.errors import system_reason
from policyeval.kms.errors import DamageError, StorageError
from policyeval.kms.storage import faults
from policyeval.kms.storage.disk import PRIVATE, sync_folder
from policyeval.kms.storage.schema import migrate

Row: TypeAlias = tuple[Any, ...]
Values: TypeAlias = Sequence[object]

# Connections that are kept for reading; what more threads need is closed again.
_POOL = 16
# How long to wait for a lock, which others hold for the length of a statement. Seconds.
_PATIENCE = 5.0

_ALWAYS = (
    "PRAGMA temp_store = MEMORY",  # no part of a statement in a file of its own
    "PRAGMA trusted_schema = OFF",
)
_WRITER = (
    *_ALWAYS,
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # a commit is on the disk when it returns
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA cache_size = -16384",  # KiB
)
_READER = (*_ALWAYS, "PRAGMA query_only = ON", "PRAGMA cache_size = -8192")

_REASONS = {
    sqlite3.SQLITE_NOTADB: ("it is no database", None),
    sqlite3.SQLITE_CORRUPT: ("it is damaged", "put a backup in its place"),
    sqlite3.SQLITE_FULL: ("the disk is full", None),
    sqlite3.SQLITE_CANTOPEN: (
        "it cannot be opened",
        "see whether it and its folder may be written to, and how many files may be open",
    ),
    sqlite3.SQLITE_IOERR: ("the disk cannot be read or written", "see whether it is full"),
}


# The connections that a forked process has of its parent: to drop them would close them.
_LEFT: list[object] = []


class Database:
    """An open file, which only this process has open.

    Raises:
        StorageError: it cannot be opened: another process has it, it is none of ours, it is damaged.

    """

    def __init__(self, path: str | Path) -> None:
        self._path = path
        self._file = Path(os.path.realpath(path))  # of a circle of links too, which SQLite then refuses
        self._readers: deque[sqlite3.Connection] = deque()
        self._gone: Callable[[], StorageError] | None = None  # why nothing can be asked any more
        _create(path, self._file)
        with ExitStack() as opened:
            self._claim = opened.enter_context(closing(_claim(path, self._file)))
            try:
                self._writer = opened.enter_context(closing(self._connect(_WRITER)))
                migrate(self._writer)
            except (sqlite3.Error, StorageError, UnicodeDecodeError) as error:
                raise self._fault(error) from error
            # What a crash left in the log is moved out of it now.
            self.empty_log()
            self._measure()
            opened.pop_all()  # all is well: it stays open

    def read(self, statement: str, values: Values = ()) -> list[Row]:
        """Give the rows of what is committed, in any thread. Raises `StorageError` and `UnicodeEncodeError`."""
        try:
            connection = self._reader()
            try:
                return connection.execute(statement, values).fetchall()
            finally:
                self._give_back(connection)
        except sqlite3.Error as error:
            raise self._fault(error) from error

    # For one thread at a time: whoever writes.

    def run(self, statement: str, values: Values = ()) -> list[Row]:
        """Run a statement of the transaction that is open. Raises `StorageError` and `UnicodeEncodeError`."""
        if self._gone is not None:
            raise self._gone()
        try:
            return self._writer.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._fault(error) from error

    def commit(self) -> None:
        """Commit the transaction that is open. Raises `StorageError`, also where the file is not there any more."""
        if not self._file.exists():  # SQLite would write on, and nobody could open that again
            raise _fault(self._path, "it was removed while it was open", "put it back, or start again")
        self.run("COMMIT")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Begin a transaction; what the block does not commit is undone."""
        self._undo()  # an interrupt may have come before the end of the last one
        try:
            self.run("BEGIN IMMEDIATE")
            yield
        finally:
            self._undo()

    def _undo(self) -> None:
        if self._gone is None and self._writer.in_transaction:  # some faults have undone it already
            self.run("ROLLBACK")

    def empty_log(self) -> bool:
        """Move the log into the file and cut it to nothing; tell whether that could be done."""
        (busy, _, _) = self.run("PRAGMA wal_checkpoint(TRUNCATE)")[0]
        return not busy

    def _measure(self) -> None:
        """See to it that the file is as long as it says; SQLite itself does not miss a part of its last page."""
        ((pages,),), ((size,),) = self.run("PRAGMA page_count"), self.run("PRAGMA page_size")
        if self._file.stat().st_size < pages * size:
            raise _fault(self._path, *_REASONS[sqlite3.SQLITE_CORRUPT])

    def close(self) -> None:
        """Close all connections; the last one moves the log into the file and removes it."""
        if self._gone is faults.forked:
            return
        self._gone = faults.closed
        self._close_readers()
        self._writer.close()
        self._claim.close()

    def leave(self) -> None:
        """Use no connection any more, in a copy of the process, and close none: SQLite does not survive either."""
        self._gone = faults.forked
        _LEFT.append((self._writer, self._claim, self._readers))
        self._readers = deque()

    def _reader(self) -> sqlite3.Connection:
        try:
            return self._readers.pop()
        except IndexError:
            return self._connect(_READER)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if len(self._readers) < _POOL:
            self._readers.append(connection)
            if self._gone is not None:  # in the meantime
                self._close_readers()
        else:
            connection.close()

    def _close_readers(self) -> None:
        with suppress(IndexError):
            while True:
                self._readers.pop().close()

    def _connect(self, pragmas: Sequence[str]) -> sqlite3.Connection:
        if self._gone is not None:
            raise self._gone()
        connection = _connect(self._file)
        try:
            for pragma in pragmas:
                connection.execute(pragma)
        except BaseException:
            connection.close()
            raise
        return connection

    def _fault(self, error: Exception) -> StorageError:
        if self._gone is not None:
            return self._gone()
        if isinstance(error, StorageError):
            return _fault(self._path, error.diagnostics[0].message, error.diagnostics[0].hint)
        # SQLite's own words quote what is in the file, and so does Python where it is no text, with no code.
        undecoded = isinstance(error, UnicodeDecodeError | sqlite3.OperationalError)
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT if undecoded else 0) & 0xFF  # no finer code
        found = _fault(self._path, *_REASONS.get(code, (str(error).lower(), None)))
        return DamageError(found.diagnostics) if code == sqlite3.SQLITE_CORRUPT else found


def _connect(path: Path, timeout: float = _PATIENCE) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.as_uri()}?mode=rw",
        timeout=timeout,
        uri=True,
        isolation_level=None,  # transactions begin and end where we say so
        check_same_thread=False,
    )


def _create(path: str | Path, file: Path) -> None:
    """Make an empty file that only its owner can read, if there is none; SQLite gives its log the same mode."""
    if file.is_dir():
        raise _fault(path, "it is a folder")
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE))
        sync_folder(file.parent)
    except FileExistsError:
        # It is not opened here: closing it would let go of the locks that this process has on it.
        return
    except OSError as error:
        raise _fault(path, system_reason(error), "its folder must exist, and be writable") from error


def _claim(path: str | Path, file: Path) -> sqlite3.Connection:
    """Lock a file beside the database for as long as it is open; the system unlocks it when a process dies."""
    beside = file.with_name(f"{file.name}-lock")
    _create(beside, beside)
    try:
        claim = _connect(beside, timeout=0)
        try:
            claim.execute("PRAGMA journal_mode = MEMORY")  # nothing is ever written
            claim.execute("BEGIN EXCLUSIVE")
        except BaseException:
            claim.close()
            raise
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            message = "another process has it open"
            raise _fault(path, message, "stop that process, or give this one a file of its own") from error
        raise _fault(beside, str(error).lower()) from error
    return claim


def _fault(path: str | Path, reason: str, hint: str | None = None) -> StorageError:
    return faults.fault(f"the database `{path}` cannot be used: {reason}", hint)
