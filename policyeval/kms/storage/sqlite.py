"""A store in one SQLite file, which is what the KMS uses unless told otherwise."""

# ruff: noqa: S608 - what is put into these statements are the names of columns, constants all of them

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock, get_ident
from typing import Concatenate, ParamSpec, TypeVar

from policyeval.entities.values import grantee_of
from policyeval.kms.errors import StorageError
from policyeval.kms.records import Alias, Key, KeyUse, Material
from policyeval.kms.storage import faults
from policyeval.kms.storage.cache import Cache
from policyeval.kms.storage.database import Database
from policyeval.kms.storage.forks import watch
from policyeval.kms.storage.pending import Pending
from policyeval.kms.storage.queries import Queries
from policyeval.kms.storage.rows import (
    ALIAS,
    FILED_GRANT,
    KEY,
    MATERIAL,
    USE,
    row_of_alias,
    row_of_grant,
    row_of_key,
    row_of_material,
    row_of_use,
)
from policyeval.kms.storage.view import View
from policyeval.model.grant import Grant

T = TypeVar("T")
P = ParamSpec("P")

# Records that are kept decoded. A grant takes about a kilobyte.
_CACHED = 50_000


def _put(table: str, columns: str, identity: str) -> str:
    """Write a statement that inserts a row or changes it. REPLACE would delete it, and with it what refers to it."""
    names = columns.split(", ")
    changes = ", ".join(f"{name} = excluded.{name}" for name in names)
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT ({identity}) DO UPDATE SET {changes}"


_PUT_KEY = _put("keys", KEY, "arn")
_PUT_MATERIAL = _put("materials", f"key, secret, {MATERIAL}", "key, version")
_PUT_ALIAS = _put("aliases", f"target, {ALIAS}", "arn")
_PUT_GRANT = _put("grants", f"key, {FILED_GRANT}", "key, grant_id")
_PUT_USE = _put("last_uses", f"key, {USE}", "key")
_PUT_SETTING = _put("settings", "name, value", "name")


class SqliteTransaction(View):
    """Writes to the file; nobody sees it before it is committed."""

    __slots__ = ("_pending",)

    def __init__(self, pending: Pending) -> None:
        super().__init__(pending)
        self._pending = pending

    def put_key(self, key: Key) -> None:
        """Write a key, new or changed."""
        if self.key(key.arn) == key:
            return
        taken = self._pending.ask(Queries.arn_by_id, key.region, key.key_id)
        if taken is not None and taken != key.arn:
            raise faults.id_taken(key.region, key.key_id, taken)
        self._touch_key(key)
        self._pending.run(_PUT_KEY, row_of_key(key))

    def delete_key(self, arn: str) -> None:
        """Forget a key and all that belongs to it; its material is overwritten."""
        key = self.key(arn)
        if key is None:
            return
        row, pending = self._row(arn), self._pending
        self._touch_key(key)
        pending.touch(Queries.materials, arn)
        for alias in self.aliases_of(arn):
            self._touch_alias(alias)
        pending.touch(Queries.grants, arn)
        for grant_id, grantee in pending.run("SELECT grant_id, grantee FROM grants WHERE key = ?", (row,)):
            pending.touch(Queries.grant, arn, grant_id)
            pending.touch(Queries.grants_to, arn, grantee)
        for (secret,) in pending.run("SELECT secret FROM materials WHERE key = ? AND secret IS NOT NULL", (row,)):
            self._destroy(secret)
        pending.run("DELETE FROM keys WHERE id = ?", (row,))

    def put_material(self, material: Material) -> None:
        """Write a version of a key's material; what it replaces is overwritten."""
        known = self.materials(material.key_arn)
        if material in known:
            return
        row = self._row(material.key_arn)
        old = next((other.wrapped for other in known if other.version == material.version), None)
        secret = self._secret(row, material, old)
        self._pending.touch(Queries.materials, material.key_arn)
        self._pending.run(_PUT_MATERIAL, (row, secret, *row_of_material(material)))

    def put_alias(self, alias: Alias) -> None:
        """Write an alias, new or changed."""
        old = self.alias(alias.arn)
        if old == alias:
            return
        row = self._row(alias.target)
        if old is not None:
            self._touch_alias(old)
        self._touch_alias(alias)
        self._pending.run(_PUT_ALIAS, (row, *row_of_alias(alias)))

    def delete_alias(self, arn: str) -> None:
        """Forget an alias."""
        old = self.alias(arn)
        if old is not None:
            self._touch_alias(old)
            self._pending.run("DELETE FROM aliases WHERE arn = ?", (arn,))

    def put_grant(self, grant: Grant) -> None:
        """Write a grant, new or changed."""
        old = self.grant(grant.key_arn, grant.grant_id)
        if old == grant:
            return
        row, values = self._row(grant.key_arn), row_of_grant(grant)
        holder = self._pending.queries.holder(values[-1], grant.grant_id)
        if holder is not None and holder != grant.key_arn:
            raise faults.grant_id_taken(grant.grant_id, holder)
        if old is not None:
            self._touch_grant(old)
        self._touch_grant(grant)
        self._pending.run(_PUT_GRANT, (row, *values))

    def delete_grant(self, key_arn: str, grant_id: str) -> None:
        """Forget a grant."""
        old = self.grant(key_arn, grant_id)
        if old is not None:
            self._touch_grant(old)
            self._pending.run("DELETE FROM grants WHERE key = ? AND grant_id = ?", (self._row(key_arn), grant_id))

    def put_last_use(self, key_arn: str, use: KeyUse) -> None:
        """Note the last use of a key."""
        row = self._row(key_arn)
        if self.last_use(key_arn) != use:
            self._pending.touch(Queries.last_use, key_arn)
            self._pending.run(_PUT_USE, (row, *row_of_use(use)))

    def put_setting(self, name: str, value: bytes) -> None:
        """Write a value of the store's own."""
        if self.setting(name) != value:
            self._pending.touch(Queries.setting, name)
            self._pending.run(_PUT_SETTING, (name, value))

    def _row(self, arn: str) -> int:
        """Give the number of a key's row. Raises `StorageError` when there is none."""
        row = self._pending.queries.row_of(arn)
        if row is None:
            raise faults.no_key(arn)
        return row

    def _secret(self, row: int, material: Material, old: bytes | None) -> int | None:
        """Store what is wrapped, overwrite what it replaces, and give the number of its row."""
        new, pending = material.wrapped, self._pending
        number = pending.queries.secret_of(row, material.version)
        if new == old:
            return number
        if number is not None and old is not None:
            if new is not None and len(new) == len(old):
                pending.destroyed = True
                pending.run("UPDATE secrets SET wrapped = ? WHERE id = ?", (new, number))
                return number
            self._destroy(number)
        if new is None:
            return None
        return int(pending.run("INSERT INTO secrets (wrapped) VALUES (?) RETURNING id", (new,))[0][0])

    def _destroy(self, secret: int) -> None:
        self._pending.destroyed = True
        self._pending.run("UPDATE secrets SET wrapped = zeroblob(length(wrapped)) WHERE id = ?", (secret,))

    def _touch_key(self, key: Key) -> None:
        self._pending.touch(Queries.key, key.arn)
        self._pending.touch(Queries.arn_by_id, key.region, key.key_id)

    def _touch_alias(self, alias: Alias) -> None:
        self._pending.touch(Queries.alias, alias.arn)
        self._pending.touch(Queries.aliases_of, alias.target)

    def _touch_grant(self, grant: Grant) -> None:
        self._pending.touch(Queries.grant, grant.key_arn, grant.grant_id)
        self._pending.touch(Queries.grants, grant.key_arn)
        self._pending.touch(Queries.grants_to, grant.key_arn, grantee_of(grant))


