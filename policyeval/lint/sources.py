"""Reads and writes the linter's files; the only module of `lint` that touches any."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from policyeval.errors import ConfigError, system_reason
from policyeval.lint.reading import MAX_BYTES, TEMPLATE_SUFFIXES, read, too_large, unreadable
from policyeval.lint.suppressions import read_baseline
from policyeval.lint.templates.spot import HCL_SUFFIXES
from policyeval.model.source import Diagnostic
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policyeval.lint.config import Config
    from policyeval.lint.reading import Reading

SUFFIXES: Final = (*HCL_SUFFIXES, *TEMPLATE_SUFFIXES, ".json", ".yaml", ".yml")
"""The files that are looked into below a folder."""

_LINKS: Final = 40  # as many as Linux follows

CONFIG_NAMES: Final = ("policyeval.toml", "pyproject.toml")


def find_files(paths: Iterable[str]) -> dict[str, bool]:
    """Name the files, each once in order, and whether it was named itself rather than found below a folder."""
    found: dict[str, bool] = {}
    for path in paths:
        if Path(path).is_dir():
            for name in sorted(_below(path)):
                found.setdefault(name, False)
        else:
            plain = str(Path(path))
            found[path if plain == "-" else plain] = True
    return found


def _below(folder: str) -> Iterator[str]:
    waiting = [str(Path(folder))]
    while waiting:
        below = waiting.pop()
        try:
            with os.scandir(below) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        # What begins with a dot is not the project's: .git, .venv.
                        if not entry.name.startswith(".") and entry.name != "node_modules":
                            waiting.append(entry.path)
                    elif entry.name.lower().endswith(SUFFIXES) and not _may_wait(entry):
                        yield entry.path.removeprefix("./")
        except OSError:
            # To be found again, and said, when it is read.
            yield below.removeprefix("./")


def _may_wait(entry: os.DirEntry[str]) -> bool:
    """Tell whether reading may never end: pipes, sockets and devices are read only where a person names them."""
    try:
        return not stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        # To be found again, and said, when it is read.
        return False


def read_source(name: str) -> Reading:
    """Read a file; that it cannot be read is among the faults."""
    try:
        with open(name, "rb") as file:  # noqa: PTH123 - a path's costs a tenth of reading
            size = os.fstat(file.fileno()).st_size
            if size > MAX_BYTES:
                return too_large(name, size)
            # A pipe tells no size, and may go on forever. To ask for so many bytes costs more than to read a file.
            data = file.read() if size else file.read(MAX_BYTES + 1)
    except OSError as error:
        return unreadable(name, system_reason(error))
    return too_large(name, len(data)) if len(data) > MAX_BYTES else read(data, name)


def find_config(folder: Path) -> Path | None:
    """Name the settings that hold in a folder: those in it, or in the nearest folder around it that has some."""
    for place in (folder, *folder.parents):
        for name in CONFIG_NAMES:
            path = place / name
            if path.is_file() and (name != "pyproject.toml" or b"policyeval" in path.read_bytes()):
                return path
    return None


def read_known(config: Config, folder: Path) -> frozenset[str]:
    """Read the baseline that the settings of a folder name, if any.

    Raises:
        ConfigError: it cannot be read.

    """
    if config.baseline is None:
        return frozenset()
    path = folder / config.baseline
    try:
        return read_baseline(path.read_bytes(), str(path))
    except OSError as error:
        message = f"cannot read the baseline {ticked(config.baseline)}: {system_reason(error)}"
        raise ConfigError([Diagnostic(message, "write one with `--write-baseline`", config.baseline_at)]) from None


def write_report(name: str, text: str) -> None:
    """Write what a run found: to a file as `write_atomically` does, to a pipe or a device as to any other.

    Raises `OSError`, which names the file as it is named here.
    """
    try:
        descriptor = _descriptor(name)
        if descriptor is None and (is_regular(name) or not Path(name).exists()):
            write_atomically(name, text)
            return
        # An own descriptor is written through, not opened anew: what comes after goes on where this ends.
        handle = os.dup(descriptor) if descriptor is not None else os.open(name, os.O_WRONLY)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), name) from error


def is_regular(name: str) -> bool:
    """Tell whether a file is there that can be replaced by another; a pipe cannot."""
    return Path(name).is_file()


def _descriptor(name: str) -> int | None:
    """Give the number of the own descriptor that a path such as `/dev/stdout` or `/dev/fd/3` is a name of."""
    own = os.path.realpath("/dev/fd")
    for _ in range(_LINKS):
        folder, base = os.path.split(name)
        if base.isdecimal() and os.path.realpath(folder) == own:
            return int(base)
        if not Path(name).is_symlink():
            break
        name = str(Path(folder, Path(name).readlink()))
    return None


def write_atomically(name: str, text: str) -> None:
    """Write a file whole or not at all, through links, keeping its permissions; a new one has those of any other.

    Raises `OSError`; then the file is as it was.
    """
    path = Path(os.path.realpath(name))
    if path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name)  # links in a circle
    mode = path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    # It can only be read by setting it.
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
