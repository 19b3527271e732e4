"""The process's own streams, which whoever starts it may have closed."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import BinaryIO


def stdin() -> BinaryIO:
    """Give standard input.

    Raises `OSError` when it is closed.
    """
    # Python makes it None, which its types do not tell.
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return sys.stdin.buffer


def require_stdout() -> None:
    """See that there is somewhere to print to.

    Raises `OSError` when standard output is closed: the report would be lost, and a file would get its number.
    """
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")


def escape_what_stdout_lacks() -> None:
    """Have characters that its encoding has not escaped, as Python does on standard error.

    On Windows a pipe has a few hundred characters, and a report is no worse for `\\u2192` in a name.
    """
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


def keep_stderr() -> None:
    """Discard what nobody can read: it would go into the file that gets the closed stream's number."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - as long as the process lives
