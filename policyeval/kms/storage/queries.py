"""What a store can be asked, as SQL. Every statement goes by an index, however much is stored."""

# ruff: noqa: S608 - what is put into these statements are the names of columns, constants all of them

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from policyeval.kms.records import Alias, Key, KeyUse, Material
from policyeval.kms.storage.rows import (
    ALIAS,
    GRANT,
    KEY,
    MATERIAL,
    USE,
    Row,
    alias_of,
    grant_of,
    instant,
    key_of,
    material_of,
    use_of,
)
from policyeval.model.grant import Grant

_OF_KEY = "key = (SELECT id FROM keys WHERE arn = ?)"
_TARGET = "(SELECT arn FROM keys WHERE id = target)"

_KEY_BY_ARN = f"SELECT {KEY} FROM keys WHERE arn = ?"
_ARN_BY_ID = "SELECT arn FROM keys WHERE region = ? AND key_id = ?"
_KEYS = f"SELECT {KEY} FROM keys WHERE account = ? AND region = ? AND key_id > ? ORDER BY key_id LIMIT ?"
_COUNT_KEYS = "SELECT count FROM key_counts WHERE account = ? AND region = ?"
# Not UNION: to leave out what is there twice, SQLite 3.53 goes through all keys in the order of their ids.
_DUE = """SELECT arn FROM keys WHERE id IN (
    SELECT id FROM keys WHERE deletion_date <= ?
    UNION ALL SELECT id FROM keys WHERE next_rotation <= ?
    UNION ALL SELECT id FROM keys WHERE valid_to <= ?
    UNION ALL SELECT key FROM materials WHERE valid_to <= ? AND secret IS NOT NULL
) ORDER BY arn"""
_ALIAS_BY_ARN = f"SELECT {_TARGET}, {ALIAS} FROM aliases WHERE arn = ?"
_ALIASES = f"""SELECT {_TARGET}, {ALIAS} FROM aliases
    WHERE account = ? AND region = ? AND name > ? ORDER BY name LIMIT ?"""
_ALIASES_OF = f"SELECT {ALIAS} FROM aliases WHERE target = (SELECT id FROM keys WHERE arn = ?) ORDER BY name"
_MATERIALS = f"""SELECT (SELECT wrapped FROM secrets WHERE secrets.id = secret), {MATERIAL} FROM materials
    WHERE {_OF_KEY} ORDER BY version"""
_GRANT = f"SELECT {GRANT} FROM grants WHERE {_OF_KEY} AND grant_id = ?"
_GRANTS = f"SELECT {GRANT} FROM grants WHERE {_OF_KEY} ORDER BY grant_id"
_GRANTS_AFTER = f"SELECT {GRANT} FROM grants WHERE {_OF_KEY} AND grant_id > ? ORDER BY grant_id LIMIT ?"
_COUNT_GRANTS = f"SELECT count FROM grant_counts WHERE {_OF_KEY}"
# Left alone, SQLite would rather go through all grants of the key, because those are in order already.
_GRANTS_TO = f"SELECT {GRANT} FROM grants INDEXED BY grants_to WHERE {_OF_KEY} AND grantee = ? ORDER BY grant_id"
_RETIRABLE = f"""SELECT (SELECT arn FROM keys WHERE id = key), {GRANT} FROM grants
    WHERE retirer = ? AND grant_id > ? ORDER BY grant_id LIMIT ?"""
_HOLDER = "SELECT (SELECT arn FROM keys WHERE id = key) FROM grants WHERE retirer = ? AND grant_id = ?"
_LAST_USE = f"SELECT {USE} FROM last_uses WHERE {_OF_KEY}"
_SETTING = "SELECT value FROM settings WHERE name = ?"

# A statement and its values give rows.
Fetch = Callable[[str, Sequence[object]], list[Row]]


