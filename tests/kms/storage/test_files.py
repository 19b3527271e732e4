"""The file of a store: whose it is, who may read it, what a crash leaves in it, and every way to be no such file."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from policyeval.kms.errors import StorageError
from policyeval.kms.records import Key
from policyeval.kms.storage.database import Database, Row
from policyeval.kms.storage.sqlite import SqliteStore
from tests.kms.storage.samples import REGION, A, alias, arn_of, grant, key, material

ROOT = Path(__file__).resolve().parents[3]
POSIX = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


@contextmanager
def _crashing(path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.kms.storage.crashing", str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _opened(path: Path) -> str:
    with pytest.raises(StorageError) as caught:
        SqliteStore(path)
    assert str(caught.value).count("the database") == 1
    assert f"the database `{path}` cannot be used: " in str(caught.value)
    return str(caught.value)


# A crash.


@pytest.mark.parametrize("commits", [1, 7, 60])
def test_what_was_answered_survives_a_kill_and_what_was_not_is_whole_or_gone(tmp_path: Path, commits: int) -> None:
    path = tmp_path / "kms.db"
    with _crashing(path) as process:
        assert process.stdout is not None
        answered = [int(process.stdout.readline()) for _ in range(commits)][-1]
        process.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        answered = max([answered, *map(int, process.stdout.read().split())])
    with closing(SqliteStore(path)) as store:
        last = int(store.setting("committed") or b"-1")
        assert last in (answered, answered + 1)
        names = [f"k{number:05}" for number in range(last + 1)]
        assert [found.key_id for found in store.keys(A, REGION, "", 100_000)] == names
        assert [store.materials(arn_of(name)) for name in names] == [(material(arn_of(name)),) for name in names]
        assert [len(store.grants(arn_of(name))) for name in names] == [1] * last + [0]
        assert [len(store.aliases_of(arn_of(name))) for name in names] == [0] * last + [min(last, 1)]
        with store.transaction() as writing:
            writing.put_key(key("after"))


def test_a_second_process_is_told_that_the_first_has_it(tmp_path: Path) -> None:
    path = tmp_path / "kms.db"
    with _crashing(path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        said = _opened(path)
        assert "cannot be used: another process has it open" in said
        assert "hint: stop that process" in said
    SqliteStore(path).close()


def test_a_second_store_of_this_process_is_told_so_too(tmp_path: Path) -> None:
    path = tmp_path / "kms.db"
    with closing(SqliteStore(path)) as store:
        assert "another process has it open" in _opened(path)
        (tmp_path / "link.db").symlink_to(path)
        assert "another process has it open" in _opened(tmp_path / "link.db")
        with store.transaction() as writing:
            writing.put_key(key())
    SqliteStore(path).close()


def test_links_that_lead_in_a_circle_are_no_store(tmp_path: Path) -> None:
    path = tmp_path / "kms.db"
    path.symlink_to(path)
    assert "cannot be used: it cannot be opened\n  hint: see whether it and its folder may be written to" in _opened(
        path
    )


# Secrets.


@POSIX
def test_only_its_owner_may_read_any_of_its_files(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        with closing(SqliteStore(tmp_path / "kms.db")) as store:
            with store.transaction() as writing:
                writing.put_key(key())
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(mask)
    assert modes == dict.fromkeys(("kms.db", "kms.db-wal", "kms.db-shm", "kms.db-lock"), 0o600)


def _on_disk(folder: Path) -> bytes:
    # By another process: closing a file that this one has open would let go of its locks.
    code = "import pathlib, sys; sys.stdout.buffer.write(b''.join(map(pathlib.Path.read_bytes, pathlib.Path('.').iterdir())))"
    return subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True).stdout


SECRET = bytes(range(100, 160))


@pytest.mark.parametrize("size", [60, 1300, 9000])
@pytest.mark.parametrize("how", ["destroyed", "replaced", "replaced by less", "the key deleted"])
def test_destroyed_material_is_on_no_disk_when_it_is_answered(tmp_path: Path, how: str, size: int) -> None:
    wrapped = (SECRET * 200)[:size]
    made = material(wrapped=wrapped)
    with closing(SqliteStore(tmp_path / "kms.db")) as store:
        with store.transaction() as writing:
            writing.put_key(key())
            writing.put_material(made)
        assert SECRET in _on_disk(tmp_path)
        with store.transaction() as writing:
            if how == "the key deleted":
                writing.delete_key(made.key_arn)
            else:
                new = {"destroyed": None, "replaced": bytes(size), "replaced by less": b"new"}[how]
                writing.put_material(replace(made, wrapped=new))
        assert SECRET[:20] not in _on_disk(tmp_path)


def test_no_copy_of_destroyed_material_is_left_however_it_was_written(tmp_path: Path) -> None:
    """SQLite moves rows between pages; what it leaves behind would not be overwritten."""
    chance, live, dead = random.Random(3), {}, []  # noqa: S311 - the same each time
    with closing(SqliteStore(tmp_path / "kms.db")) as store:
        for _ in range(12):
            with store.transaction() as writing:
                for _ in range(100):
                    if live and chance.random() < 0.4:
                        name = chance.choice(list(live))
                        dead.append(live.pop(name))
                        if chance.random() < 0.5:
                            writing.delete_key(arn_of(name))
                        else:
                            writing.put_material(material(arn_of(name), wrapped=None))
                    else:
                        name, wrapped = f"{chance.getrandbits(64):x}", chance.randbytes(chance.choice([60, 60, 1300]))
                        writing.put_key(key(name))
                        writing.put_material(material(arn_of(name), wrapped=wrapped))
                        live[name] = wrapped
        found = _on_disk(tmp_path)
    assert len(dead) > 300
    assert sum(wrapped[:40] in found or wrapped[-16:] in found for wrapped in dead) == 0
    assert all(wrapped[:16] in found for wrapped in live.values())


def test_a_crash_before_the_log_was_emptied_is_made_up_for_at_the_next_start(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "kms.db")) as store:
        with store.transaction() as writing:
            writing.put_key(key())
            writing.put_material(material(wrapped=SECRET))
        # A reader in the midst of a statement keeps the log from being emptied; then comes the crash.
        with closing(sqlite3.connect(tmp_path / "kms.db", isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM keys").fetchall()
            store._database._writer.execute("PRAGMA busy_timeout = 1")
            with store.transaction() as writing:
                writing.put_material(material(wrapped=None))
            copy = tmp_path / "copy"
            copy.mkdir()
            for name in ("kms.db", "kms.db-wal"):
                subprocess.run(["cp", str(tmp_path / name), str(copy)], check=True)  # noqa: S607 - see _on_disk
            assert SECRET in _on_disk(copy)
        with store.transaction() as writing:
            writing.put_setting("any", b"")
        kept = [path for path in tmp_path.iterdir() if path.is_file()]
        assert all(SECRET not in _read_elsewhere(path) for path in kept)
    with closing(SqliteStore(copy / "kms.db")) as store:
        assert store.materials(arn_of()) == (material(wrapped=None),)
        assert SECRET not in _on_disk(copy)


def _read_elsewhere(path: Path) -> bytes:
    return subprocess.run(["cat", str(path)], check=True, capture_output=True).stdout  # noqa: S607 - see _on_disk


# Faults.


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    said = _opened(tmp_path / "none" / "kms.db")
    assert "cannot be used: no such file or directory" in said
    assert "hint: its folder must exist" in said


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    assert "it is a folder" in _opened(tmp_path)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "kms.db"
    path.write_bytes(b"-----BEGIN NOTHING-----\n" * 1000)
    assert "it is no database" in _opened(path)
    assert path.read_bytes() == b"-----BEGIN NOTHING-----\n" * 1000


def test_a_lock_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "kms.db-lock").write_bytes(b"-----BEGIN NOTHING-----\n" * 1000)
    with pytest.raises(StorageError) as caught:
        SqliteStore(tmp_path / "kms.db")
    assert f"the database `{tmp_path / 'kms.db-lock'}` cannot be used: file is not a database" in str(caught.value)


def test_a_file_that_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "kms.db"
    with closing(SqliteStore(path)) as store:
        _put_keys(store)
    whole = path.read_bytes()
    for size in (len(whole) - 1, len(whole) // 2, 4096, 100, 20):
        path.write_bytes(whole[:size])
        said = _opened(path)
        assert "it is damaged" in said or "it is no database" in said, size
    path.write_bytes(whole)
    SqliteStore(path).close()


def test_an_empty_file_is_a_new_store(tmp_path: Path) -> None:
    path = tmp_path / "kms.db"
    path.touch()
    with closing(SqliteStore(path)) as store:
        assert store.key(arn_of()) is None


@POSIX
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "kms.db"
    SqliteStore(path).close()
    path.chmod(0)
    assert "cannot be used: it cannot be opened\n  hint: see whether it and its folder may be written to" in _opened(
        path
    )


def _put_keys(store: SqliteStore, **facts: str) -> None:
    with store.transaction() as writing:
        for number in range(300):
            writing.put_key(key(f"k{number:04}", **facts))


def test_damage_found_later_is_one_clear_error_too(tmp_path: Path) -> None:
    path = tmp_path / "kms.db"
    with closing(SqliteStore(path)) as store:
        _put_keys(store, policy="x" * 500)
    content = bytearray(path.read_bytes())
    for page in range(40, len(content) // 4096):
        content[page * 4096 : (page + 1) * 4096] = b"\xff" * 4096
    path.write_bytes(content)
    with closing(SqliteStore(path)) as store:
        with pytest.raises(StorageError, match=r"it is damaged\n.*hint: put a backup in its place"):
            [store.key(arn_of(f"k{number:04}")) for number in range(300)]
        with pytest.raises(StorageError, match="it is damaged"):
            _put_keys(store, policy="y" * 700)


DAMAGE: list[tuple[str, str]] = [
    ("the tags of a key", "UPDATE keys SET tags = '[[\"a\", '"),
    ("the set of a key", "UPDATE keys SET multi_region = '[]'"),
    ("the set of a key that is not in it", "UPDATE keys SET multi_region = '[\"arn:x\", []]'"),
    ("the description of a key, which is no text", "UPDATE keys SET description = CAST(x'ff53' AS TEXT)"),
    ("the age of a key", "UPDATE keys SET created = 4611686018427387904"),
    ("the state of a key", "UPDATE keys SET state = 'Enabling'"),
    ("the spec of a key", "UPDATE keys SET spec = 'AES'"),
    ("the usage of a key", "UPDATE keys SET usage = 'SIGN_VERIFY'"),
    ("the rotation of a key, by a period that no calendar has", "UPDATE keys SET rotation_period = 1 << 50"),
    ("the rotation of a key, by none at all", "UPDATE keys SET rotation_period = 0"),
    ("the wait of a key", "UPDATE keys SET deletion_window = -1"),
    ("the state of material", "UPDATE materials SET state = 'OLD'"),
    ("the key of an alias", "UPDATE aliases SET target = 99"),
    ("the principals of a grant", 'UPDATE grants SET body = \'{"grantae_principal":"x"}\''),
    ("the whole of a grant", "UPDATE grants SET body = '7'"),
]


@pytest.mark.parametrize("statement", [pytest.param(row[1], id=row[0]) for row in DAMAGE])
def test_what_nobody_wrote_is_damage_wherever_it_stands(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "kms.db"
    with closing(SqliteStore(path)) as store, store.transaction() as writing:
        writing.put_key(key("k"))
        writing.put_material(material(arn_of("k")))
        writing.put_alias(alias("alias/k", arn_of("k")))
        writing.put_grant(grant("g", arn_of("k")))
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(statement)
        connection.commit()

    def read() -> None:
        with closing(SqliteStore(path)) as store:
            store.key(arn_of("k"))
            store.materials(arn_of("k"))
            store.aliases(A, REGION, "", 1)
            store.grants(arn_of("k"))

    with pytest.raises(StorageError, match=r"it is damaged\n.*hint: put a backup in its place"):
        read()


def test_a_schema_that_is_no_text_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "kms.db"
    SqliteStore(path).close()
    path.write_bytes(
        path.read_bytes().replace(b"key_came", b"key_\xe3ame").replace(b"CREATE TRIGGER", b"CREATE TRIGGEX")
    )
    assert "it is damaged" in _opened(path)


def _put_all_that_can_be(store: SqliteStore, keys: list[Key]) -> None:
    with store.transaction() as writing:
        for made in keys:
            with suppress(StorageError):
                writing.put_key(made)


def test_what_fails_within_sqlite_ends_the_transaction_even_if_nobody_minds(tmp_path: Path) -> None:
    """SQLite may have undone everything: what is written after it would be committed by itself."""
    with closing(SqliteStore(tmp_path / "kms.db")) as store:
        with pytest.raises(StorageError, match="a value cannot be stored"):
            _put_all_that_can_be(store, [key("k1"), key("k2", description="\ud800"), key("k3")])
        assert not list(store.keys(A, REGION, "", 10))


def test_a_full_disk_undoes_the_transaction_and_the_store_goes_on(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "kms.db")) as store:
        with store.transaction() as writing:
            writing.put_key(key())
        pages = store._database.run("PRAGMA page_count")[0][0]
        store._database.run(f"PRAGMA max_page_count = {pages + 3}")
        with pytest.raises(StorageError, match="the disk is full"):
            _put_keys(store)
        assert list(store.keys(A, REGION, "", 9)) == [key()]
        store._database.run("PRAGMA max_page_count = 1000000")
        _put_keys(store)
        assert len(store.keys(A, REGION, "", 999)) == 301


def _fail_within(store: SqliteStore) -> None:
    with store.transaction() as transaction:
        transaction.put_key(key("k-1"))
        raise ZeroDivisionError


@pytest.mark.parametrize("met", ["BEGIN IMMEDIATE", "ROLLBACK"])
def test_a_transaction_whose_beginning_or_end_an_interrupt_met_is_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, met: str
) -> None:
    run = Database.run

    def interrupted(database: Database, statement: str, values: Sequence[object] = ()) -> list[Row]:
        if statement == "ROLLBACK" == met:
            raise KeyboardInterrupt
        rows = run(database, statement, values)
        if statement == met:
            raise KeyboardInterrupt
        return rows

    with closing(SqliteStore(tmp_path / "kms.db")) as store:
        with monkeypatch.context() as patched:
            patched.setattr(Database, "run", interrupted)
            with pytest.raises(KeyboardInterrupt):
                _fail_within(store)
        with store.transaction() as transaction:
            transaction.put_key(key("k-2"))
        assert [found.key_id for found in store.keys(A, REGION, "", 9)] == ["k-2"]


def test_a_file_that_is_removed_takes_nothing_until_it_is_back(tmp_path: Path) -> None:
    path, away = tmp_path / "kms.db", tmp_path / "away"
    with closing(SqliteStore(path)) as store:
        _put_keys(store)
        path.rename(away)
        with pytest.raises(
            StorageError, match=r"it was removed while it was open\n  hint: put it back, or start again"
        ):
            _put_keys(store, description="new")
        assert store.key(arn_of("k0000")) == key("k0000")
        away.rename(path)
        _put_keys(store, description="new")
    with closing(SqliteStore(path)) as store:
        assert store.key(arn_of("k0000")) == key("k0000", description="new")


def test_a_backup_is_a_copy_of_the_closed_file(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "kms.db")) as store, store.transaction() as writing:
        writing.put_key(key())
    assert not (tmp_path / "kms.db-wal").exists()
    shutil.copy(tmp_path / "kms.db", tmp_path / "backup.db")
    with closing(SqliteStore(tmp_path / "backup.db")) as store:
        assert store.key(arn_of()) == key()
