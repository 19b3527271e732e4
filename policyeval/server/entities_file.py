"""The entities file that a server follows, with every file that it names."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path
from stat import S_ISREG
from typing import Final, TypeAlias

from policyeval.entities import Entities
from policyeval.entities.loader import read_again, read_file, read_first

__all__ = ["EntitiesFile"]

# What tells one state of a file from another, None where there is no file.
_State: TypeAlias = tuple[int, ...] | None
# Why a file cannot be read now, and can be later though nothing about it has changed.
_PASSING: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.ESTALE, errno.ETIMEDOUT})


class EntitiesFile:
    """A file of entities, read again when it changes.

    Args:
        path: the file; it is read by `read` only.

    Attributes:
        was_prevented: whether it could not be read the last time for a reason that passes.

    """

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self._seen: dict[str, _State] = {}
        self.was_prevented = False

    def read(self) -> Entities:
        """Read it, the files it starts from and the policies it names.

        Raises:
            EntitiesError: with every fault of all of them.

        """
        read = read_again if self._seen else read_file
        self._seen, self.was_prevented = {}, False

        def read_named(path: str) -> str:
            # First its state: what is written while it is read shows as a change.
            self._seen[path] = _state(path)
            try:
                return read(path)
            except OSError as error:
                self.was_prevented = self.was_prevented or error.errno in _PASSING
                raise

        return Entities.from_text(read_first(self.path, read_named), name=self.path, read_file=read_named)

    @property
    def state(self) -> Mapping[str, object]:
        """What tells the files as they are now from any others."""
        return {path: _state(path) for path in self._seen}

    @property
    def has_changed(self) -> bool:
        """Whether any of the files is another one than when it was last read, or tried to be."""
        return self.state != self._seen


def _state(path: str) -> _State:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    if not S_ISREG(found.st_mode):  # a pipe changes with each look at it, and cannot be read again
        return (found.st_ino,)
    # The second tells of rights, too: a file that could not be read is read when it can be.
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
