"""What need not be fixed: settings, suppressions with a reason and a last day, and a baseline."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from policyeval.errors import ConfigError
from policyeval.lint.config import Config, read_config
from policyeval.lint.linter import Linter
from policyeval.lint.reading import read
from policyeval.lint.rules.table import load_all
from policyeval.lint.session import LintSession
from policyeval.lint.sources import find_config
from tests.lint.run_cli import BAD_EFFECT, EMPTY_SID, POLICY, codes, lint, lint_json

TODAY = dt.date(2030, 1, 31)
RULES = load_all()


def _session(text: str, baseline: frozenset[str] = frozenset()) -> LintSession:
    return LintSession(RULES, read_config(text, "policyeval.toml"), TODAY, baseline=baseline)


def _suppression(**fields: str) -> str:
    given = {"code": '"S401"', "file": '"*.json"', "reason": '"known"', "pointer": '""', **fields}
    return "[[lint.suppress]]\n" + "".join(f"{key} = {value}\n" for key, value in given.items() if value)


@pytest.mark.parametrize(
    ("sentence", "fields", "suppressed"),
    [
        ("the whole file", {}, True),
        ("the element", {"pointer": '"/Statement/0/Sid"'}, True),
        ("the statement around it", {"pointer": '"/Statement/0"'}, True),
        ("another statement", {"pointer": '"/Statement/1"'}, False),
        ("a statement whose number begins alike", {"pointer": '"/Statement/0/Si"'}, False),
        ("the statement by its Sid", {"pointer": "", "sid": '""'}, True),
        ("another Sid", {"pointer": "", "sid": '"Read"'}, False),
        ("another rule", {"code": '"S301"'}, False),
        ("another file", {"file": '"other/*.json"'}, False),
        ("the file, written from here", {"file": '"./a.json"'}, True),
        ("the file, by way of a folder", {"file": '"policies/../a.json"'}, True),
        ("until today", {"until": "2030-01-31"}, True),
        ("until yesterday", {"until": "2030-01-30"}, False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_suppression_suppresses(sentence: str, fields: dict[str, str], suppressed: bool) -> None:  # noqa: FBT001 - a column
    items = _session(_suppression(**fields)).lint(read(EMPTY_SID.encode(), "a.json"), "a.json").items
    assert [item.suppressed for item in items if item.finding.code == "S401"] == ["known" if suppressed else None], (
        sentence
    )


def test_one_of_no_use_is_a_finding_where_it_is_written() -> None:
    session = _session("# first\n" + _suppression(reason='"was"'))
    session.lint(read(POLICY.encode(), "a.json"), "a.json")
    (file,) = session.finish()
    assert [(item.finding.code, str(item.finding.place)) for item in file.items] == [("X201", "policyeval.toml:2:1")]


@pytest.mark.parametrize(
    ("sentence", "session"),
    [
        ("its file was not linted", _session(_suppression(file='"b.json"'))),
        (
            "its rule did not run",
            LintSession(load_all(["S301"]), read_config(_suppression(), "policyeval.toml"), TODAY),
        ),
    ],
    ids=["its file was not linted", "its rule did not run"],
)
def test_one_that_could_be_of_no_use_is_none(sentence: str, session: LintSession) -> None:
    session.lint(read(POLICY.encode(), "a.json"), "a.json")
    assert session.finish() == [], sentence


def test_one_past_its_last_day_is_a_finding() -> None:
    (file,) = _session(_suppression(until="2030-01-30")).finish()
    assert [(item.finding.code, item.finding.message) for item in file.items] == [
        ("X202", "the suppression of `S401` ended on 2030-01-30")
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[lint", "cannot read `policyeval.toml`"),
        pytest.param("x = " + "[" * 10_000, "cannot read `policyeval.toml`: it nests too deeply", id="too deep"),
        ('[lint]\nselekt = ["S"]', "the table `lint` has no key `selekt`"),
        ('[lint]\nselect = "S"', "`select` must be an array of codes"),
        ('[lint]\nfail-on = "all"', "`fail-on` cannot be `all`"),
        ("[lint]\nbaseline = 7", "`baseline` must be the name of a file"),
        ('[lint]\nbaseline = "a\\u0000b"', "`baseline` must be the name of a file"),
        ('[lint.types]\n"*" = "scip"', "no policy type `scip`"),
        ("[lint]\nsuppress = 7", "`suppress` must be an array of tables"),
        (_suppression(code=""), "a suppression needs `code`"),
        (_suppression(reason='" "'), "a suppression needs `reason`"),
        (_suppression(pointer=""), "a suppression needs `pointer` or `sid`"),
        (_suppression(until='"2030-01-31"'), "`until` must be a date"),
        (_suppression(why='"x"'), "a suppression has no key `why`"),
        ("lint = 5", "policyeval.toml:1:1: `lint` must be a table"),
        ('x = 1\nlint = "x"', "policyeval.toml:2:1: `lint` must be a table"),
        ("[[lint]]", "policyeval.toml:1:1: `lint` must be a table"),
        ("[lint]\ntypes = 5", "policyeval.toml:2:1: `types` must be a table"),
        ('[lint.types]\n"*" = ["scp"]', "policyeval.toml:2:1: no policy type `['scp']`"),
        ('[lint]\nselect = []\n  fail-on = ["error"]', "policyeval.toml:3:3: `fail-on` cannot be `['error']`"),
        ("[lint]\nbaseline =", "policyeval.toml:2:11: cannot read `policyeval.toml`: invalid value"),
        ("[lint]\n[line", "policyeval.toml:2:6: cannot read `policyeval.toml`: "),
        (_suppression(pointer="5"), "policyeval.toml:5:1: `pointer` must be a string"),
        (_suppression(sid="5"), "policyeval.toml:6:1: `sid` must be a string"),
        (_suppression(pointer='"Statement/0"'), "policyeval.toml:5:1: `Statement/0` is no JSON Pointer"),
        (_suppression(pointer='"#/Statement/0"'), "hint: write `/Statement/0`"),
        ('[lint]\nselect = ["S", "ZZ"]', "policyeval.toml:2:1: no rule has the code `ZZ`"),
        ('[lint]\nignore = ["A1", "a102"]', "hint: did you mean `A102`?"),
        (_suppression(code='"Z102"'), "policyeval.toml:2:1: no rule has the code `Z102`"),
        (_suppression(code='"A"'), "a suppression is of one rule"),
        (_suppression(code='"invalid-action"'), "hint: did you mean `A102`?"),
        (_suppression(code='"s401"'), "hint: did you mean `S401`?"),
        ("\n" + _suppression() + _suppression(file='"/a.json"'), "policyeval.toml:9:1: `/a.json` matches no file"),
        (_suppression(file='"policies/"'), "below it is `policies/*`"),
        ('lint.suppress = [{code = "A"}]', "policyeval.toml:1:1: a suppression needs `file`"),
        ('[lint.types]\n"/scp/*" = "scp"', "policyeval.toml:2:1: `/scp/*` matches no file"),
        ('\n[lnit]\nselect = ["S"]', "policyeval.toml:2:1: `lnit` has no meaning here"),
        ('[lnit]\nselect = ["S"]', "hint: did you mean `[lint]`?"),
        ('fail-on = "error"\n[lint]\n', "policyeval.toml:1:1: `fail-on` has no meaning here"),
        ("[tool.policyeval.lint]", "hint: settings are below `[lint]`"),
    ],
)
def test_settings_that_cannot_be_followed_are_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(text, "policyeval.toml")
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["[tool.policyeval]\nlint = 5\n", "[tool]\npolicyeval = 5\n", "tool = 5\n"])
def test_settings_of_a_project_that_are_no_table_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="must be a table"):
        read_config(text, "pyproject.toml")


def test_a_typo_beside_the_settings_of_a_project_is_told_and_other_tools_are_left_alone() -> None:
    with pytest.raises(ConfigError) as caught:
        read_config("[tool.ruff]\n[tool.policyeval.lin]\n", "pyproject.toml")
    assert "pyproject.toml:2:1: `lin` has no meaning here" in str(caught.value)
    assert "did you mean `[tool.policyeval.lint]`?" in str(caught.value)


def test_all_that_is_wrong_is_told_in_the_order_of_the_file() -> None:
    with pytest.raises(ConfigError) as caught:
        read_config('[lint]\ntypes = 5\nfail-on = 1\nselekt = []\nselect = "S"\n', "policyeval.toml")
    assert [str(fault.place) for fault in caught.value.diagnostics] == [
        f"policyeval.toml:{line}:1" for line in range(2, 6)
    ]


def test_settings_may_never_fail_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policy.json").write_text(BAD_EFFECT, encoding="utf-8")
    Path("policyeval.toml").write_text('[lint]\nfail-on = "never"\n', encoding="utf-8")
    assert lint("policy.json").exit_code == 0
    assert lint("policy.json", "--fail-on", "error").exit_code == 1


def test_settings_of_others_need_not_be_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policy.json").write_text(POLICY, encoding="utf-8")
    Path("pyproject.toml").write_bytes(b"[project]\nname = '\xff'\n")
    assert lint("policy.json").exit_code == 0


def test_settings_of_a_project_are_below_its_tools() -> None:
    text = '[tool.policyeval.lint]\nselect = ["S"]\nignore = ["S4"]\nfail-on = "error"\n'
    config = read_config(text, "pyproject.toml")
    assert (config.select, config.ignore, config.fail_on) == (("S",), ("S4",), "error")
    assert read_config("[tool.ruff]\n", "pyproject.toml") == Config()


def test_the_nearest_settings_hold(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "policyeval.toml").touch()
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.ruff]\n", encoding="utf-8")
    assert find_config(inner) == tmp_path / "policyeval.toml"
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.policyeval]\n", encoding="utf-8")
    assert find_config(inner) == tmp_path / "a" / "pyproject.toml"


def test_paths_start_at_the_folder_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "a.json").write_text(EMPTY_SID, encoding="utf-8")
    (tmp_path / "policyeval.toml").write_text(_suppression(file='"policies/a.json"'), encoding="utf-8")
    monkeypatch.chdir(tmp_path / "policies")
    (finding,) = lint_json("a.json", "--select", "S401,X")["findings"]
    assert (finding["suppressed"], finding["reason"]) == (True, "known")


def test_a_baseline_leaves_what_was_there_alone_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("policy.json")
    path.write_text(BAD_EFFECT, encoding="utf-8")
    assert lint("policy.json", "--write-baseline", "known.json").exit_code == 1
    assert lint("policy.json", "--baseline", "known.json").exit_code == 0
    # Lines are added above it, and what was found stays known; the same fault in a second statement is new.
    twice = BAD_EFFECT.replace("[\n", "[\n\n\n").replace("}\n", "},\n" + BAD_EFFECT.splitlines()[3] + "\n", 1)
    path.write_text(twice, encoding="utf-8")
    report = lint_json("policy.json", "--baseline", "known.json", "--select", "S114")
    assert [finding["suppressed"] for finding in report["findings"]] == [True, False]


def test_a_baseline_can_stand_in_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policy.json").write_text(BAD_EFFECT, encoding="utf-8")
    lint("policy.json", "--write-baseline", "known.json")
    Path("policyeval.toml").write_text('[lint]\nbaseline = "known.json"\n', encoding="utf-8")
    assert lint("policy.json").exit_code == 0


def test_a_baseline_of_the_settings_may_be_written_for_the_first_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policy.json").write_text(BAD_EFFECT, encoding="utf-8")
    Path("policyeval.toml").write_text('[lint]\nbaseline = "known.json"\n', encoding="utf-8")
    for options in ([], ["--write-baseline", "other.json"]):
        result = lint("policy.json", *options)
        assert result.exit_code == 2
        assert "policyeval.toml:2:1: cannot read the baseline `known.json`: no such file or directory" in result.stderr
    assert not Path("other.json").exists()
    assert lint("policy.json", "--write-baseline", "./known.json").exit_code == 1
    assert lint("policy.json").exit_code == 0


def test_a_baseline_that_is_written_anew_keeps_what_it_knew_and_is_still_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.json").write_text(BAD_EFFECT, encoding="utf-8")
    lint("old.json", "--write-baseline", "known.json")
    settings = '[lint]\nbaseline = "known.json"\n'
    suppressed = _suppression(code='"S114"', file='"third.json"')
    Path("policyeval.toml").write_text(settings + suppressed, encoding="utf-8")
    for name in ("new.json", "third.json"):
        Path(name).write_text(BAD_EFFECT, encoding="utf-8")
    assert lint("old.json", "new.json", "third.json", "--write-baseline", "known.json").exit_code == 1
    assert lint("old.json", "new.json").exit_code == 0
    # What has a reason of its own needs no baseline, and comes back when the reason goes.
    Path("policyeval.toml").write_text(settings, encoding="utf-8")
    assert lint("third.json").exit_code == 1
    Path("old.json").write_text(POLICY, encoding="utf-8")
    lint("old.json", "new.json", "--write-baseline", "known.json")
    assert "old.json" not in Path("known.json").read_text(encoding="utf-8")


def test_a_baseline_holds_wherever_a_run_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policyeval.toml").write_text('[lint]\nbaseline = "known.json"\n', encoding="utf-8")
    Path("known.json").write_text('{"version": 1, "findings": []}', encoding="utf-8")
    Path("policy.json").write_text(BAD_EFFECT, encoding="utf-8")
    lint("policy.json", "--write-baseline", "known.json")
    assert lint(tmp_path / "policy.json").exit_code == 0
    Path("below").mkdir()
    monkeypatch.chdir("below")
    assert lint("../policy.json").exit_code == 0


def test_a_baseline_knows_the_suppressions_of_no_use_that_it_was_written_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policy.json").write_text(POLICY, encoding="utf-8")
    settings = _suppression(until="2020-01-31") + _suppression(code='"S114"')
    Path("policyeval.toml").write_text(settings, encoding="utf-8")
    assert lint("policy.json", "--write-baseline", "known.json").exit_code == 1
    assert lint("policy.json", "--baseline", "known.json").exit_code == 0
    # Another one that comes to its end is new, although its table begins as theirs do.
    Path("policyeval.toml").write_text(_suppression(code='"S301"', until="2020-01-31"), encoding="utf-8")
    assert lint("policy.json", "--baseline", "known.json").exit_code == 1


@pytest.mark.parametrize(
    "text", ["", "[]", "\udcff", '{"version": 2, "findings": []}', '{"version": 1, "findings": [{}]}']
)
def test_what_is_no_baseline_is_refused(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policy.json").write_text(POLICY, encoding="utf-8")
    Path("known.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    result = lint("policy.json", "--baseline", "known.json")
    assert (result.exit_code, "`known.json` is not a baseline" in result.stderr) == (2, True)


def test_a_suppressed_finding_is_not_fixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policy.json").write_text(EMPTY_SID, encoding="utf-8")
    Path("policyeval.toml").write_text(_suppression(), encoding="utf-8")
    lint("policy.json", "--fix")
    assert Path("policy.json").read_text(encoding="utf-8") == EMPTY_SID
    assert codes(lint_json("policy.json", "--select", "S")) == ["S401"]


def test_a_linter_remembers_nothing_that_changes_its_answers() -> None:
    linter = Linter(RULES)
    node = read(BAD_EFFECT.encode(), "a.json").node
    assert node is not None
    assert linter.lint(node) == linter.lint(node)
