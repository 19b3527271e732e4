"""README's walk-through and the page about the endpoint, run as printed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.process import PATIENCE, ROOT, serve

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "endpoint.md").read_text(encoding="utf-8")
PORT = ":4599"


def _blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_the_walk_through_with_the_aws_cli_runs_as_printed(tmp_path: Path) -> None:
    section = README[README.index("## And on the wire") :]
    start, walk = _blocks(section, "sh")[:2]
    assert len([*start.splitlines(), *walk.splitlines()]) < 10
    shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures")
    program, command, *arguments = shlex.split(start)
    assert (program, command) == ("policyeval", "serve")
    with serve(*arguments, folder=tmp_path) as served:
        config = tmp_path / "fixtures" / "sharing.aws-config"
        text = config.read_text(encoding="utf-8")
        assert PORT in text
        config.write_text(text.replace(f"http://127.0.0.1{PORT}", served.url), encoding="utf-8")
        here = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
        run = subprocess.run(
            ["bash", "-c", walk],  # noqa: S607 - whichever the reader has
            cwd=tmp_path,
            env=here,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert run.returncode == 0, run.stderr
    assert re.fullmatch(r'\{\n    "GrantToken": "\S+",\n    "GrantId": "[0-9a-f]{64}"\n\}\nthe figures\n', run.stdout)
    assert re.fullmatch(
        r"\s*An error occurred \(AccessDeniedException\) when calling the Decrypt operation: "
        r"User: arn:aws:sts::444455556666:assumed-role/app/\S+ is not authorized to perform: kms:Decrypt on .*\s*",
        run.stderr,
    )


def test_the_fixture_is_used_as_the_page_shows(pytester: pytest.Pytester) -> None:
    files = dict(re.findall(r"^```python\n# (\w+)\.py\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))
    assert files.keys() == {"conftest", "test_sharing"}
    shutil.copytree(ROOT / "fixtures", pytester.path / "fixtures", ignore=shutil.ignore_patterns("scenarios"))
    pytester.makepyfile(**files)
    pytester.runpytest_subprocess("-q", "test_sharing.py").assert_outcomes(passed=1)


def test_the_page_names_every_metric_that_there_is() -> None:
    from policyeval.server.metrics import Metrics  # noqa: PLC0415 - for this one

    named = set(re.findall(r"# HELP (\S+)", Metrics("1", 0).render()))
    assert {name for name in named if f"`{name}" not in PAGE} == set()
