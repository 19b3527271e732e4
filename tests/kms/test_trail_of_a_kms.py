"""The trail that a KMS writes, checked and priced by the commands, as its operator would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from policyeval.cli import main
from policyeval.kms import KeyManagementService, KmsError, RootKey, SqliteStore, TrailFile, trail_key
from policyeval.kms.trail.trail import MemoryTrail
from tests.kms.estate import ADMIN_A, NOBODY_A, entities


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = RootKey.from_file(tmp_path / "root.key", create=True)
    trail = TrailFile(tmp_path / "trail.jsonl", trail_key(root))
    with KeyManagementService(entities(), SqliteStore(tmp_path / "kms.db"), root_key=root, trail=trail) as kms:
        admin = kms.client(ADMIN_A)
        key = admin.create_key()
        blob = admin.encrypt(key, b"x")
        for _ in range(3):
            admin.decrypt(blob)
        with pytest.raises(Exception, match="AccessDenied"):
            kms.client(NOBODY_A).decrypt(blob)
    return tmp_path


@pytest.mark.parametrize("params", [b"x", 5, ["x"]])
def test_a_request_of_no_members_is_refused_and_told(params: Any) -> None:
    kms = KeyManagementService(entities(), trail=(trail := MemoryTrail()))
    with pytest.raises(KmsError) as refused:
        kms.call(ADMIN_A, "Decrypt", params)
    assert refused.value.code == "SerializationException"
    (record,) = trail.records
    assert (record["errorCode"], record["requestParameters"]) == ("SerializationException", None)


def test_a_request_with_a_number_that_python_does_not_write_is_refused_and_told(tmp_path: Path) -> None:
    with TrailFile(tmp_path / "trail.jsonl") as trail, pytest.raises(KmsError, match="NUMBER_VALUE"):
        KeyManagementService(entities(), trail=trail).call(ADMIN_A, "DescribeKey", {"KeyId": 10**5000})
    (line,) = (tmp_path / "trail.jsonl").read_text().splitlines()
    assert '"errorCode":"SerializationException"' in line
    assert '"requestParameters":null' in line


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, [argument.replace("@", f"{folder}/") for argument in arguments])
    return result.exit_code, result.output


def test_it_is_verified_with_the_root_key(folder: Path) -> None:
    code, said = run(folder, "trail", "verify", "@trail.jsonl", "--root-key-file", "@root.key")
    assert (code, said.splitlines()[0].split()[0]) == (0, "VERIFIED")


def test_not_with_another_one(folder: Path) -> None:
    RootKey.from_file(folder / "other.key", create=True)
    code, said = run(folder, "trail", "verify", "@trail.jsonl", "--root-key-file", "@other.key")
    assert code == 1
    assert said.count(": edited: ") == 6  # every line
    assert "not sealed with this key" in said


def test_an_edited_line_is_found(folder: Path) -> None:
    trail = folder / "trail.jsonl"
    trail.write_bytes(trail.read_bytes().replace(b"AccessDenied", b"AccessGranted", 1))
    code, said = run(folder, "trail", "verify", "@trail.jsonl", "--root-key-file", "@root.key")
    assert code == 1
    assert "trail.jsonl:6: edited" in said


def test_a_cut_tail_is_found(folder: Path) -> None:
    trail = folder / "trail.jsonl"
    trail.write_bytes(b"".join(trail.read_bytes().splitlines(keepends=True)[:-1]))
    code, said = run(folder, "trail", "verify", "@trail.jsonl", "--root-key-file", "@root.key")
    assert code == 1
    assert "cut" in said


def test_its_requests_are_counted(folder: Path) -> None:
    code, said = run(folder, "usage", "@trail.jsonl")
    assert code == 0
    counted = {
        line.split()[0]: line.split()[1:] for line in said.splitlines() if line.startswith(("Decrypt", "Encrypt"))
    }
    assert counted == {"Decrypt": ["4", "1"], "Encrypt": ["1", "0"]}
