"""The program as a process: what only a real one shows."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-m", "policyeval"]
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CHECK = ["check", "fixtures/accounts.yaml", "--action", "kms:Decrypt", "--resource", KEY, "--principal"]


def _run(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=ROOT,
        env=os.environ | (environment or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_answer_is_the_exit_code() -> None:
    allowed = _run(*CHECK, "arn:aws:iam::444455556666:role/svc/app")
    denied = _run(*CHECK, "arn:aws:iam::444455556666:role/intern")
    unknown = _run(*CHECK, "arn:aws:iam::444455556666:role/nobody")
    assert (allowed.returncode, denied.returncode, unknown.returncode) == (0, 1, 2)
    assert (allowed.stderr, denied.stderr, unknown.stdout) == ("", "", "")
    assert "Traceback" not in unknown.stderr


def test_what_is_piped_has_no_colour() -> None:
    assert "\x1b" not in _run(*CHECK, "arn:aws:iam::444455556666:role/svc/app").stdout


NAMED = """
{"Version": "2012-10-17", "Statement":
{"Sid": "ü→", "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}}
"""
ENCODED = {
    "text, for who reads it": ("text", "cp1252", '{"Sid": "ü\\u2192", '),
    "XML, as it says": ("junit", "utf-8", '{"Sid": "ü→", '),
    "annotations, as GitHub reads them": ("github", "utf-8", "file=ü→.json,"),
}


@pytest.mark.parametrize(("style", "encoding", "shown"), ENCODED.values(), ids=ENCODED)
def test_a_pipe_without_all_characters_takes_every_report(
    tmp_path: Path, style: str, encoding: str, shown: str
) -> None:
    """As on Windows, where it has a few hundred of them."""
    (tmp_path / "ü→.json").write_text(NAMED, encoding="utf-8")
    run = subprocess.run(
        [*PROGRAM, "lint", "ü→.json", "--policy-type", "key", "--format", style],
        cwd=tmp_path,
        env=os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (1, b"")
    assert shown in run.stdout.decode(encoding)


def _on_terminal(*arguments: str, **environment: str) -> str:
    import pty  # noqa: PLC0415 - where there are terminals

    master, terminal = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=ROOT,
        env={**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, "TERM": "xterm", **environment},
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    text = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:  # Linux says so when the other side is closed
            break
        if not part:
            break
        text += part
    os.close(master)
    process.wait()
    return text.decode()


def test_a_terminal_gets_colour_and_no_color_takes_it_away() -> None:
    arguments = [*CHECK, "arn:aws:iam::444455556666:role/svc/app"]
    assert "\x1b[32m\x1b[1mALLOW\x1b[0m" in _on_terminal(*arguments)
    assert "\x1b" not in _on_terminal(*arguments, NO_COLOR="1")
    assert "\x1b" not in _on_terminal(*arguments, TERM="dumb")


def test_a_dumb_terminal_gets_no_progress(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}.json").write_text("{}", encoding="utf-8")
    assert "linting" in _on_terminal("lint", str(tmp_path))
    assert "linting" not in _on_terminal("lint", str(tmp_path), TERM="dumb")


@pytest.mark.parametrize("words", [("", ""), ("Allow", "Alow")], ids=["a statement", "a fault"])
def test_on_a_terminal_no_line_of_a_file_is_broken(tmp_path: Path, words: tuple[str, str]) -> None:
    path = tmp_path / "accounts.json"
    allows = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Sid": "A" * 100}
    user = {"name": "alice", "identity_policies": [{"Version": "2012-10-17", "Statement": allows}]}
    key = {"id": KEY.rpartition("/")[2], "region": "us-east-1"}
    told = {"policyeval": 1, "accounts": [{"id": "111122223333", "users": [user], "keys": [key]}]}
    path.write_text(json.dumps(told).replace(*words), encoding="utf-8")
    alice = "arn:aws:iam::111122223333:user/alice"
    shown = _on_terminal("check", str(path), *CHECK[2:], alice, COLUMNS="60").splitlines()
    carets = [number for number, line in enumerate(shown) if line.strip().startswith("^")]
    assert carets
    assert all(len(line) <= 60 for number in carets for line in shown[number - 1 : number + 1])


def test_a_reader_that_leaves_ends_it_quietly() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    for arguments in ([*CHECK, "arn:aws:iam::444455556666:role/svc/app"], ["--help"], ["check", "--help"]):
        process = subprocess.run(
            [*PROGRAM, *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=write_end,
            stderr=subprocess.PIPE,
            check=False,
        )
        assert (process.returncode, process.stderr) == (130, b"")
    os.close(write_end)


@pytest.mark.parametrize(
    ("arguments", "closed", "code", "said"),
    [
        pytest.param("lint fixtures/accounts.yaml", "1", 2, "standard output is closed", id="a report that is lost"),
        pytest.param("--help", "1", 2, "standard output is closed", id="help that is lost"),
        pytest.param("serve --port 0", "1", 2, "standard output is closed", id="what to export that is lost"),
        pytest.param("lint -", "0", 2, "standard input is closed", id="policies that nobody sends"),
        pytest.param("who-can - kms:Decrypt *", "0", 2, "standard input is closed", id="accounts that nobody sends"),
        pytest.param("usage -", "0", 2, "standard input is closed", id="a trail that nobody sends"),
        pytest.param("lsp", "0", 2, "standard input is closed", id="an editor that is not there"),
        pytest.param("schema policy", "0", 0, "", id="input that nobody needs"),
        pytest.param("check missing.yaml", "2", 2, "", id="an error that is lost"),
        pytest.param("schema policy", "2", 0, "", id="errors that there are none of"),
    ],
)
def test_a_closed_stream_is_told_where_it_is_needed(arguments: str, closed: str, code: int, said: str) -> None:
    # A shell closes them as a user does; `subprocess` has no way to.
    process = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {closed}>&-', "sh", *PROGRAM, *arguments.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.returncode, process.stderr.strip()) == (code, said)


def test_an_interrupt_ends_it_quietly() -> None:
    # A shell lets its background jobs ignore it, and what these start.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    program = "from policyeval.cli import main; main(prog_name='policyeval')"
    process = subprocess.Popen(
        [sys.executable, "-c", heard + program, "check", "-", *CHECK[2:], "anonymous"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    # It reads what is written here once it has started; that empty pipe is where it waits.
    process.stdin.write(b"#" * 1_000_000)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert (process.returncode, out, err.strip()) == (130, b"", b"")


UNNEEDED = {
    "check": (
        [*CHECK, "anonymous"],
        {"cryptography", "jsonschema", "pytest", "difflib", "policyeval.cli.test", "policyeval.scenarios"},
    ),
    "rule": (["rule", "S401"], {"policyeval.authorizer", "policyeval.entities", "pydantic"}),
    "trail": (["trail", "verify", os.devnull], {"policyeval.authorizer", "pydantic"}),
    "usage": (["usage", os.devnull], {"policyeval.authorizer", "pydantic"}),
}


@pytest.mark.parametrize(("arguments", "unneeded"), UNNEEDED.values(), ids=UNNEEDED)
def test_a_command_loads_nothing_that_it_does_not_need(arguments: list[str], unneeded: set[str]) -> None:
    code = (
        "import sys\nfrom policyeval.cli import main\n"
        "try:\n    main(prog_name='policyeval')\nexcept SystemExit:\n    print(*sys.modules, file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    assert unneeded & set(run.stderr.split()) == set()