class _Committed:
    """Answers from what is committed, and keeps the answers."""

    def __init__(self, database: Database, cache: Cache) -> None:
        self.queries = Queries(database.read)
        self._cache = cache

    def ask(self, query: Callable[Concatenate[Queries, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Give the answer to a query: the same object until it changes."""
        return self._cache.answer((query, *args), lambda: query(self.queries, *args, **kwargs))


class SqliteStore(View):
    """A store in a file that this process alone has open. Answers stay the same objects while they are in use.

    Args:
        path: the file; made when there is none, for its owner's eyes only.
        cached: how many records are kept decoded.

    Raises:
        StorageError: the file cannot be opened or used, now or later.

    """

    __slots__ = ("__weakref__", "_cache", "_committed", "_database", "_lock", "_log_is_due", "_owner")

    def __init__(self, path: str | Path, *, cached: int = _CACHED) -> None:
        self._database = Database(path)
        self._cache = Cache(cached)
        self._committed = _Committed(self._database, self._cache)
        super().__init__(self._committed)
        self._lock = Lock()
        self._owner: int | None = None
        self._log_is_due = False
        watch(self)

    @property
    def revision(self) -> object:
        """Something that is the same object as long as nothing changed."""
        return self._cache.revision

    @contextmanager
    def transaction(self) -> Iterator[SqliteTransaction]:
        """Begin a change: durable at the end of the block, or undone."""
        if self._owner == get_ident():
            raise faults.nested()
        with self._lock:
            self._owner = get_ident()
            try:
                with self._database.transaction():
                    pending = Pending(self._database.run, self._committed)
                    try:
                        yield SqliteTransaction(pending)
                        self._commit(pending)
                    finally:
                        pending.end()
            finally:
                self._owner = None

    def _commit(self, pending: Pending) -> None:
        pending.finish()
        if not pending.touched:
            return
        self._cache.open_window(frozenset(pending.touched))
        try:
            self._database.commit()
        finally:
            self._cache.close_window()
        if pending.destroyed or self._log_is_due:
            self._log_is_due = True
            # It is committed whatever becomes of the log, which is tried again with the next commit.
            with suppress(StorageError):
                self._log_is_due = not self._database.empty_log()

    def leave(self) -> None:
        """Leave the file to the process that this one is a copy of, and forget what was known of it then."""
        self._database.leave()
        self._cache = Cache(0)
        self._committed = self._asker = _Committed(self._database, self._cache)
        self._lock, self._owner = Lock(), None

    def close(self) -> None:
        """Close the file; what was committed stays."""
        if self._owner == get_ident():
            raise faults.in_use()
        with self._lock:
            self._database.close()
            self._cache.clear()
