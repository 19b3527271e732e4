"""The tables of a database file, and how an older file becomes a newer one.

A migration is the statements that lead from one version to the next; a released one is never changed.
Times are microseconds since 1970 in UTC. Lists and mappings are JSON.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TypeAlias

from policyeval.kms.storage.faults import fault

Migration: TypeAlias = tuple[str, ...]

# "PEV1": what `file` and SQLite call the application that owns the file.
APPLICATION = 0x50455631

_FIRST: Migration = (
    """CREATE TABLE keys (
        id INTEGER PRIMARY KEY,
        arn TEXT NOT NULL UNIQUE,
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        key_id TEXT NOT NULL,
        created INTEGER NOT NULL,
        policy TEXT NOT NULL,
        spec TEXT NOT NULL,
        usage TEXT NOT NULL,
        origin TEXT NOT NULL,
        manager TEXT NOT NULL,
        state TEXT NOT NULL,
        description TEXT NOT NULL,
        tags TEXT NOT NULL,
        material INTEGER,
        material_id TEXT,
        multi_region TEXT,
        deletion_window INTEGER,
        deletion_date INTEGER,
        rotation_period INTEGER,
        next_rotation INTEGER,
        on_demand_rotations INTEGER NOT NULL,
        expiration_model TEXT,
        valid_to INTEGER,
        custom_key_store TEXT
    ) STRICT""",
    "CREATE UNIQUE INDEX keys_by_id ON keys (region, key_id)",
    "CREATE INDEX keys_of_account ON keys (account, region, key_id)",
    "CREATE INDEX keys_to_delete ON keys (deletion_date) WHERE deletion_date IS NOT NULL",
    "CREATE INDEX keys_to_rotate ON keys (next_rotation) WHERE next_rotation IS NOT NULL",
    "CREATE INDEX keys_to_expire ON keys (valid_to) WHERE valid_to IS NOT NULL",
    # Counting an account's keys one by one takes as long as there are many.
    """CREATE TABLE key_counts (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (account, region)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TRIGGER key_came AFTER INSERT ON keys BEGIN
        INSERT INTO key_counts VALUES (new.account, new.region, 1)
        ON CONFLICT (account, region) DO UPDATE SET count = count + 1;
    END""",
    """CREATE TRIGGER key_went AFTER DELETE ON keys BEGIN
        UPDATE key_counts SET count = count - 1 WHERE account = old.account AND region = old.region;
    END""",
    # Wrapped material stands by itself and is never moved: rows are appended, overwritten in place by as
    # many bytes, and never deleted. SQLite copies rows when it balances pages, and `secure_delete` does not
    # overwrite what such copying leaves behind (docs/adr/0010).
    """CREATE TABLE secrets (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        wrapped BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE materials (
        key INTEGER NOT NULL REFERENCES keys ON DELETE CASCADE,
        version INTEGER NOT NULL,
        id TEXT NOT NULL,
        secret INTEGER UNIQUE REFERENCES secrets,
        created INTEGER NOT NULL,
        state TEXT NOT NULL,
        public BLOB,
        rotation TEXT,
        imported INTEGER NOT NULL,
        expiration_model TEXT,
        valid_to INTEGER,
        description TEXT,
        UNIQUE (key, version)
    ) STRICT""",
    "CREATE INDEX materials_to_expire ON materials (valid_to) WHERE valid_to IS NOT NULL AND secret IS NOT NULL",
    """CREATE TABLE aliases (
        arn TEXT NOT NULL PRIMARY KEY,
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        name TEXT NOT NULL,
        target INTEGER NOT NULL REFERENCES keys ON DELETE CASCADE,
        created INTEGER NOT NULL,
        updated INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX aliases_of_account ON aliases (account, region, name)",
    "CREATE INDEX aliases_of_key ON aliases (target, name)",
    # `grantee` and `retirer` are what a grant is filed under; the principals stand in `body` as they were given.
    # A table of rows by number: without it the inner pages of its tree would hold whole grants, and be many.
    """CREATE TABLE grants (
        key INTEGER NOT NULL REFERENCES keys ON DELETE CASCADE,
        grant_id TEXT NOT NULL,
        grantee TEXT NOT NULL,
        retirer TEXT,
        operations TEXT NOT NULL,
        created INTEGER,
        body TEXT NOT NULL,
        UNIQUE (key, grant_id)
    ) STRICT""",
    "CREATE INDEX grants_to ON grants (key, grantee, grant_id)",
    "CREATE UNIQUE INDEX retirable ON grants (retirer, grant_id) WHERE retirer IS NOT NULL",
    # As with keys: a key has up to 50,000 grants.
    """CREATE TABLE grant_counts (
        key INTEGER NOT NULL PRIMARY KEY REFERENCES keys ON DELETE CASCADE,
        count INTEGER NOT NULL
    ) STRICT""",
    """CREATE TRIGGER grant_came AFTER INSERT ON grants BEGIN
        INSERT INTO grant_counts VALUES (new.key, 1) ON CONFLICT (key) DO UPDATE SET count = count + 1;
    END""",
    """CREATE TRIGGER grant_went AFTER DELETE ON grants BEGIN
        UPDATE grant_counts SET count = count - 1 WHERE key = old.key;
    END""",
    """CREATE TABLE last_uses (
        key INTEGER NOT NULL PRIMARY KEY REFERENCES keys ON DELETE CASCADE,
        operation TEXT NOT NULL,
        at INTEGER NOT NULL,
        event_id TEXT NOT NULL,
        request_id TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE settings (
        name TEXT NOT NULL PRIMARY KEY,
        value BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
)

MIGRATIONS: tuple[Migration, ...] = (_FIRST,)


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring a database to the newest version, in one transaction.

    Raises:
        StorageError: it is another application's, or a newer version of this one made it.

    """
    version = _number(connection, "user_version")
    tables = _number(connection, "schema_version")
    application = _number(connection, "application_id")
    if application != APPLICATION and (application or version or tables):
        message = "it is a database of something else"
        raise fault(message)
    if version > len(migrations):
        message = f"it has version {version}, and the newest that is known here is {len(migrations)}"
        raise fault(message, "a newer policyeval made it: use that one")
    if version == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in (statement for migration in migrations[version:] for statement in migration):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has undone it already
            connection.execute("ROLLBACK")
        raise


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
