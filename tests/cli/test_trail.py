"""What the transcripts of `trail` and `usage` cannot show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from policyeval.cli import main
from policyeval.kms.storage.trail_file import TrailFile
from tests.cli.trail_files import FOLDER, files
from tests.kms.trail.samples import SECRET, event

TRAIL = str(FOLDER / "trail.jsonl")
KEYED, KEY = str(FOLDER / "keyed.jsonl"), str(FOLDER / "trail.key")


def _run(*arguments: str, text: bytes | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=text, prog_name="policyeval")


def _head(*arguments: str) -> str:
    head = json.loads(_run("trail", "verify", *arguments, "--format", "json").stdout)["head"]
    assert isinstance(head, str)
    return head


@pytest.mark.parametrize("name", files())
def test_the_trails_of_the_transcripts_are_as_they_are_made(name: str) -> None:
    assert (FOLDER / name).read_bytes() == files()[name], "run `python -m tests.cli.trail_files`"


def test_a_report_in_json_says_what_was_found() -> None:
    result = _run("trail", "verify", str(FOLDER / "damaged.jsonl"), "--format", "json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert [(fault["kind"], fault["line"]) for fault in report["faults"]] == [
        ("edited", 1),
        ("missing", 3),
        ("cut", None),
    ]
    whole = json.loads(_run("trail", "verify", TRAIL, "--format", "json").stdout)
    assert whole | {"head": ""} == {
        "verified": True,
        "records": 5,
        "keyed": False,
        "head": "",
        "after_head": 0,
        "recoveries": 0,
        "total_faults": 0,
        "faults": [],
    }


def test_a_head_from_elsewhere_counts_before_the_one_beside_the_file() -> None:
    head = _head(TRAIL)
    headless = str(FOLDER / "headless.jsonl")
    assert _run("trail", "verify", headless).exit_code == 1
    assert _run("trail", "verify", headless, "--head", head).exit_code == 0
    other = f"{head[:-1]}{'0' if head[-1] != '0' else '1'}"
    result = _run("trail", "verify", TRAIL, "--head", other)
    assert result.exit_code == 1
    assert "replaced: record 5 is not the one that the head knows" in result.stdout


def test_one_record_is_no_records() -> None:
    first = Path(TRAIL).read_bytes().splitlines(keepends=True)[0]
    digest = json.loads(first)["chain"]["sha256"]
    result = _run("trail", "verify", "-", "--head", f"1:{digest}", text=first)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "VERIFIED  1 record")


UNREADABLE = Path("/proc/self/mem")  # opens, and cannot be read from its start


@pytest.mark.skipif(not UNREADABLE.exists(), reason="Linux has it")
@pytest.mark.parametrize(
    "arguments",
    [
        ("trail", "verify", "FILE"),
        ("trail", "verify", TRAIL, "FILE"),
        ("trail", "verify", KEYED, "--key-file", "FILE"),
        ("usage", "FILE"),
        ("lint", TRAIL, "--baseline", "FILE"),
        ("lint", TRAIL, "--config", "FILE"),
    ],
    ids=["a trail", "its second part", "a key", "a trail to price", "a baseline", "settings"],
)
def test_a_file_that_cannot_be_read_on_is_named(arguments: tuple[str, ...]) -> None:
    result = _run(*(str(UNREADABLE) if argument == "FILE" else argument for argument in arguments))
    assert result.exit_code == 2
    assert result.stderr.endswith("/proc/self/mem`: input/output error\n")


def test_a_trail_comes_through_a_pipe() -> None:
    data = Path(TRAIL).read_bytes()
    assert _run("trail", "verify", "-", "--head", _head(TRAIL), text=data).exit_code == 0
    assert "headless" in _run("trail", "verify", "-", text=data).stdout
    assert "\nEncrypt " in _run("usage", "-", text=data).stdout
    assert _run("trail", "verify", "-", text=b"").exit_code == 3
    keyed, key = Path(KEYED).read_bytes(), ("--key-file", KEY)
    assert _run("trail", "verify", "-", "--head", _head(KEYED, *key), *key, text=keyed).exit_code == 0
    keyless = _run("trail", "verify", "-", text=keyed)
    assert (keyless.exit_code, keyless.stdout) == (2, "")
    assert "give --key-file or --root-key-file" in keyless.stderr


def test_a_trail_comes_in_parts(tmp_path: Path) -> None:
    lines = Path(TRAIL).read_bytes().splitlines(keepends=True)
    first, second = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    first.write_bytes(b"".join(lines[:2]))
    second.write_bytes(b"".join(lines[2:]))
    head = _head(TRAIL)
    assert _run("trail", "verify", str(first), str(second), "--head", head).exit_code == 0
    swapped = _run("trail", "verify", str(second), str(first), "--head", head)
    assert swapped.exit_code == 1
    assert f"{first}:1: reordered" in swapped.stdout


@pytest.mark.parametrize("hexadecimal", [True, False])
def test_a_key_is_read_in_hex_and_raw(tmp_path: Path, *, hexadecimal: bool) -> None:
    trail, key = tmp_path / "trail.jsonl", tmp_path / "key"
    with TrailFile(trail, SECRET) as writer:
        writer.append(event())
    key.write_bytes(SECRET.hex().encode() + b"\n" if hexadecimal else SECRET)
    assert _run("trail", "verify", str(trail), "--key-file", str(key)).exit_code == 0
    key.write_bytes(b"another key of 32 bytes, no more")
    wrong = _run("trail", "verify", str(trail), "--key-file", str(key))
    assert wrong.exit_code == 1
    assert "edited" in wrong.stdout
    assert "foreign" in wrong.stdout


def test_a_key_for_a_trail_without_one_verifies_nothing() -> None:
    result = _run("trail", "verify", TRAIL, "--key-file", KEY)
    assert result.exit_code == 1
    assert "it is chained without a key" in result.stdout


def test_a_short_key_is_bad_input(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"short")
    result = _run("trail", "verify", KEYED, "--key-file", str(key))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "at least 16 bytes" in result.stderr


def test_a_report_of_many_faults_ends(tmp_path: Path) -> None:
    trail = tmp_path / "trail.jsonl"
    trail.write_bytes(b"x\n" * 250)
    result = _run("trail", "verify", str(trail), "--head", f"0:{'0' * 64}")
    assert result.exit_code == 1
    assert "BROKEN  250 faults" in result.stdout
    assert "and 150 more" in result.stdout


_NUMBER = {"type": ["number", "null"], "minimum": 0}
USAGE = {
    "type": "object",
    "required": ["since", "until", "operations", "requests", "keys", "total", "currency", "rates"],
    "additionalProperties": False,
    "properties": {
        "since": {"type": "string"},
        "until": {"type": "string"},
        "operations": {"type": "object", "additionalProperties": {"required": ["requests", "failed"]}},
        "requests": {
            "type": "array",
            "items": {
                "required": ["account", "price_class", "requests", "free", "cost"],
                "properties": {"cost": _NUMBER},
            },
        },
        "keys": {
            "type": "array",
            "items": {
                "required": ["arn", "account", "manager", "start", "end", "rotations", "months", "cost"],
                "properties": {"cost": _NUMBER, "months": _NUMBER},
            },
        },
        "total": _NUMBER,
        "currency": {"const": "USD"},
        "rates": {"type": "object", "required": ["source", "read", "region"]},
    },
}


def test_usage_in_json_has_its_shape_and_its_sum() -> None:
    result = _run("usage", TRAIL, "--until", "2030-02-01", "--format", "json")
    report = json.loads(result.stdout)
    Draft202012Validator(USAGE).validate(report)
    costs = [row["cost"] for row in (*report["requests"], *report["keys"])]
    assert report["total"] == pytest.approx(sum(costs))
    assert report["operations"]["Decrypt"] == {"requests": 1, "failed": 1}


@pytest.mark.parametrize("option", ["--since", "--until"])
@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_beyond_the_years_that_there_are_is_refused(option: str, time: str) -> None:
    result = _run("usage", TRAIL, option, time)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Invalid value for {option}: `{time}` is beyond the years 1 to 9999." in result.stderr


def test_a_time_with_an_offset_means_what_it_says() -> None:
    utc = _run("usage", TRAIL, "--since", "2030-01-03", "--until", "2030-01-04").stdout
    assert _run("usage", TRAIL, "--since", "2030-01-03T02:00+02:00", "--until", "2030-01-04T00:00Z").stdout == utc
    assert "\nDecrypt " in utc
    assert "\nSign " not in utc
