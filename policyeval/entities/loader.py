"""Reads entities files and what they name; with `export_loader` the only module of `entities` that touches files."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from policyeval.errors import EntitiesError, system_reason
from policyeval.model.source import Diagnostic

AnyPath: TypeAlias = str | Path

MAX_BYTES: Final = 100_000_000
"""More than the largest organization's description has; a device or a pipe may go on forever."""


def read_file(path: str, most: int = MAX_BYTES) -> str:
    """Read a UTF-8 text. Raises `OSError`, also when it has more than `most` bytes, and `UnicodeDecodeError`."""
    with Path(path).open("rb") as file:
        return read_text(file, most)


def read_text(file: BinaryIO, most: int = MAX_BYTES) -> str:
    """Read an open file likewise."""
    data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it has more than {most:,} bytes")
    return data.decode()


def read_again(path: str) -> str:
    """Read a file that was read before. A pipe would be empty now, or wait for ever for who writes to it."""
    if Path(path).exists() and not Path(path).is_file():
        raise OSError(errno.ESPIPE, "it is no regular file, and only those can be read again")
    return read_file(path)


def read_first(path: str, read: Callable[[str], str] = read_file) -> str:
    """Read the file that a person named.

    Raises `EntitiesError` when it cannot be read.
    """
    try:
        return read(path)
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    except OSError as error:
        reason = system_reason(error)
    raise EntitiesError([Diagnostic(f"cannot read `{path}`: {reason}")])
