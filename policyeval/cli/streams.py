"""The process's own streams, which whoever starts it may have closed."""

from __future__ import annotations

import errno
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

    Raises `OSError` when standard output is closed: the report would be lost, and a file take its number.
    """
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")


def keep_stderr() -> None:
    """Send what nobody can read nowhere, rather than into a file that is given the number of a closed stream."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - as long as the process lives
