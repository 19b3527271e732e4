"""The command over its pipes, as an editor drives it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policyeval.lint.linter import Linter
from policyeval.lint.report import name_findings
from policyeval.lint.rules.table import load_all
from policyeval.lint.run import lint_bytes
from tests.lint.editor.client import PATIENCE, Client, editor, process

GOOD = """{
  "Version": "2012-10-17",
  "Statement": [{"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*"}]
}
"""
BAD = GOOD.replace("s3:GetObject", "s3:GetObjekt")
REDUNDANT = GOOD.replace('"s3:GetObject"', '["s3:GetObject", "s3:Get*"]')


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """One server for all that need none of their own: to start costs a second."""
    with editor(tmp_path_factory.mktemp("folder")) as client:
        yield client


@pytest.fixture
def uri(tmp_path: Path) -> str:
    """A document that no other test has."""
    return (tmp_path / "policy.json").as_uri()


def codes(diagnostics: list[dict[str, Any]]) -> list[str]:
    return [diagnostic["code"] for diagnostic in diagnostics]


def span(start: tuple[int, int], end: tuple[int, int]) -> dict[str, dict[str, int]]:
    return {
        "start": {"line": start[0], "character": start[1]},
        "end": {"line": end[0], "character": end[1]},
    }


def part(text: str, where: dict[str, Any]) -> str:
    """Give what a range of one line covers, in ASCII."""
    start, end = where["start"], where["end"]
    assert start["line"] == end["line"]
    return text.splitlines()[start["line"]][start["character"] : end["character"]]


def edited(text: str, action: dict[str, Any]) -> str:
    """Make the edits of an action, in ASCII."""
    (change,) = action["edit"]["documentChanges"]
    lines = text.splitlines(keepends=True)

    def offset(position: dict[str, int]) -> int:
        return sum(map(len, lines[: position["line"]])) + position["character"]

    for edit in sorted(change["edits"], key=lambda edit: offset(edit["range"]["start"]), reverse=True):
        text = text[: offset(edit["range"]["start"])] + edit["newText"] + text[offset(edit["range"]["end"]) :]
    return text


def actions(client: Client, uri: str, where: dict[str, Any], **context: Any) -> list[dict[str, Any]]:
    """Give the actions for a range."""
    found: list[dict[str, Any]] = client.ask(
        "textDocument/codeAction", textDocument={"uri": uri}, range=where, context={"diagnostics": [], **context}
    )
    return found


def test_it_says_what_it_can_and_ends_with_0() -> None:
    with editor() as client:
        can = client.welcome["capabilities"]
        assert can["textDocumentSync"] == {"openClose": True, "change": 2, "save": False}
        assert can["completionProvider"] == {"triggerCharacters": ['"', "'", ":"], "resolveProvider": True}
        assert can["codeActionProvider"] == {"codeActionKinds": ["quickfix", "source.fixAll.policyeval"]}
        assert (can["hoverProvider"], can["positionEncoding"]) == (True, "utf-16")
        assert client.welcome["serverInfo"]["name"] == "policyeval"
        assert client.leave() == 0


def test_an_editor_that_goes_without_a_word_makes_it_end_with_1() -> None:
    with editor() as client:
        client.notify("exit")
        assert client.process.wait(PATIENCE) == 1
    with editor() as client:
        assert client.process.stdin is not None
        client.process.stdin.close()
        assert client.process.wait(PATIENCE) == 1


def test_a_finding_has_its_code_place_severity_and_page(client: Client, uri: str) -> None:
    client.open(uri, BAD)
    (found,) = client.diagnostics(uri, 1)
    assert (found["code"], found["severity"], found["source"]) == ("A102", 1, "policyeval")
    assert part(BAD, found["range"]) == '"s3:GetObjekt"'
    assert found["message"] == "`s3` has no action `GetObjekt`\ndid you mean `s3:GetObject`?"
    assert found["codeDescription"]["href"].startswith("https://docs.aws.amazon.com/")


def test_what_is_redundant_is_faded_and_names_what_covers_it(client: Client, uri: str) -> None:
    client.open(uri, REDUNDANT)
    (found,) = client.diagnostics(uri, 1)
    assert (found["code"], found["severity"], found["tags"]) == ("A403", 3, [1])
    (other,) = found["relatedInformation"]
    assert part(REDUNDANT, other["location"]["range"]) == '"s3:Get*"'


def test_what_is_written_is_linted_and_what_is_mended_is_cleared(client: Client, uri: str) -> None:
    column = BAD.splitlines()[2].index("jekt")
    client.open(uri, BAD)
    assert codes(client.diagnostics(uri, 1)) == ["A102"]
    client.change(uri, 2, {"range": span((2, column), (2, column + 4)), "text": "ject"})
    assert client.diagnostics(uri, 2) == []
    client.change(uri, 3, {"text": BAD})
    assert codes(client.diagnostics(uri, 3)) == ["A102"]


def test_only_the_last_of_many_changes_is_linted(client: Client, uri: str) -> None:
    client.open(uri, "{}")
    assert client.diagnostics(uri, 1) == []
    for version in range(2, 62):
        client.change(uri, version, {"text": BAD if version == 61 else "{}" + " " * version})
    assert codes(client.diagnostics(uri, 61)) == ["A102"]
    others = [message for message in client.kept if message.get("params", {}).get("uri") == uri]
    assert len(others) < 30


def test_positions_are_in_utf_16_units_unless_others_are_agreed_on(tmp_path: Path) -> None:
    uri = (tmp_path / "policy.json").as_uri()
    text = '{"Version": "2012-10-17", "Id": "😀é", "Statement": {"Effect": "Allow", "Action": "s3:GetObjekt", "Resource": "*"}}'
    for encoding, width in (("utf-16", 2), ("utf-8", 4), ("utf-32", 1)):
        with editor(tmp_path, {"general": {"positionEncodings": [encoding]}}) as client:
            assert client.welcome["capabilities"]["positionEncoding"] == encoding
            client.open(uri, text)
            start = len(text[: text.index('"s3:')]) - 2 + width + (2 if encoding == "utf-8" else 1)
            found = next(row for row in client.diagnostics(uri, 1) if row["code"] == "A102")
            assert found["range"] == span((0, start), (0, start + len('"s3:GetObjekt"')))
            # An edit behind the wide characters lands where it should.
            client.change(uri, 2, {"range": span((0, start + 11), (0, start + 12)), "text": "c"})
            assert "A102" not in codes(client.diagnostics(uri, 2))


def test_lines_end_where_an_editor_says_they_do(client: Client, uri: str) -> None:
    # U+2028 may stand in a JSON string, and is no end of a line.
    text = BAD.replace("2012-10-17", "2012-10-17\u2028")
    column = text.split("\n")[2].index("jekt")
    client.open(uri, text)
    (found,) = [row for row in client.diagnostics(uri, 1) if row["code"] == "A102"]
    assert found["range"]["start"]["line"] == 2
    client.change(uri, 2, {"range": span((2, column), (2, column + 4)), "text": "ject"})
    assert "A102" not in codes(client.diagnostics(uri, 2))


def test_two_documents_are_apart_and_closing_clears(tmp_path: Path) -> None:
    one, other = ((tmp_path / name).as_uri() for name in ("one.json", "other.yaml"))
    with editor(tmp_path) as client:
        client.open(one, BAD)
        client.open(
            other, "Version: '2012-10-17'\nStatement:\n  Effect: Alow\n  Action: '*'\n  Resource: '*'\n", "yaml"
        )
        assert codes(client.diagnostics(one, 1)) == ["A102"]
        assert "A102" not in codes(client.diagnostics(other, 1))
        client.notify("textDocument/didClose", textDocument={"uri": one})
        assert client.diagnostics(one) == []
        client.change(other, 2, {"text": "Version: '2012-10-17'\nStatement:\n  Effect: Alow\n"})
        assert client.diagnostics(other, 2) != []


@pytest.mark.parametrize("text", ['{"name": "x"}', '{"name": ', "", "Version: 1\n"])
def test_a_document_that_stops_being_a_policy_is_cleared(client: Client, uri: str, text: str) -> None:
    client.open(uri, BAD)
    assert client.diagnostics(uri, 1) != []
    client.change(uri, 2, {"text": text})
    assert client.diagnostics(uri, 2) == []


def test_a_broken_policy_has_its_syntax_error(client: Client, uri: str) -> None:
    client.open(uri, BAD.replace('"Read",', '"Read"'))
    found = client.diagnostics(uri, 1)
    assert any(code.startswith("S") for code in codes(found))
    assert "A102" in codes(found)


def test_a_document_without_a_file_is_linted_as_its_language(client: Client) -> None:
    client.open("untitled:Untitled-1", BAD, "json")
    assert codes(client.diagnostics("untitled:Untitled-1", 1)) == ["A102"]


def test_a_fix_is_an_edit_of_the_version_that_it_is_for(client: Client, uri: str) -> None:
    client.open(uri, REDUNDANT, version=7)
    (found,) = client.diagnostics(uri, 7)
    fix, _, every = actions(client, uri, found["range"])
    assert (fix["kind"], fix["isPreferred"], fix["diagnostics"]) == ("quickfix", True, [found])
    assert fix["edit"]["documentChanges"][0]["textDocument"] == {"uri": uri, "version": 7}
    assert every["kind"] == "source.fixAll.policyeval"
    wanted = GOOD.replace('"s3:GetObject"', '["s3:Get*"]')
    assert edited(REDUNDANT, fix) == edited(REDUNDANT, every) == wanted


WITH_CONDITION = GOOD.replace(
    '"Sid"', '"Condition": {"StringEquals": {"aws:SourceVpc": "vpc-0123456789abcdef0"}}, "Sid"'
)
WITH_TAG = WITH_CONDITION.replace("aws:SourceVpc", "aws:PrincipalTag/team")
YAML = """\
Version: "2012-10-17"
Statement:
- Effect: Allow
  Action: s3:GetObject
  Resource: arn:aws:s3:::bucket/*
"""


@pytest.mark.parametrize(
    ("sentence", "language", "right", "meant", "written"),
    [
        ("an action", "json", GOOD, "s3:GetObject", "s3:GetObjekt"),
        ("the service of an action", "json", GOOD, "s3:GetObject", "s33:GetObject"),
        ("an action in YAML", "yaml", YAML, "s3:GetObject", "s3:GetObjekt"),
        ("an operator", "json", WITH_CONDITION, "StringEquals", "StringEqual"),
        ("a condition key", "json", WITH_CONDITION, "aws:SourceVpc", "aws:SourceVpcc"),
        ("a key for a tag", "json", WITH_TAG, "aws:PrincipalTag/team", "aws:PrincipleTag/team"),
    ],
)
def test_what_was_probably_meant_is_offered_and_not_among_the_safe_fixes(  # noqa: PLR0913, PLR0917 - a row's columns
    client: Client, uri: str, sentence: str, language: str, right: str, meant: str, written: str
) -> None:
    uri, text = uri.replace(".json", f".{language}"), right.replace(meant, written)
    client.open(uri, text, language)
    (found,) = client.diagnostics(uri, 1)
    guess, _suppression = actions(client, uri, found["range"])
    assert guess["title"] == f"{found['code']}: change to `{meant}`", sentence
    assert (guess["kind"], guess.get("isPreferred"), guess["diagnostics"]) == ("quickfix", None, [found])
    assert edited(text, guess) == right


@pytest.mark.parametrize("action", [r"s3:GetObj\u0065kt", "conjure:Rabbit"])
def test_nothing_is_guessed_in_a_string_with_escapes_or_of_what_is_like_nothing(
    client: Client, uri: str, action: str
) -> None:
    client.open(uri, GOOD.replace("s3:GetObject", action))
    (found,) = client.diagnostics(uri, 1)
    assert [each["title"] for each in actions(client, uri, found["range"]) if "change to" in each["title"]] == []


@pytest.mark.parametrize(
    ("only", "kinds"),
    [
        (["quickfix"], ["quickfix", "quickfix"]),
        (["source.fixAll"], ["source.fixAll.policyeval"]),
        (["source"], ["source.fixAll.policyeval"]),
        (["refactor"], []),
    ],
)
def test_an_editor_may_ask_for_some_kinds_of_actions_only(
    client: Client, uri: str, only: list[str], kinds: list[str]
) -> None:
    client.open(uri, REDUNDANT)
    assert [action["kind"] for action in actions(client, uri, span((0, 0), (9, 0)), only=only)] == kinds


def test_an_editor_that_knows_no_versions_of_edits_gets_none(tmp_path: Path) -> None:
    uri = (tmp_path / "policy.json").as_uri()
    with editor(tmp_path, {}) as client:
        client.open(uri, REDUNDANT)
        fix, _ = actions(client, uri, span((0, 0), (9, 0)))
        assert list(fix["edit"]) == ["changes"]
        assert list(fix["edit"]["changes"]) == [uri]


def test_hover_tells_of_the_text_as_it_is_now(client: Client, uri: str) -> None:
    column = GOOD.splitlines()[2].index("GetObject")
    client.open(uri, GOOD)
    assert "Access level: Read" in client.at("textDocument/hover", uri, 2, column)["contents"]["value"]
    client.change(uri, 2, {"text": BAD})
    assert "invalid-action" in client.at("textDocument/hover", uri, 2, column)["contents"]["value"]
    assert client.at("textDocument/hover", uri, 0, 0) is None


def test_completion_proposes_and_explains(client: Client, uri: str) -> None:
    text = '{"Statement": [{"Effect": "Allow", "Action": ["kms:De'
    client.open(uri, text)
    offered = client.at("textDocument/completion", uri, 0, len(text))
    item = next(item for item in offered["items"] if item["label"] == "kms:Decrypt")
    assert item["textEdit"] == {"range": span((0, len(text) - 6), (0, len(text))), "newText": "kms:Decrypt"}
    explained = client.ask("completionItem/resolve", **item)
    assert "Access level: Write" in explained["documentation"]["value"]
    assert client.at("textDocument/completion", uri, 0, 0) is None


def test_of_a_document_that_is_not_open_nothing_is_known(client: Client) -> None:
    uri = "file:///nowhere.json"
    for method in ("textDocument/hover", "textDocument/completion"):
        assert client.at(method, uri, 0, 0) is None
    client.notify("textDocument/didClose", textDocument={"uri": uri})


SUPPRESSION = """
[[lint.suppress]]
code = "A102"
file = "policies/*.json"
sid = "Read"
reason = "a service of ours"
"""


def test_settings_are_those_of_the_folder_and_are_read_again(tmp_path: Path) -> None:
    settings = tmp_path / "policyeval.toml"
    settings.write_text(SUPPRESSION, encoding="utf-8")
    uri = (tmp_path / "policies" / "policy.json").as_uri()
    elsewhere = (tmp_path / "policy.json").as_uri()
    with editor(tmp_path) as client:
        client.open(uri, BAD)
        client.open(elsewhere, BAD)
        assert client.diagnostics(uri, 1) == []
        assert codes(client.diagnostics(elsewhere, 1)) == ["A102"]
        settings.write_text('[lint]\nignore = ["S"]\n', encoding="utf-8")
        changes = [{"uri": settings.as_uri(), "type": 2}]
        client.notify("workspace/didChangeWatchedFiles", changes=changes)
        assert codes(client.diagnostics(uri, 1)) == ["A102"]


def test_settings_that_are_wrong_are_told_once_and_leave_what_was(tmp_path: Path) -> None:
    settings = tmp_path / "policyeval.toml"
    settings.write_text('[lint]\nignore = ["A102"]\n', encoding="utf-8")
    uri = (tmp_path / "policy.json").as_uri()
    with editor(tmp_path) as client:
        client.open(uri, BAD)
        assert client.diagnostics(uri, 1) == []
        settings.write_text("[lint]\nignored = []\n", encoding="utf-8")
        for version in (2, 3):
            client.change(uri, version, {"text": BAD + " " * version})
            assert client.diagnostics(uri, version) == []
        told = client.wait(lambda message: message.get("method") == "window/showMessage")
        assert "has no key `ignored`" in told["params"]["message"]
        assert "window/showMessage" not in [message.get("method") for message in client.kept]


def test_a_baseline_is_read_again_and_told_of_where_it_is_missing(tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    (tmp_path / "policyeval.toml").write_text('[lint]\nbaseline = "known.json"\n', encoding="utf-8")
    report = name_findings(lint_bytes(Linter(load_all(["A102"])), BAD.encode(), "policy.json"), "policy.json")
    empty: list[object] = []
    full = [{"fingerprint": item.fingerprint} for item in report.items]
    uri = (tmp_path / "policy.json").as_uri()
    known.write_text(json.dumps({"version": 1, "findings": empty}), encoding="utf-8")
    with editor(tmp_path) as client:
        client.open(uri, BAD)
        assert codes(client.diagnostics(uri, 1)) == ["A102"]
        known.write_text(json.dumps({"version": 1, "findings": full}), encoding="utf-8")
        client.change(uri, 2, {"text": BAD + " "})
        assert client.diagnostics(uri, 2) == []
        known.unlink()
        client.change(uri, 3, {"text": BAD})
        assert client.diagnostics(uri, 3) == []
        told = client.wait(lambda message: message.get("method") == "window/showMessage")
        assert "policyeval.toml:2:1: cannot read the baseline `known.json`" in told["params"]["message"]


WRITTEN = """[[lint.suppress]]
code = "A102"
file = "policy.json"
sid = "Read"
reason = ""
"""


def test_a_suppression_is_written_but_for_its_reason(tmp_path: Path) -> None:
    uri, settings = ((tmp_path / name).as_uri() for name in ("policy.json", "policyeval.toml"))
    with editor(tmp_path) as client:
        client.open(uri, BAD)
        (found,) = client.diagnostics(uri, 1)
        _guess, action = actions(client, uri, found["range"])
        create, change = action["edit"]["documentChanges"]
        assert (create["kind"], create["uri"], create["options"]) == ("create", settings, {"ignoreIfExists": True})
        assert change["textDocument"] == {"uri": settings, "version": None}
        assert change["edits"] == [{"range": span((0, 0), (0, 0)), "newText": WRITTEN}]
        # With a reason it does what it says.
        reasoned = WRITTEN.replace('""', '"a service of ours"')
        (tmp_path / "policyeval.toml").write_text(reasoned, encoding="utf-8")
        client.change(uri, 2, {"text": BAD})
        assert client.diagnostics(uri, 2) == []


def test_a_suppression_is_added_below_the_others(tmp_path: Path) -> None:
    uri, settings = ((tmp_path / name).as_uri() for name in ("policy.json", "pyproject.toml"))
    (tmp_path / "pyproject.toml").write_text('[tool.policyeval.lint]\nignore = ["C"]', encoding="utf-8")
    with editor(tmp_path) as client:
        client.open(uri, BAD)
        (found,) = client.diagnostics(uri, 1)
        _guess, action = actions(client, uri, found["range"])
        (change,) = action["edit"]["documentChanges"]
        (edit,) = change["edits"]
        assert (change["textDocument"]["uri"], edit["range"]) == (settings, span((1, 14), (1, 14)))
        assert edit["newText"].startswith("\n\n[[tool.policyeval.lint.suppress]]\n")


def test_a_document_that_the_settings_do_not_reach_has_no_suppression(client: Client) -> None:
    client.open("untitled:Untitled-2", BAD, "json")
    titles = [action["title"] for action in actions(client, "untitled:Untitled-2", span((0, 0), (9, 0)))]
    assert titles == ["A102: change to `s3:GetObject`"]


def test_it_asks_to_be_told_of_settings_where_an_editor_can(tmp_path: Path) -> None:
    watching = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    with editor(tmp_path, watching) as client:
        asked = client.wait(lambda message: message.get("method") == "client/registerCapability")
        (registration,) = asked["params"]["registrations"]
        assert registration["method"] == "workspace/didChangeWatchedFiles"
        client.send({"id": asked["id"], "result": None})
        assert client.leave() == 0


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="no JSON"),
        pytest.param(b"[]", id="no message"),
        pytest.param(b'{"jsonrpc": "2.0"}', id="a message that says nothing"),
        pytest.param(b'{"jsonrpc": "1.0", "method": "x"}', id="another version"),
        pytest.param(b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": 1}}', id="wrong types"),
        pytest.param(b'{"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"textDocument": {"uri": "file:///no", "version": 2}, "contentChanges": [{"text": ""}]}}', id="a change of what is not open"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
    ],
)  # fmt: skip
def test_a_message_that_is_wrong_does_not_end_it(client: Client, uri: str, body: bytes) -> None:
    client.raw(body)
    client.open(uri, BAD)
    assert codes(client.diagnostics(uri, 1)) == ["A102"]


def test_a_method_that_there_is_not_is_answered_with_an_error(client: Client) -> None:
    assert client.answer("textDocument/nothing")["error"]["code"] == -32601


def test_half_a_surrogate_pair_is_no_text(client: Client, uri: str) -> None:
    client.open(uri, BAD.replace("Read", "\ud83d"))
    assert client.diagnostics(uri, 1) != []


def test_what_is_printed_does_not_come_between_the_messages(tmp_path: Path) -> None:
    script = "import os, policyeval.lint.editor.server as s; serve = s.serve\n"
    script += "s.serve = lambda *a: (os.write(1, b'stray'), serve(*a))[1]\n"
    script += "from policyeval.cli import main; main(['lsp'], prog_name='policyeval')"
    with process(tmp_path, [sys.executable, "-c", script]) as client:
        client.ask("initialize", processId=None, rootUri=None, capabilities={})
        assert client.leave() == 0
        assert "stray" in client.aside()


def _run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_pygls_it_says_what_to_install(tmp_path: Path) -> None:
    script = "import sys; from importlib import util; find = util.find_spec\n"
    script += "util.find_spec = lambda name, *a: None if name == 'pygls' else find(name, *a)\n"
    script += "from policyeval.cli import main; main(['lsp'], prog_name='policyeval')"
    ended = _run(script, tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "pip install 'policyeval[lsp]'" in ended.stderr


def test_no_other_command_imports_it(tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text(GOOD, encoding="utf-8")
    script = "import sys; from policyeval.cli import main\n"
    script += "try:\n    main(['lint', 'policy.json'])\n"
    script += "finally:\n    sys.stderr.write(str([m for m in sys.modules if m.startswith(('pygls', 'lsprotocol'))]))"
    ended = _run(script, tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "[]")
