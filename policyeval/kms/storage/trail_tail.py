"""A trail's file as it is found: opened for one process, and what the last one left at its end."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from stat import S_ISREG
from typing import Final, NamedTuple

from policyeval.errors import system_reason
from policyeval.kms.storage.disk import PRIVATE, sync_folder
from policyeval.kms.storage.faults import fault
from policyeval.kms.trail.chain import END, Head, Link
from policyeval.kms.trail.heads import Known, read_head
from policyeval.kms.trail.verify import Verifier

__all__ = ["Tail", "head_path", "known_head", "open_alone", "read_tail"]

_MOVE_IT: Final = "look at it with `policyeval trail verify`; move it away to start another one"


class Tail(NamedTuple):
    """What a trail ends with.

    Attributes:
        head: where its chain ends.
        size: the length of its whole lines, in bytes.
        fragment: half a line after them, which a crash left; mostly empty.

    """

    head: Head
    size: int
    fragment: bytes


def head_path(path: str | Path) -> Path:
    """Give the name of the file that knows a trail's head."""
    return Path(f"{path}.head")


def known_head(path: str | Path, link: Link) -> Known | None:
    """Read the head that is known of a trail, None where no file knows it.

    Raises:
        ValueError: the file is no head, or sealed under another key.

    """
    try:
        text = head_path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return read_head(text, link)


def open_alone(path: Path) -> int:
    """Open a trail to read and write it, made when it is not there, and lock it; give the descriptor.

    Raises:
        StorageError: it cannot be opened, or another process has it.

    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    except OSError as error:
        message = f"the trail `{path}` cannot be opened: {system_reason(error)}"
        raise fault(message) from error
    if not S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        message = f"the trail `{path}` cannot be opened: it is no regular file"
        raise fault(message)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(file)
        message = f"the trail `{path}` is in use by another process"
        raise fault(message, "a trail has one writer; give each its own file") from error
    return file


def read_tail(file: int, path: Path, link: Link) -> Tail:
    """Check what follows the known head, and leave the descriptor where the next line is to be written.

    Args:
        file: the descriptor of the trail.
        path: its name; beside it is the file that knows the head.
        link: how its lines were made.

    Raises:
        StorageError: it is not as the head knows it, or what follows is broken.

    """
    size = os.fstat(file).st_size
    try:
        known = known_head(path, link)
    except ValueError as error:
        message = f"the head of the trail `{path}` cannot be used: {error}"
        raise fault(message, _MOVE_IT) from None
    if known is None:
        if size:
            message = f"the trail `{path}` has no head beside it, so nobody can tell whether it was cut"
            raise fault(message, _MOVE_IT)
        sync_folder(path.parent)
        return Tail(Head(), 0, b"")
    if size < known.size or not _is_there(file, known):
        message = f"the trail `{path}` was cut or edited: record {known.head.sequence} is not where it was"
        raise fault(message, _MOVE_IT)
    return _after(file, path, link, known)


def _is_there(file: int, known: Known) -> bool:
    head, size = known
    if head.sequence == 0:
        return size == 0
    end = f"{head.digest}{END}".encode()
    return os.pread(file, len(end), max(0, size - len(end))) == end


def _after(file: int, path: Path, link: Link, known: Known) -> Tail:
    with os.fdopen(os.dup(file), "rb") as reader:
        reader.seek(known.size)
        lines = reader.readlines()
    fragment = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
    verifier = Verifier(link, start=known.head)
    verifier.read(str(path), lines, known.head.sequence + 1)
    report = verifier.end()
    if not report.verified:
        message = f"the trail `{path}` is broken after record {known.head.sequence}: {report.faults[0]}"
        raise fault(message, _MOVE_IT)
    size = known.size + sum(map(len, lines))
    os.lseek(file, size, os.SEEK_SET)
    return Tail(report.head, size, fragment)