class Queries:
    """Asks through one connection, or one pool of them; every answer is read anew."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    def _rows(self, statement: str, values: Sequence[object]) -> list[Row]:
        try:
            return self._fetch(statement, values)
        except UnicodeEncodeError:
            return []  # half a surrogate pair: what cannot be stored is not there

    def key(self, arn: str) -> Key | None:
        """Give a key by its ARN."""
        rows = self._rows(_KEY_BY_ARN, (arn,))
        return key_of(rows[0]) if rows else None

    def arn_by_id(self, region: str, key_id: str) -> str | None:
        """Give the ARN of the key of a Region with an id."""
        rows = self._rows(_ARN_BY_ID, (region, key_id))
        return rows[0][0] if rows else None

    def keys(self, account: str, region: str, after: str, limit: int) -> list[Key]:
        """Give a page of an account's keys in a Region, by key id."""
        return [key_of(row) for row in self._rows(_KEYS, (account, region, after, limit))]

    def count_keys(self, account: str, region: str) -> int:
        """Tell how many keys an account has in a Region."""
        rows = self._rows(_COUNT_KEYS, (account, region))
        return int(rows[0][0]) if rows else 0

    def alias(self, arn: str) -> Alias | None:
        """Give an alias by its ARN."""
        rows = self._rows(_ALIAS_BY_ARN, (arn,))
        return alias_of(rows[0][0], rows[0][1:]) if rows else None

    def aliases(self, account: str, region: str, after: str, limit: int) -> list[Alias]:
        """Give a page of an account's aliases in a Region, by name."""
        return [alias_of(row[0], row[1:]) for row in self._rows(_ALIASES, (account, region, after, limit))]

    def aliases_of(self, key_arn: str) -> tuple[Alias, ...]:
        """Give a key's aliases, by name."""
        return tuple([alias_of(key_arn, row) for row in self._rows(_ALIASES_OF, (key_arn,))])

    def materials(self, key_arn: str) -> tuple[Material, ...]:
        """Give all versions of a key's material, oldest first."""
        return tuple([material_of(key_arn, row[0], row[1:]) for row in self._rows(_MATERIALS, (key_arn,))])

    def grant(self, key_arn: str, grant_id: str) -> Grant | None:
        """Give a grant of a key."""
        rows = self._rows(_GRANT, (key_arn, grant_id))
        return grant_of(key_arn, rows[0]) if rows else None

    def grants(self, key_arn: str) -> tuple[Grant, ...]:
        """Give all grants of a key, by grant id."""
        return tuple([grant_of(key_arn, row) for row in self._rows(_GRANTS, (key_arn,))])

    def count_grants(self, key_arn: str) -> int:
        """Tell how many grants a key has."""
        rows = self._rows(_COUNT_GRANTS, (key_arn,))
        return int(rows[0][0]) if rows else 0

    def grants_after(self, key_arn: str, after: str, limit: int) -> list[Grant]:
        """Give a page of a key's grants, by grant id."""
        return [grant_of(key_arn, row) for row in self._rows(_GRANTS_AFTER, (key_arn, after, limit))]

    def grants_to(self, key_arn: str, grantee: str) -> tuple[Grant, ...]:
        """Give a key's grants to one grantee."""
        return tuple([grant_of(key_arn, row) for row in self._rows(_GRANTS_TO, (key_arn, grantee))])

    def retirable(self, principal: str, after: str, limit: int) -> list[Grant]:
        """Give a page of the grants that a principal may retire, by grant id."""
        return [grant_of(row[0], row[1:]) for row in self._rows(_RETIRABLE, (principal, after, limit))]

    def due(self, now: datetime) -> list[str]:
        """Give the ARNs of the keys whose deletion, rotation or expiry is due."""
        return [row[0] for row in self._rows(_DUE, (instant(now),) * _DUE.count("?"))]

    def last_use(self, key_arn: str) -> KeyUse | None:
        """Give the last use of a key that was noted."""
        rows = self._rows(_LAST_USE, (key_arn,))
        return use_of(rows[0]) if rows else None

    def setting(self, name: str) -> bytes | None:
        """Give a value of the store's own."""
        rows = self._rows(_SETTING, (name,))
        return rows[0][0] if rows else None

    # Rows by number, for who writes.

    def row_of(self, key_arn: str) -> int | None:
        """Give the number of a key's row."""
        rows = self._rows("SELECT id FROM keys WHERE arn = ?", (key_arn,))
        return rows[0][0] if rows else None

    def secret_of(self, row: int, version: int) -> int | None:
        """Give the number of the row where a version of a key's material is, wrapped."""
        rows = self._rows("SELECT secret FROM materials WHERE key = ? AND version = ?", (row, version))
        return rows[0][0] if rows else None

    def holder(self, retirer: str | None, grant_id: str) -> str | None:
        """Give the ARN of the key that has a grant with an id and a retiring principal."""
        rows = self._rows(_HOLDER, (retirer, grant_id)) if retirer is not None else ()
        return rows[0][0] if rows else None
