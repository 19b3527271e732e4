"""Files whose contents are there whole, whatever ends the process or the machine."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

PRIVATE: Final = 0o600
"""The mode of a file that nobody but its owner can read."""

# The errors of file systems that cannot sync folders, such as network file systems.
_NO_FOLDERS: Final = frozenset({errno.EINVAL, errno.EBADF})


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_FOLDERS:
            raise
    finally:
        os.close(handle)


def write_whole(file: int, text: bytes) -> None:
    """Write all of a text: a disk that is nearly full takes a part, and only then says so."""
    written = os.write(file, text)
    while written < len(text):
        written += os.write(file, text[written:])


def replace(path: Path, text: str) -> None:
    """Put a new file in the place of an old one, so that one of them is always there whole."""
    fresh = Path(f"{path}.new")
    try:
        # A file of our own: what is there may be somebody else's, or a link to another file.
        fresh.unlink(missing_ok=True)
        file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE)
        try:
            write_whole(file, text.encode())
            os.fsync(file)
        finally:
            os.close(file)
        fresh.replace(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise
