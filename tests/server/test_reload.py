"""The entities file while the server runs: taken whole when it is good, refused with its place when it is not."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from policyeval.errors import EntitiesError
from policyeval.kms.errors import StorageError
from policyeval.kms.storage import system
from policyeval.model.source import Diagnostic
from policyeval.server.build import build
from policyeval.server.entities_file import EntitiesFile
from policyeval.server.journal import Journal
from policyeval.server.listening import listen, running, url_of
from policyeval.server.services import Services
from policyeval.server.upkeep import Pace

A = "111122223333"
KEY = {"id": "1234abcd-12ab-34cd-56ef-1234567890ab", "region": "us-east-1", "aliases": ["alias/new"]}
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def described(*policies: object, **account: object) -> str:
    user = {
        "name": "alice",
        "identity_policies": list(policies),
        "access_keys": [{"id": "AKIAALICE", "secret": "alice"}],
    }
    return json.dumps({"policyeval": 1, "accounts": [{"id": A, "users": [user], **account}]})


class Followed:
    """A server that follows a file, and what it told."""

    def __init__(self, file: Path, url: str, told: list[dict[str, Any]], pool: Executor) -> None:
        self.file = file
        self.url = url
        self.told = told
        self.pool = pool

    def client(self, key: str = "AKIAALICE", secret: str = "alice") -> Any:  # noqa: S107 - of a test
        return boto3.client(
            "kms",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=Config(retries={"total_max_attempts": 1}),
        )

    def write(self, text: str, path: Path | None = None) -> dict[str, Any]:
        """Write a file and wait until the server has told what it thinks of it."""
        before, path = len(self.told), path or self.file
        fresh = path.with_suffix(".fresh")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
        while len(self.told) == before:
            Event().wait(0.005)
        return self.told[-1]


@contextmanager
def following(file: Path, followed: EntitiesFile | None = None, *, sweep: float = 60) -> Iterator[Followed]:
    told: list[dict[str, Any]] = []

    def write(line: str) -> None:
        event = json.loads(line)
        if "entities file" in event["event"]:
            told.append(event)

    followed = followed or EntitiesFile(file)
    services = Services.open(followed.read())
    app = build(
        services, journal=Journal(write, "json", system.now), file=followed, pace=Pace(look=0.01, settle=0, sweep=sweep)
    )
    with listen("127.0.0.1", 0) as opened, running(app, opened):
        yield Followed(file, url_of(opened, "127.0.0.1", secure=False), told, app.pool)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Followed]:
    file = tmp_path / "accounts.json"
    file.write_text(described(ADMINISTRATOR), encoding="utf-8")
    with following(file) as found:
        yield found


def test_a_policy_that_changed_decides_the_next_request(server: Followed) -> None:
    assert server.client().list_keys()
    assert server.write(described())["event"] == "the entities file is taken"
    with pytest.raises(ClientError, match="AccessDeniedException"):
        server.client().list_keys()


def test_keys_of_the_file_are_created_once_and_then_the_servers_own(server: Followed) -> None:
    server.write(described(ADMINISTRATOR, keys=[KEY]))
    blob = server.client().encrypt(KeyId="alias/new", Plaintext=b"x")["CiphertextBlob"]
    server.client().update_key_description(KeyId=KEY["id"], Description="mine")
    server.write(described(ADMINISTRATOR, keys=[KEY, {**KEY, "id": "k", "aliases": []}]))
    assert server.client().decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert server.client().describe_key(KeyId=KEY["id"])["KeyMetadata"]["Description"] == "mine"
    server.write(described(ADMINISTRATOR))
    assert server.client().decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("{", "accounts.json:1:1: `{` is not closed", id="no JSON"),
        pytest.param(described("nonsense"), "accounts.json:1:", id="a policy that is none"),
        pytest.param(
            described(keys=[{**KEY, "origin": "AWS_CLOUDHSM"}]), "has origin AWS_CLOUDHSM", id="a key that cannot be"
        ),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(server: Followed, text: str, place: str) -> None:
    told = server.write(text)
    assert (told["level"], told["event"]) == ("error", "the entities file is refused, the old one stays")
    assert place in told["fault"]
    assert server.client().list_keys()["Keys"] == []
    assert server.write(described(ADMINISTRATOR))["event"] == "the entities file is taken"


def test_a_file_that_is_gone_changes_nothing(server: Followed) -> None:
    before = len(server.told)
    server.file.unlink()
    while len(server.told) == before:
        Event().wait(0.005)
    assert "no such file" in server.told[-1]["fault"]
    assert server.client().list_keys()


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["a pipe that nobody writes to", "a folder"])
def test_a_file_in_whose_place_something_else_is_changes_nothing(
    server: Followed, make: Callable[[Path], None]
) -> None:
    before, other = len(server.told), server.file.with_suffix(".other")
    make(other)
    server.file.unlink()
    other.rename(server.file)
    while not any("it is no regular file" in told["fault"] for told in server.told[before:]):
        Event().wait(0.005)  # at first it may be gone
    assert server.client().list_keys()
    before = len(server.told)
    server.file.rename(other)
    while not any("no such file" in told["fault"] for told in server.told[before:]):
        Event().wait(0.005)  # or it would be told while the next one is written
    assert server.write(described())["event"] == "the entities file is taken"


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "accounts.json"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_text, args=(described(),), kwargs={"encoding": "utf-8"})
    writer.start()
    followed = EntitiesFile(pipe)
    assert [account.id for account in followed.read().accounts()] == [A]
    writer.join()
    assert not followed.has_changed
    with pytest.raises(EntitiesError, match="it is no regular file, and only those can be read again"):
        followed.read()


def test_an_access_key_that_is_gone_is_nobodys(server: Followed) -> None:
    server.write(described(ADMINISTRATOR).replace("AKIAALICE", "AKIAOTHER"))
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        server.client().list_keys()
    assert server.client("AKIAOTHER").list_keys()


def test_an_access_key_is_gone_however_many_slow_requests_wait(server: Followed) -> None:
    done = Event()
    for _ in range(100):
        server.pool.submit(done.wait)
    try:
        assert server.write(described(ADMINISTRATOR).replace("AKIAALICE", "AKIAOTHER"))["level"] == "info"
        with pytest.raises(ClientError, match="UnrecognizedClientException"):
            server.client().list_keys()
    finally:
        done.set()


def test_a_policy_in_a_file_of_its_own_is_followed_too(tmp_path: Path) -> None:
    file, policy = tmp_path / "accounts.json", tmp_path / "policy.json"
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}]}
    policy.write_text(json.dumps(allowed), encoding="utf-8")
    file.write_text(described({"file": "policy.json"}), encoding="utf-8")
    with following(file) as server:
        assert server.client().list_keys()
        server.write(json.dumps(allowed).replace("kms:ListKeys", "kms:ListAliases"), policy)
        with pytest.raises(ClientError, match="AccessDeniedException"):
            server.client().list_keys()
        assert server.client().list_aliases()


def test_what_is_unchanged_is_not_read_again(tmp_path: Path) -> None:
    file = tmp_path / "accounts.json"
    file.write_text(described(), encoding="utf-8")
    followed = EntitiesFile(file)
    followed.read()
    assert not followed.has_changed
    before = file.stat()
    file.write_text(described(ADMINISTRATOR), encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert followed.has_changed  # its size tells
    followed.read()
    file.chmod(0o000)
    assert followed.has_changed  # who may read it does


class WrittenSlowly(EntitiesFile):
    """A file of which somebody writes another piece between one look and the next."""

    def __init__(self, path: Path, pieces: Iterator[str]) -> None:
        super().__init__(path)
        self._pieces = pieces

    @property
    def state(self) -> Mapping[str, object]:
        found = super().state
        with Path(self.path).open("a", encoding="utf-8") as file:
            file.write(next(self._pieces, ""))
        return found


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        pytest.param(
            "policyeval.server.entities_file.read_again",
            OSError(errno.EMFILE, "too many open files"),
            id="there was no file descriptor left to read it with",
        ),
        pytest.param(
            "policyeval.server.services.Services.describe",
            StorageError([Diagnostic("the disk is full")]),
            id="its new keys could not be stored",
        ),
    ],
)
def test_what_kept_a_file_from_being_taken_may_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, reason: Exception
) -> None:
    def prevented(*_: object) -> None:
        raise reason

    file = tmp_path / "accounts.json"
    file.write_text(described(ADMINISTRATOR), encoding="utf-8")
    with following(file, sweep=0.05) as server:
        with monkeypatch.context() as patched:
            patched.setattr(where, prevented)
            assert server.write(described())["event"] == "the entities file is refused, the old one stays"
            assert server.client().list_keys()
        looks = 0
        while server.told[-1]["event"] != "the entities file is taken" and (looks := looks + 1) < 2_000:
            Event().wait(0.005)
        with pytest.raises(ClientError, match="AccessDeniedException"):
            server.client().list_keys()


def test_a_file_that_was_taken_after_all_is_not_taken_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prevented(*_: object) -> None:
        raise StorageError([Diagnostic("the disk is full")])

    file = tmp_path / "accounts.json"
    file.write_text(described(ADMINISTRATOR), encoding="utf-8")
    with following(file, sweep=1) as server:
        with monkeypatch.context() as patched:
            patched.setattr("policyeval.server.services.Services.describe", prevented)
            for _ in range(2):
                assert server.write(described())["event"] == "the entities file is refused, the old one stays"
        assert server.write(described())["event"] == "the entities file is taken"
        Event().wait(1.2)
        assert len(server.told) == 3


class OnASlowDisk(EntitiesFile):
    """A file on a disk that does not answer until it is told to."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.is_looked_at, self.answers = Event(), Event()
        self.gave_up = False

    @property
    def state(self) -> Mapping[str, object]:
        self.is_looked_at.set()
        self.gave_up = self.gave_up or not self.answers.wait(10)
        return super().state


def test_a_disk_that_does_not_answer_keeps_nobody_waiting(tmp_path: Path) -> None:
    file = tmp_path / "accounts.json"
    file.write_text(described(ADMINISTRATOR), encoding="utf-8")
    followed = OnASlowDisk(file)
    with following(file, followed) as server:
        assert followed.is_looked_at.wait(30)
        assert server.client().list_keys()
        assert not followed.gave_up
        followed.answers.set()
        assert server.write(described())["event"] == "the entities file is taken"


def test_a_file_that_is_being_written_is_read_when_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "accounts.yaml"
    file.write_text(
        f"policyeval: 1\naccounts: [{{id: '{A}', users: [\n"
        f"  {{name: alice, access_keys: [{{id: AKIAALICE, secret: alice}}], identity_policies: [{ADMINISTRATOR}]}}]}}]\n",
        encoding="utf-8",
    )
    deny = '{Version: "2012-10-17", Statement: [{Effect: Deny, Action: "kms:*", Resource: "*"}]}'
    pieces = [  # with each of them the file is a good one, and the last forbids what those before it allow
        "# Read on.\n",
        "organization:\n  id: o-a1b2c3d4e5\n  management_account: '444455556666'\n"
        f"  root:\n    id: r-a1b2\n    accounts: ['444455556666', '{A}']\n",
        f"    service_control_policies:\n      - name: nothing\n        document: {deny}\n",
    ]
    with following(file, WrittenSlowly(file, iter(pieces))) as server:
        while not server.told:
            Event().wait(0.005)
        assert [told["event"] for told in server.told] == ["the entities file is taken"]
        assert file.read_text(encoding="utf-8").endswith(pieces[-1])
        with pytest.raises(ClientError, match="explicit deny in a service control policy"):
            server.client().list_keys()
