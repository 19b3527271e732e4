"""The hook for pre-commit and the GitHub action call the command as it is."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from policyeval.cli import main
from policyeval.lint.sources import SUFFIXES
from tests.lint.run_cli import BAD_EFFECT, POLICY

ROOT = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / ".github" / "actions" / "lint" / "action.yml").read_text(encoding="utf-8"))


def test_the_hook_runs_as_pre_commit_calls_it(tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    program, *arguments = shlex.split(hook["entry"])
    assert program == "policyeval"
    for text, code in ((POLICY, 0), (BAD_EFFECT, 1), ("{}", 0)):
        path = tmp_path / "file.json"
        path.write_text(text, encoding="utf-8")
        assert CliRunner().invoke(main, [*arguments, str(path)]).exit_code == code


def test_the_hook_is_given_all_that_is_read_below_a_folder() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    tags = {".hcl": "hcl", ".j2": "jinja", ".json": "json", ".yaml": "yaml", ".yml": "yaml"}
    tags |= {".tf": "terraform", ".tfvars": "terraform"}
    unnamed = {".tftpl", ".tofu", ".tpl"}  # by pre-commit
    assert set(hook["types_or"]) == {tags[suffix] for suffix in SUFFIXES if suffix not in unnamed}


def _step(name: str) -> dict[str, Any]:
    (step,) = [step for step in ACTION["runs"]["steps"] if step.get("name") == name]
    return step


def test_the_action_puts_no_input_into_a_script() -> None:
    assert [step["name"] for step in ACTION["runs"]["steps"] if "${{" in step.get("run", "")] == []


def test_the_action_installs_the_checkout_that_it_is_in() -> None:
    source = _step("Install policyeval")["env"]["SOURCE"]
    assert source == "${{ github.action_path }}/../../.."
    assert (ROOT / ".github" / "actions" / "lint" / "../../.." / "pyproject.toml").resolve() == ROOT / "pyproject.toml"


@pytest.mark.skipif(shutil.which("bash") is None, reason="the action runs in bash")
@pytest.mark.parametrize(
    ("paths", "arguments"), [("good.json policy.json", "--select S"), ("good.json\npolicy.json\n", "--select\nS\n")]
)
@pytest.mark.parametrize(("text", "code"), [(POLICY, 0), (BAD_EFFECT, 1)])
def test_the_action_lints_and_writes_sarif(text: str, code: int, paths: str, arguments: str, tmp_path: Path) -> None:
    home = tmp_path / "policyeval" / "bin"
    home.mkdir(parents=True)
    (home / "policyeval").symlink_to(Path(sys.executable).with_name("policyeval"))
    (tmp_path / "a b").mkdir()
    (tmp_path / "good.json").write_text(POLICY, encoding="utf-8")
    (tmp_path / "policy.json").write_text(text, encoding="utf-8")
    variables = {"PATHS": paths, "FAIL_ON": "warning", "ARGUMENTS": arguments, "SARIF": "out.sarif"}
    assert set(variables) == set(_step("Lint")["env"])
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", _step("Lint")["run"]],  # noqa: S607 - the shell that GitHub starts
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "RUNNER_TEMP": str(tmp_path), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == code, run.stderr
    assert (tmp_path / "out.sarif").exists()
    assert run.stdout.startswith("::error title=S114") == (code == 1)
