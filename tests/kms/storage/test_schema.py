"""The tables of a file: made, brought to a newer version, refused when they are not ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from policyeval.kms.errors import StorageError
from policyeval.kms.storage import queries
from policyeval.kms.storage.schema import APPLICATION, MIGRATIONS, Migration, migrate
from policyeval.kms.storage.sqlite import SqliteStore
from tests.kms.storage.samples import key

NEXT: Migration = (
    "ALTER TABLE keys ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'",
    "CREATE INDEX keys_by_colour ON keys (colour)",
)
BROKEN: Migration = (*NEXT, "CREATE INDEX keys_by_sound ON keys (sound)")


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        yield opened


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _tables(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


def test_an_older_file_becomes_a_newer_one_with_all_that_it_has(tmp_path: Path) -> None:
    path = tmp_path / "kms.db"
    store = SqliteStore(path)
    with store.transaction() as writing:
        writing.put_key(key())
    store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        assert _version(connection) == len(MIGRATIONS)
        migrate(connection, [*MIGRATIONS, NEXT])
        assert _version(connection) == len(MIGRATIONS) + 1
        assert connection.execute("SELECT key_id, colour FROM keys").fetchall() == [("k1", "grey")]
        migrate(connection, [*MIGRATIONS, NEXT])
        assert _version(connection) == len(MIGRATIONS) + 1


def test_a_migration_that_fails_changes_nothing(connection: sqlite3.Connection) -> None:
    migrate(connection)
    before = _tables(connection)
    with pytest.raises(sqlite3.OperationalError, match="sound"):
        migrate(connection, [*MIGRATIONS, BROKEN])
    assert (_tables(connection), _version(connection)) == (before, len(MIGRATIONS))
    assert not connection.in_transaction


class FullDisk(sqlite3.Connection):
    """SQLite undoes a transaction by itself when it could not write all of it."""

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if sql.startswith("CREATE INDEX"):
            super().execute("ROLLBACK")
            message = "database or disk is full"
            raise sqlite3.OperationalError(message)
        return super().execute(sql, *values)


def test_a_disk_that_is_full_is_told_and_not_what_was_undone_already() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None, factory=FullDisk)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="database or disk is full"):
            migrate(connection)
        assert _tables(connection) == []


def test_a_file_made_at_once_is_the_same_as_one_that_grew(connection: sqlite3.Connection) -> None:
    migrate(connection)
    migrate(connection, [*MIGRATIONS, NEXT])
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as other:
        migrate(other, [*MIGRATIONS, NEXT])
        assert _tables(connection) == _tables(other)


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kms.db"
    SqliteStore(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, [*MIGRATIONS, NEXT])
    with pytest.raises(StorageError, match=r"it has version 2, and the newest .* is 1\n.*a newer policyeval made it"):
        SqliteStore(path)


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE songs (name TEXT)", "PRAGMA user_version = 1", "PRAGMA application_id = 7"],
)
def test_what_another_program_made_is_refused_and_left_alone(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "songs.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)
        before = _tables(connection)
    with pytest.raises(StorageError, match="it is a database of something else"):
        SqliteStore(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        assert _tables(connection) == before


def test_a_file_says_whose_it_is(connection: sqlite3.Connection) -> None:
    migrate(connection)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION,)


STATEMENTS = {name: text for name, text in vars(queries).items() if isinstance(text, str) and "FROM" in text}
STATEMENTS = {name: text for name, text in STATEMENTS.items() if text.startswith("SELECT")}


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_question_goes_through_a_whole_table(connection: sqlite3.Connection, name: str) -> None:
    migrate(connection)
    statement = STATEMENTS[name]
    values = ["x"] * statement.count("?")
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert [step for step in steps if step.startswith("SCAN")] == []
    assert any(step.startswith("SEARCH") for step in steps)


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("_GRANTS_TO", "SEARCH grants USING INDEX grants_to (key=? AND grantee=?)"),
        ("_GRANTS_AFTER", "SEARCH grants USING INDEX sqlite_autoindex_grants_1 (key=? AND grant_id>?)"),
        ("_RETIRABLE", "SEARCH grants USING INDEX retirable (retirer=? AND grant_id>?)"),
        ("_KEYS", "SEARCH keys USING INDEX keys_of_account (account=? AND region=? AND key_id>?)"),
        ("_ALIASES", "SEARCH aliases USING INDEX aliases_of_account (account=? AND region=? AND name>?)"),
    ],
)
def test_nor_through_more_of_it_than_it_answers(connection: sqlite3.Connection, name: str, step: str) -> None:
    migrate(connection)
    statement = STATEMENTS[name]
    steps = [
        row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", ["x"] * STATEMENTS[name].count("?"))
    ]
    assert step in steps
    assert [other for other in steps if "ORDER BY" in other] == []
