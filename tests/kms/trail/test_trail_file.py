"""A trail in a file outlives its process, continues where it ended, and notices what was done to it."""

from __future__ import annotations

import base64
import errno
import json
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest

from policyeval.errors import PolicyEvalError
from policyeval.kms.errors import StorageError
from policyeval.kms.storage.trail_file import TrailFile
from policyeval.kms.storage.trail_tail import head_path, known_head
from policyeval.kms.trail.chain import Chain, Head, Link
from policyeval.kms.trail.trail import NO_TRAIL, MemoryTrail, NoTrail, Trail
from policyeval.kms.trail.verify import Report, Verifier
from tests.kms.trail.samples import NOON, SECRET, event

ROOT = Path(__file__).resolve().parents[3]
LINK = Link.keyed_by(SECRET)
NEVER = timedelta(days=1)
MOVE_IT = "look at it with `policyeval trail verify`; move it away to start another one"
AGAIN = "open it again when the disk takes what is written"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trail.jsonl"


def opened(path: Path, **settings: Any) -> TrailFile:
    return TrailFile(path, SECRET, **settings)


def filled(path: Path, count: int = 5) -> Path:
    with opened(path) as trail:
        for number in range(1, count + 1):
            trail.append(event(number=number))
    return path


def verify(path: Path, key: bytes | None = SECRET) -> Report:
    link = Link.keyed_by(key)
    known = known_head(path, link)
    verifier = Verifier(link, known.head if known is not None else None)
    with path.open("rb") as lines:
        verifier.read(str(path), lines)
    return verifier.end()


def numbers(path: Path) -> list[int]:
    return [json.loads(line)["chain"]["sequence"] for line in path.read_bytes().splitlines()]


def wait_for(seen: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.mark.parametrize("key", [None, SECRET], ids=["no key", "a key"])
def test_it_is_continued_where_it_ended(path: Path, key: bytes | None) -> None:
    for start in (1, 4):
        with TrailFile(path, key) as trail:
            for number in range(start, start + 3):
                trail.append(event(number=number))
            head = trail.head
    assert numbers(path) == [1, 2, 3, 4, 5, 6]
    report = verify(path, key)
    assert (report.verified, report.head, report.after_head) == (True, head, 0)


def test_what_was_appended_is_with_the_system_before_append_returns(path: Path) -> None:
    trail = opened(path, flush_after=NEVER)
    for number in range(1, 4):
        trail.append(event(number=number))
        assert numbers(path) == [*range(1, number + 1)]
    trail.close()


def test_files_are_for_their_owner_alone(path: Path) -> None:
    filled(path)
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, head_path(path))] == [0o600, 0o600]
    assert sorted(each.name for each in path.parent.iterdir()) == ["trail.jsonl", "trail.jsonl.head"]


def test_nothing_is_written_through_a_link_that_lies_where_the_head_is_made(path: Path) -> None:
    other = path.with_name("of-others")
    other.write_text("theirs", encoding="utf-8")
    path.with_name(f"{head_path(path).name}.new").symlink_to(other)
    filled(path)
    assert other.read_text(encoding="utf-8") == "theirs"
    assert not head_path(path).is_symlink()
    assert verify(path).head.sequence == 5


