"""What README and docs/ show is what happens."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from policyeval.cli import main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_the_page_about_the_command_line_is_made_from_the_commands() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_cli.py"))["render"]()
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == made, "run `python docs/make_cli.py`"


def test_the_main_job_prints_what_readme_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    main_job, shown = _blocks(README, "sh")[0], _blocks(README, "text")[0]
    arguments = shlex.split(main_job.partition(".venv/bin/policyeval ")[2])
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(main, arguments)
    assert (result.stdout, result.exit_code) == (shown, 0)


def test_the_linter_prints_what_readme_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    (policy,) = re.findall(r"^policyeval lint - <<'END'\n(.*?)^END$", README, re.DOTALL | re.MULTILINE)
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(main, ["lint", "-"], input=policy)
    assert (result.stdout, result.exit_code) == (_blocks(README, "text")[1], 1)


def test_the_other_questions_of_readme_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    questions = _blocks(README[README.index("## Ask other questions") :], "sh")[0]
    key = re.findall(r"^KEY=(.*)$", questions, re.MULTILINE)[0]
    lines = re.findall(r"^policyeval (.*)$", questions.replace("$KEY", key), re.MULTILINE)
    monkeypatch.chdir(ROOT)
    answers = [CliRunner().invoke(main, shlex.split(line)) for line in lines]
    assert [(answer.exit_code, answer.stdout.split()[0]) for answer in answers] == [
        (1, "DENY"),
        (0, "allow"),
        (0, "OPEN"),
    ]


def test_the_library_call_of_readme_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = _blocks(README, "python")
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - it is our own text
    assert capsys.readouterr().out.startswith("True allowed ")


def test_the_story_of_a_shared_key_ends_as_readme_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, code = _blocks(README, "python")
    shown = _blocks(README, "text")[-1]
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - it is our own text
    assert capsys.readouterr().out == shown


def test_what_the_page_about_the_kms_shows_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (code,) = _blocks((ROOT / "docs" / "kms.md").read_text(encoding="utf-8"), "python")
    shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(code, "kms.md", "exec"), names)  # noqa: S102 - it is our own text
    assert names["client"].decrypt(names["blob"], {"tenant": "blue"}) == b"figures"
    names["kms"].close()
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix in {".db", ".jsonl", ".key"}) == [
        "kms.db",
        "root.key",
        "trail.jsonl",
    ]


@pytest.mark.parametrize("page", ["README.md", "docs/file-format.md"])
def test_the_files_that_the_documents_show_are_good(page: str, tmp_path: Path) -> None:
    shown = _blocks((ROOT / page).read_text(encoding="utf-8"), "yaml")
    assert shown
    for number, text in enumerate(shown):
        if "tests:" in text:
            path = tmp_path / f"{number}.scenario.yaml"
            there = re.sub(r"entities: (\.\./)?", f"entities: {ROOT}/", text)
            path.write_text(there, encoding="utf-8")
            result = CliRunner().invoke(main, ["test", str(path)])
            assert result.exit_code == 0, result.output
        else:
            arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
            result = CliRunner().invoke(main, ["who-can", "-", "kms:Decrypt", arn], input=text)
            assert "allow        arn:aws:iam::444455556666:role/app" in result.output


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_paths_in_the_documents_exist() -> None:
    names = {
        (page.name, name)
        for page in (ROOT / "docs" / "extending.md", ROOT / "docs" / "architecture.md")
        for name in re.findall(r"`((?:policyeval|tests|fixtures)/[\w./]+)`", page.read_text(encoding="utf-8"))
    }
    assert names
    assert [(page, name) for page, name in sorted(names) if not (ROOT / name).exists() and "NAME" not in name] == []
