"""Where the root key comes from, which wraps all key material: a file, the environment, or whoever knows it."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from policyeval.errors import system_reason
from policyeval.kms.storage import system
from policyeval.kms.storage.disk import PRIVATE, sync_folder
from policyeval.kms.storage.faults import fault

ROOT_KEY_SIZE: Final = 32
"""Bytes of a root key."""


class RootKey:
    """Where to get the root key. Immutable, and its repr shows nothing.

    Args:
        where: what errors call the place, "the file `/etc/kms.key`".
        get: gives the 32 bytes; may raise `StorageError` or `OSError`.

    """

    __slots__ = ("_get", "where")

    def __init__(self, where: str, get: Callable[[], bytes]) -> None:
        self.where = where
        self._get = get

    def __repr__(self) -> str:
        """Show nothing, not even the place."""
        return "RootKey()"

    @classmethod
    def from_file(
        cls, path: str | Path, *, create: bool = False, entropy: Callable[[int], bytes] = system.entropy
    ) -> RootKey:
        """Take it from a file of 32 bytes that nobody but its owner can read.

        Args:
            path: the file.
            create: make it with a fresh key when it is not there.
            entropy: gives the random bytes of a fresh key.

        Raises:
            StorageError: the file cannot be made.

        """
        file = Path(path)
        if create and not file.exists():
            _create(file, entropy(ROOT_KEY_SIZE))
        return cls(f"the file `{path}`", lambda: _read(file))

    @classmethod
    def from_environment(cls, name: str, environment: Mapping[str, str] = os.environ) -> RootKey:
        """Take it from an environment variable: 32 bytes in base64."""
        return cls(f"the environment variable `{name}`", lambda: _decode(name, environment.get(name)))

    @classmethod
    def of(cls, key: bytes | Callable[[], bytes]) -> RootKey:
        """Take it as it is, or from whoever knows it, such as a secret store's client."""
        return cls("the caller", key if callable(key) else lambda: key)

    def read(self) -> bytes:
        """Give the 32 bytes.

        Raises:
            StorageError: they are not there, not readable, open to others, or not 32.

        """
        try:
            key = self._get()
        except OSError as error:
            message = f"the root key cannot be read from {self.where}: {system_reason(error)}"
            raise fault(message) from error
        if len(key) != ROOT_KEY_SIZE:
            message = f"the root key has {ROOT_KEY_SIZE} bytes, {self.where} gives {len(key)}"
            raise fault(message)
        return bytes(key)


def _read(path: Path) -> bytes:
    # The mode is that of the file which is open: a name could come to mean another one in between.
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            message = f"the root key in `{path}` is open to others (mode {stat.S_IMODE(mode):04o})"
            raise fault(message, f"chmod 600 {path}")
        return file.read(ROOT_KEY_SIZE + 1)


def _create(path: Path, key: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    except OSError as error:
        message = f"the root key cannot be written to `{path}`: {system_reason(error)}"
        raise fault(message) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            path.unlink()
        message = f"the root key cannot be written to `{path}`: {system_reason(error)}"
        raise fault(message) from error


def _decode(name: str, text: str | None) -> bytes:
    if text is None:
        message = f"the environment variable `{name}` is not set"
        raise fault(message, f"it holds the root key: {ROOT_KEY_SIZE} bytes in base64")
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        # The text is a secret, or nearly: neither it nor an error that quotes it goes on.
        message = f"the environment variable `{name}` is not base64"
    raise fault(message, f"it holds the root key: {ROOT_KEY_SIZE} bytes in base64")