def test_the_head_stays_beside_the_trail_wherever_the_process_goes(
    path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(path.parent)
    with TrailFile(path.name, SECRET) as trail:
        monkeypatch.chdir(elsewhere)
        trail.append(event(number=1))
    assert (verify(path).verified, verify(path).after_head) == (True, 0)
    assert list(elsewhere.iterdir()) == []


def test_the_head_lags_until_a_flush_and_is_never_ahead(path: Path) -> None:
    trail = opened(path, flush_after=NEVER)
    trail.append(event(number=1))  # the first is flushed at once
    trail.append(event(number=2))
    trail.append(event(number=3))
    assert (verify(path).verified, verify(path).after_head) == (True, 2)
    trail.flush()
    assert verify(path).after_head == 0
    trail.append(event(number=4))
    assert verify(path).after_head == 1
    trail.close()
    assert verify(path).after_head == 0


def test_a_flush_comes_with_time_and_with_number(path: Path) -> None:
    with opened(path, flush_after=timedelta(seconds=10)) as trail:
        for number in (1, 2, 11, 12):
            trail.append(event(number=number))
            assert verify(path).after_head == {1: 0, 2: 1, 11: 0, 12: 1}[number]
        for number, behind in ((2, 2), (0, 0), (9, 1), (1, 2), (10, 0)):  # the clock was set back, and goes on
            trail.append(event(number=number))
            assert verify(path).after_head == behind
    with opened(path, flush_after=NEVER, flush_every=3) as trail:
        behind = []
        for number in range(1, 8):
            trail.append(event(number=number))
            behind.append(verify(path).after_head)
    assert behind == [0, 1, 2, 0, 1, 2, 0]


@pytest.mark.parametrize("slow_one", [0, 1], ids=["the lines", "the head"])
def test_others_append_while_one_flushes(path: Path, monkeypatch: pytest.MonkeyPatch, slow_one: int) -> None:
    syncing, go_on, sync, calls = threading.Event(), threading.Event(), os.fsync, count()

    def slow(file: int) -> None:
        if next(calls) == slow_one:
            syncing.set()
            assert go_on.wait(60)
        sync(file)

    with opened(path, flush_after=NEVER) as trail:
        trail.append(event(number=1))
        trail.append(event(number=2))
        monkeypatch.setattr(os, "fsync", slow)
        flushing = threading.Thread(target=trail.flush)
        flushing.start()
        assert syncing.wait(60)
        trail.append(event(number=3))
        assert numbers(path) == [1, 2, 3]
        go_on.set()
        flushing.join()
        assert verify(path).after_head == 1  # it knows what was there when it began
        trail.flush()
        assert verify(path).after_head == 0


def test_who_waits_for_a_flush_of_another_that_fails_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trail = opened(path, flush_every=1)
    syncing, go_on = threading.Event(), threading.Event()
    told: dict[int, str] = {}

    def fail(_file: int) -> None:
        syncing.set()
        assert go_on.wait(60)
        raise OSError(errno.EIO, "input/output error")

    def append(number: int) -> None:
        try:
            trail.append(event(number=number))
        except StorageError as error:
            told[number] = str(error)

    monkeypatch.setattr(os, "fsync", fail)
    first, second = (threading.Thread(target=append, args=(number,)) for number in (1, 2))
    first.start()
    assert syncing.wait(60)
    second.start()
    wait_for(lambda: numbers(path) == [1, 2])
    go_on.set()
    first.join()
    second.join()
    trail.close()
    name = f"the trail `{path}`"
    assert told == {
        1: f"{name} cannot be synced: input/output error",
        2: f"{name} could not be made durable\n  hint: {AGAIN}",
    }
    assert known_head(path, LINK) == (Head(), 0)


def test_nothing_is_taken_once_the_last_flush_has_begun(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trail = opened(path, flush_after=NEVER)
    syncing, go_on, sync = threading.Event(), threading.Event(), os.fsync

    def slow(file: int) -> None:
        syncing.set()
        assert go_on.wait(60)
        sync(file)

    trail.append(event(number=1))
    trail.append(event(number=2))
    monkeypatch.setattr(os, "fsync", slow)
    closing = threading.Thread(target=trail.close)
    closing.start()
    assert syncing.wait(60)
    try:
        with pytest.raises(StorageError, match="the trail is closed"):
            trail.append(event(number=3))
    finally:
        go_on.set()
        closing.join()
    assert (verify(path).records, verify(path).after_head) == (2, 0)


def test_sixteen_threads_make_one_chain(path: Path) -> None:
    threads, each = 16, 40
    start = threading.Barrier(threads)
    with opened(path, flush_every=50) as trail:

        def append(thread: int) -> None:
            start.wait()
            for number in range(each):
                trail.append(event(number=thread * each + number))

        workers = [threading.Thread(target=append, args=(thread,)) for thread in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert verify(path).verified
    ids = [json.loads(line)["eventID"] for line in path.read_bytes().splitlines()]
    assert len(set(ids)) == len(ids) == threads * each
    assert numbers(path) == [*range(1, threads * each + 1)]


_WRITER = """\
import sys
from datetime import timedelta
from policyeval.kms.storage.trail_file import TrailFile
from tests.kms.trail.samples import SECRET, event
trail = TrailFile(sys.argv[1], SECRET, flush_every=100, flush_after=timedelta(days=1))
number = 0
while True:
    number += 1
    trail.append(event(number=number))
    if number == 250:
        print("on the way", flush=True)
"""


def test_a_process_that_is_killed_loses_nothing_that_was_appended(path: Path) -> None:
    for _ in range(2):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "on the way\n"
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
    report = verify(path)
    assert report.records >= 500
    assert report.verified or [str(fault.kind) for fault in report.faults] == ["torn"]
    with opened(path) as trail:
        trail.append(event())
    assert verify(path).verified


def test_one_process_at_a_time_has_it(path: Path) -> None:
    with opened(path), pytest.raises(StorageError, match="is in use by another process"):
        opened(path)
    opened(path).close()


@pytest.mark.parametrize("length", [1, 100, 1200])
def test_half_a_line_is_taken_up_in_a_record(path: Path, length: int) -> None:
    filled(path, 3)
    with opened(path, flush_after=NEVER) as trail:
        trail.append(event(number=4))
    half = path.read_bytes().splitlines(keepends=True)[3][:length]
    with path.open("ab") as file:
        file.write(half)
    assert [str(fault.kind) for fault in verify(path).faults] == ["torn"]
    with opened(path, clock=lambda: NOON) as trail:
        assert trail.head.sequence == 5
        trail.append(event(number=5))
    opened(path).close()  # the head knows where it ends
    assert (verify(path).verified, verify(path).recoveries) == (True, 1)
    taken_up = json.loads(path.read_bytes().splitlines()[4])
    assert (taken_up["eventName"], taken_up["eventTime"]) == ("RecoverTrail", "2030-01-31T12:00:00Z")
    assert taken_up["serviceEventDetails"] == {"bytes": length, "fragment": half.decode()}


def _edit(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"blue", b"grey"))


def _cut(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def _cut_within(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def _swap_last(path: Path) -> None:
    *rest, fourth, fifth = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*rest, fifth, fourth]))


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _no_head(path: Path) -> None:
    head_path(path).unlink()


def _edit_head(path: Path) -> None:
    text = head_path(path).read_text(encoding="utf-8")
    head_path(path).write_text(text.replace('"sequence": 5', '"sequence": 4'), encoding="utf-8")


def _break_head(path: Path) -> None:
    head_path(path).write_bytes(b"\xff")


def _add_own(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b'{"eventName":"Nothing"}\n')


def _repeat(path: Path) -> None:
    path.write_bytes(path.read_bytes() + path.read_bytes().splitlines(keepends=True)[-1])


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_cut, "was cut or edited: record 5 is not where it was"),
        (_cut_within, "was cut or edited"),
        (_swap_last, "was cut or edited"),
        (_empty, "was cut or edited"),
        (_no_head, "has no head beside it"),
        (_edit_head, "the head of the trail .* cannot be used: it is not sealed with this key"),
        (_break_head, "the head of the trail .* cannot be used"),
        (_add_own, r"is broken after record 5: .*trail\.jsonl:6: foreign"),
        (_repeat, r"is broken after record 5: .*trail\.jsonl:6: repeated"),
    ],
)
def test_what_was_damaged_is_not_continued(path: Path, damage: Callable[[Path], None], words: str) -> None:
    filled(path)
    damage(path)
    before = path.read_bytes()
    with pytest.raises(StorageError, match=words) as caught:
        opened(path)
    assert caught.value.diagnostics[0].hint == MOVE_IT
    assert path.read_bytes() == before
    if damage not in {_edit_head, _break_head}:
        report = verify(path)
        assert not report.verified or report.after_head is None


