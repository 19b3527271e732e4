"""The folder in which a server keeps everything: who there is, keys, the root key, and the trail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from policyeval.errors import PolicyEvalError, system_reason
from policyeval.kms.errors import StorageError
from policyeval.kms.root import prove, trail_key
from policyeval.kms.storage.disk import replace
from policyeval.kms.storage.root_key import RootKey
from policyeval.kms.storage.sqlite import SqliteStore
from policyeval.kms.storage.trail_file import TrailFile
from policyeval.model.source import Diagnostic
from policyeval.server.starter import starter

__all__ = ["Kept", "open_folder", "own_entities"]

_DATABASE: Final = "kms.db"
_ENTITIES: Final = "accounts.yaml"


class Kept(NamedTuple):
    """What a server keeps, open."""

    root_key: RootKey
    store: SqliteStore
    trail: TrailFile


def open_folder(folder: Path) -> Kept:
    """Open a folder, made when it is not there, for this process alone.

    Raises:
        StorageError: another process has it, or something in it cannot be used.
        PolicyEvalError: it cannot be made.

    """
    _make(folder)
    root_key = _root_key(folder)
    store = SqliteStore(folder / _DATABASE)
    try:
        # Before the trail is opened, which another key does not fit either: it would be blamed.
        prove(store, root_key.read())
        return Kept(root_key, store, TrailFile(folder / "trail.jsonl", trail_key(root_key)))
    except BaseException:
        store.close()
        raise


def own_entities(folder: Path, account: str | None, usual: str, entropy: Callable[[int], bytes]) -> Path:
    """Give the entities file of a folder, which is made when it is not there.

    Args:
        folder: the folder, open.
        account: the id of the account that a new file has.
        usual: the same, when that is None.
        entropy: gives random bytes.

    Raises:
        PolicyEvalError: it cannot be written; it is there, and an account is asked for.

    """
    path = folder / _ENTITIES
    if not path.exists():
        _write(path, starter(account or usual, entropy))
    elif account is not None:
        raise PolicyEvalError([Diagnostic(f"`{path}` already says which accounts there are", "leave out --account")])
    return path


def _root_key(folder: Path) -> RootKey:
    """Give a folder's root key: a fresh one for what is new, and never one for what another has wrapped."""
    path, database = folder / "root.key", folder / _DATABASE
    if database.exists() and not path.exists():
        message = f"the root key `{path}` is not there, and nothing in `{database}` can be read without it"
        raise StorageError([Diagnostic(message, "put it back, or give another folder")])
    return RootKey.from_file(path, create=True)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise PolicyEvalError([Diagnostic(f"cannot write `{folder}`: it is no folder")]) from error
    except OSError as error:
        raise _cannot_write(folder, error) from error


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all: it holds secrets."""
    try:
        replace(path, text)
    except OSError as error:
        raise _cannot_write(path, error) from error


def _cannot_write(path: Path, error: OSError) -> PolicyEvalError:
    return PolicyEvalError([Diagnostic(f"cannot write `{path}`: {system_reason(error)}")])
