"""A KMS that a copy of the process has, too: that one is refused, and the other goes on alone."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from policyeval.kms import KeyManagementService, MemoryStore, RootKey, SqliteStore, StorageError, TrailFile
from policyeval.kms.storage.store import Store
from policyeval.kms.trail.chain import Link
from policyeval.kms.trail.verify import Verifier
from tests.kms.estate import ADMIN_A, entities

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning"),
]
ROOT = RootKey.of(bytes(range(32)))
STORE = (
    "the store was opened by the process that this one was forked from\n  hint: open it after the fork, in one process"
)
TRAIL = STORE.replace("store", "trail")


def in_a_copy(work: Callable[[], object]) -> str:
    """Give what goes wrong with some work in a copy of this process, "" when nothing does."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        signal.alarm(300)
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told by the test
            os.write(writing, str(error).encode() or b"?")
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        said = told.read()
    assert os.waitpid(child, 0)[1] == 0
    return said


def close_quietly(kms: KeyManagementService) -> None:
    for close in (kms.store.close, kms.trail.close):
        close()


@pytest.mark.parametrize(
    ("operation", "said"), [("Encrypt", STORE), ("DescribeKey", STORE), ("CreateKey", STORE), ("ListKeys", STORE)]
)
def test_a_copy_can_neither_read_nor_write(tmp_path: Path, operation: str, said: str) -> None:
    path = tmp_path / "trail.jsonl"
    kms = KeyManagementService(entities(), SqliteStore(tmp_path / "kms.db"), root_key=ROOT, trail=TrailFile(path))
    with kms:
        key = kms.client(ADMIN_A).create_key()
        params = {"Encrypt": {"KeyId": key, "Plaintext": b"x"}, "DescribeKey": {"KeyId": key}}.get(operation, {})
        kms.call(ADMIN_A, operation, params)  # what is known by now is not known to the copy
        # The record of the refusal cannot be written either.
        assert in_a_copy(lambda: kms.call(ADMIN_A, operation, params)) in {said, TRAIL}
        assert in_a_copy(lambda: close_quietly(kms)) == ""
        kms.call(ADMIN_A, operation, params)
    lines = path.read_bytes().splitlines(keepends=True)
    verifier = Verifier(Link.keyed_by(None))
    verifier.read(str(path), lines, 1)
    assert verifier.end().verified
    names = [json.loads(line)["eventName"] for line in lines]
    assert names == ["CreateKey", operation, operation]


def test_a_trail_alone_is_left_too(tmp_path: Path) -> None:
    with KeyManagementService(entities(), MemoryStore(), root_key=ROOT, trail=TrailFile(tmp_path / "t")) as kms:
        assert in_a_copy(kms.client(ADMIN_A).create_key) == TRAIL


def test_a_copy_does_not_wait_for_a_thread_that_it_has_not(tmp_path: Path) -> None:
    store: Store = SqliteStore(tmp_path / "kms.db")
    has_begun, done = Event(), Event()

    def write() -> None:
        with store.transaction():
            has_begun.set()
            done.wait(30)

    def begin() -> None:
        with store.transaction():
            pass

    writer = Thread(target=write)
    writer.start()
    has_begun.wait(30)
    try:
        assert in_a_copy(begin) == STORE
    finally:
        done.set()
        writer.join()
    begin()
    store.close()


def test_a_copy_keeps_no_lock(tmp_path: Path) -> None:
    """Who opens the same files once the first process is done finds them free, though its copy is still there."""
    first = TrailFile(tmp_path / "t")
    has_begun, go_on = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        os.close(go_on[1])
        os.write(has_begun[1], b".")
        os.read(go_on[0], 1)
        os._exit(0)
    os.close(has_begun[1])
    os.read(has_begun[0], 1)  # the copy has left what was open
    first.close()
    try:
        TrailFile(tmp_path / "t").close()
    except StorageError as error:
        pytest.fail(str(error))
    finally:
        os.close(go_on[1])
        os.waitpid(child, 0)