def test_an_edit_before_the_head_is_for_verification_to_find(path: Path) -> None:
    filled(path)
    _edit(path)
    opened(path).close()
    assert {str(fault.kind) for fault in verify(path).faults} == {"edited"}


def test_another_key_does_not_continue_it(path: Path) -> None:
    filled(path)
    for key in (None, b"another key of 32 bytes, no more"):
        with pytest.raises(StorageError, match="cannot be used"):
            TrailFile(path, key)


@contextmanager
def disk_with(left: int, path: Path) -> Iterator[None]:
    """A disk on which a file can grow by so many bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + left, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_leaves_a_whole_chain_and_says_so(path: Path) -> None:
    trail = opened(path, flush_after=NEVER)
    trail.append(event(number=1))
    size = path.stat().st_size
    with disk_with(100, path):
        trail.check()
        for ask in (lambda: trail.append(event(number=2)), trail.check, trail.check):
            with pytest.raises(StorageError, match="cannot be written: file too large"):
                ask()
    trail.check()
    assert path.stat().st_size == size
    trail.append(event(number=3))
    trail.close()
    assert numbers(path) == [1, 2]
    assert verify(path).verified


@pytest.mark.parametrize("left", [0, 1, 300])
def test_half_a_line_that_a_full_disk_cannot_take_up_is_taken_up_later(path: Path, left: int) -> None:
    filled(path, 3)
    with path.open("ab") as file:
        file.write(b'{"half')
    with disk_with(left, path), pytest.raises(StorageError, match="cannot be continued: file too large"):
        opened(path)
    with opened(path) as trail:
        trail.append(event(number=4))
    opened(path).close()
    assert (verify(path).verified, verify(path).recoveries, numbers(path)) == (True, 1, [1, 2, 3, 4, 5])


def test_a_line_that_an_interrupt_met_is_taken_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trail, write = opened(path), os.write

    def interrupted(file: int, text: bytes) -> int:
        write(file, text)
        raise KeyboardInterrupt

    trail.append(event(number=1))
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            trail.append(event(number=2))
    trail.append(event(number=3))
    trail.close()
    assert (verify(path).verified, numbers(path)) == (True, [1, 2])
    opened(path).close()


def test_so_is_one_that_was_written_when_the_interrupt_came(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    trail = opened(path)
    with monkeypatch.context() as patched:
        patched.setattr(Chain, "advance", interrupted)
        with pytest.raises(KeyboardInterrupt):
            trail.append(event(number=1))
    trail.append(event(number=2))
    trail.close()
    assert (verify(path).verified, numbers(path)) == (True, [1])
    opened(path).close()


def test_nothing_is_left_of_an_attempt_that_an_interrupt_met(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trail, write = opened(path), os.write

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no space")

    def interrupted(file: int, text: bytes) -> int:
        write(file, text)
        raise KeyboardInterrupt

    for stands_in, raised in ((full, StorageError), (interrupted, KeyboardInterrupt)):
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", stands_in)
            with pytest.raises(raised):
                trail.append(event(number=1)) if stands_in is full else trail.check()
    trail.append(event(number=1))
    trail.close()
    assert (verify(path).verified, numbers(path)) == (True, [1])


def test_after_half_a_line_that_cannot_be_taken_back_nothing_is_written(path: Path) -> None:
    trail = opened(path, flush_after=NEVER)
    full = os.open("/dev/full", os.O_WRONLY)  # a device that takes nothing and cannot be cut
    os.dup2(full, trail._file)
    os.close(full)
    with pytest.raises(StorageError, match="cannot be written: no space left on device"):
        trail.append(event(number=1))
    for refused in (lambda: trail.append(event(number=2)), trail.check):
        with pytest.raises(StorageError, match="ends in half a line that cannot be taken back") as caught:
            refused()
        assert caught.value.diagnostics[0].hint == AGAIN
    trail.close()


def test_what_cannot_be_synced_ends_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_file: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    trail = opened(path)
    trail.check()
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(StorageError, match="cannot be synced: input/output error"):
            trail.append(event())
    for refused in (lambda: trail.append(event()), trail.check):
        with pytest.raises(StorageError, match="could not be made durable") as caught:
            refused()
        assert caught.value.diagnostics[0].hint == AGAIN
    trail.close()
    assert sorted(each.name for each in path.parent.iterdir()) == ["trail.jsonl", "trail.jsonl.head"]


def test_a_head_that_cannot_be_written_is_tried_again_with_each_record(path: Path) -> None:
    trail = opened(path, flush_after=NEVER)
    trail.append(event(number=1))
    trail.append(event(number=2))
    head_path(path).unlink()
    head_path(path).mkdir()
    for refused in (trail.flush, lambda: trail.append(event(number=3)), trail.check):
        with pytest.raises(StorageError, match=r"jsonl\.head` cannot be written: is a directory"):
            refused()
    head_path(path).rmdir()
    trail.check()
    trail.append(event(number=4))
    trail.close()
    assert (verify(path).records, verify(path).after_head) == (4, 0)


def test_a_trail_that_is_removed_takes_nothing_until_it_is_back(path: Path) -> None:
    trail, away = opened(path, flush_after=timedelta(0)), path.with_name("away")
    trail.append(event(number=1))
    path.rename(away)
    for refused in (lambda: trail.append(event(number=2)), trail.check):
        with pytest.raises(StorageError, match="cannot be found: no such file or directory"):
            refused()
    away.rename(path)
    trail.append(event(number=3))
    trail.close()
    assert (verify(path).records, verify(path).after_head) == (3, 0)


def test_what_is_closed_takes_nothing(path: Path) -> None:
    trail = opened(path)
    trail.close()
    trail.close()
    trail.flush()
    with pytest.raises(StorageError, match="the trail is closed") as caught:
        trail.append(event())
    assert caught.value.diagnostics[0].hint is None


def test_a_pipe_is_no_trail(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StorageError, match=r"the trail `.*pipe` cannot be opened: it is no regular file"):
        TrailFile(tmp_path / "pipe")


def test_a_place_where_no_file_can_be_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyEvalError, match=r"trail `.*nowhere.*` cannot be opened: no such file or directory"):
        TrailFile(tmp_path / "nowhere" / "trail.jsonl")
    with pytest.raises(ValueError, match="at least 16 bytes"):
        TrailFile(tmp_path / "trail.jsonl", b"short")
    assert not (tmp_path / "trail.jsonl").exists()


def test_memory_keeps_what_a_file_would(path: Path) -> None:
    memory: Trail = MemoryTrail(SECRET)
    file: Trail = opened(path)
    for trail in (memory, file, NO_TRAIL, NoTrail()):
        trail.append(event(number=1))
        trail.append(event(number=2))
        trail.flush()
        trail.close()
    assert isinstance(memory, MemoryTrail)
    assert b"".join(memory.lines) == path.read_bytes()
    assert [record["eventName"] for record in memory.records] == ["Encrypt", "Encrypt"]
    assert memory.head == Head.parse(f"2:{memory.records[1]['chain']['hmac']}")


def test_no_digest_is_there_twice(path: Path) -> None:
    filled(path)
    digests = [json.loads(line)["chain"]["hmac"] for line in path.read_bytes().splitlines()]
    assert all(first != second for first, second in pairwise(sorted(digests)))
    assert base64.b16encode(SECRET).lower() not in path.read_bytes()
