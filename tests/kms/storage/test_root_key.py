"""Where the root key comes from, and every way in which it does not."""

from __future__ import annotations

import base64
import copy
import os
import resource
import stat
from datetime import UTC
from pathlib import Path

import pytest

from policyeval.kms.errors import StorageError
from policyeval.kms.storage import system
from policyeval.kms.storage.disk import sync_folder
from policyeval.kms.storage.root_key import RootKey

KEY = bytes(range(7, 39))
POSIX = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


def _file(folder: Path, content: bytes = KEY, mode: int = 0o600) -> Path:
    path = folder / "root.key"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def _refused(key: RootKey) -> str:
    with pytest.raises(StorageError) as caught:
        key.read()
    assert KEY.hex() not in str(caught.value)
    return str(caught.value)


def test_a_file_gives_its_bytes(tmp_path: Path) -> None:
    assert RootKey.from_file(_file(tmp_path)).read() == KEY
    assert RootKey.from_file(str(_file(tmp_path, mode=0o400))).read() == KEY


@POSIX
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o777])
def test_a_file_that_is_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = _file(tmp_path, mode=mode)
    said = _refused(RootKey.from_file(path))
    assert f"is open to others (mode {mode:04o})" in said
    assert f"hint: chmod 600 {path}" in said


@pytest.mark.parametrize("size", [0, 31, 33, 4096])
def test_a_key_of_another_size_is_refused(tmp_path: Path, size: int) -> None:
    for key in (RootKey.from_file(_file(tmp_path, b"\x07" * size)), RootKey.of(b"\x07" * size)):
        assert "the root key has 32 bytes" in _refused(key)


def test_a_file_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    said = _refused(RootKey.from_file(tmp_path / "none"))
    assert f"cannot be read from the file `{tmp_path / 'none'}`: no such file" in said
    assert "is a directory" in _refused(RootKey.from_file(tmp_path))


def test_a_file_is_made_once_with_a_fresh_key(tmp_path: Path) -> None:
    path = tmp_path / "root.key"
    first = RootKey.from_file(path, create=True).read()
    assert RootKey.from_file(path, create=True).read() == first
    assert RootKey.from_file(tmp_path / "other.key", create=True).read() != first
    assert len(first) == 32
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_made_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"the root key cannot be written to .*: no such file"):
        RootKey.from_file(tmp_path / "no folder" / "root.key", create=True)


@POSIX
def test_of_a_file_that_cannot_be_written_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "root.key"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        with pytest.raises(StorageError, match=r"the root key cannot be written to .*: file too large"):
            RootKey.from_file(path, create=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def test_the_environment_gives_it_in_base64() -> None:
    text = base64.b64encode(KEY).decode()
    assert RootKey.from_environment("ROOT", {"ROOT": text}).read() == KEY
    assert RootKey.from_environment("ROOT", {"ROOT": f" {text}\n"}).read() == KEY


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "the environment variable `ROOT` is not set"),
        ({"ROOT": ""}, "the environment variable `ROOT` gives 0"),
        ({"ROOT": "not base64!"}, "the environment variable `ROOT` is not base64"),
        ({"ROOT": base64.b64encode(KEY).decode()[:-4]}, "gives 30"),
        ({"ROOT": KEY.hex()}, "gives 48"),
        ({"ROOT": "\u00fc" * 44}, "is not base64"),
    ],
)
def test_a_variable_that_is_no_key_is_refused(environment: dict[str, str], said: str) -> None:
    key = RootKey.from_environment("ROOT", environment)
    assert said in _refused(key)
    with pytest.raises(StorageError) as caught:
        key.read()
    secret = environment.get("ROOT") or "nothing"
    assert secret not in str(caught.value)
    assert caught.value.__context__ is None or secret not in str(caught.value.__context__)


def test_a_callable_is_asked_each_time() -> None:
    keys = [KEY, bytes(32)]
    key = RootKey.of(keys.pop)
    assert (key.read(), key.read()) == (bytes(32), KEY)


def test_it_shows_nothing() -> None:
    for key in (RootKey.of(KEY), RootKey.from_environment("ROOT", {"ROOT": base64.b64encode(KEY).decode()})):
        for shown in (repr(key), str(key), f"{[copy.copy(key)]}"):
            assert shown in ("RootKey()", "[RootKey()]")


def test_the_machine_gives_time_in_utc_and_randomness() -> None:
    assert system.now().tzinfo is UTC
    assert (len(system.entropy(40)), len({system.entropy(16) for _ in range(100)})) == (40, 100)
    assert (len(system.new_id()), len({system.new_id() for _ in range(100)})) == (36, 100)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="a file system that syncs no folders is needed")
def test_a_file_system_that_syncs_no_folders_is_no_fault() -> None:
    """As SQLite has it: files are synced there, and their names are what it makes of them."""
    sync_folder(Path("/proc/self"))
    with pytest.raises(FileNotFoundError):
        sync_folder(Path("/proc/self/none"))
