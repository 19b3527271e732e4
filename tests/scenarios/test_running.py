"""Cases: how they are read, run and reported."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from policyeval.errors import EntitiesError
from policyeval.scenarios import CaseResult, ScenarioFile, junit_xml, load_scenarios, run, scenarios_from_text
from tests.scenarios.leaving_out import CREATES, GRANTS

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FENCED = """\
policyeval: 1
accounts:
  - id: "444455556666"
    resources: [{arn: "arn:aws:s3:::bucket"}]
    roles:
      - name: app
        identity_policies:
          - Version: "2012-10-17"
            Statement:
              - {Effect: Allow, Action: "*", Resource: "*"}
              - {Effect: Deny, Action: "*", Resource: "*", Condition: {StringNotEquals: {"aws:RequestedRegion": eu-west-1}}}
tests:
"""
APP, GRANTED, POOR = (f"arn:aws:iam::444455556666:role/{name}" for name in ("app", "granted", "poor"))


def read(text: str, **case: object) -> ScenarioFile:
    """Replace the fields of the scenario's case."""
    head, _, _ = text.partition("tests:\n")
    fields = {"name": "n", "principal": APP, "action": "kms:Decrypt", "resource": KEY, "expect": "allow", **case}
    return scenarios_from_text(f"{head}tests: [{json.dumps(fields)}]\n", name="share.scenario.yaml")


def result(text: str, **case: object) -> CaseResult:
    (found,) = run(read(text, **case))
    return found


def test_a_case_that_holds(scenario: Path) -> None:
    scenarios = load_scenarios("share.scenario.yaml")
    (found,) = run(scenarios)
    assert scenarios.title == "Account B decrypts with a key that account A shares"
    assert found.passed
    assert found.decision is not None
    assert (found.case.place.file, found.case.place.line) == (scenario.name, 27)


HOLDS: dict[str, dict[str, Any]] = {
    "a determining statement by Sid": {"determined_by": ["B may decrypt"]},
    "a determining statement by index": {"determined_by": [0]},
    "a determining grant by id": {"principal": GRANTED, "action": "kms:Encrypt", "determined_by": ["g-1"]},
    "that no statement decides": {"principal": POOR, "expect": "deny", "determined_by": []},
    "the layer that decides": {"principal": POOR, "expect": "deny", "layer": "identity_policy"},
    "a fact that decides, where no layer does": {
        "action": "kms:ScheduleKeyDeletion",
        "expect": "deny",
        "layer": "none",
        "rule": "K3",
    },
    "a session with its policy": {
        "session": {
            "name": "me",
            "policy": {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]},
        },
        "expect": "deny",
        "reason": "explicit_deny",
        "layer": "session_policy",
    },
    "a session policy by ARN": {
        "session": {"name": "me", "policies": ["arn:aws:iam::aws:policy/AdministratorAccess"]},
    },
}


@pytest.mark.parametrize("case", HOLDS.values(), ids=HOLDS)
def test_an_expectation_that_holds(text: str, case: dict[str, Any]) -> None:
    found = result(text, **case)
    assert found.differences == ()
    assert found.passed


FAILS: dict[str, tuple[dict[str, Any], str]] = {
    "another verdict": ({"principal": POOR}, "expected allow, got deny"),
    "another reason": (
        {"principal": POOR, "expect": "deny", "reason": "explicit_deny"},
        "expected reason explicit_deny, got implicit_deny",
    ),
    "another layer": (
        {"principal": POOR, "expect": "deny", "layer": "resource_policy"},
        "expected layer resource_policy, got identity_policy",
    ),
    "another rule": ({"rule": "K3"}, "expected rule K3, got none"),
    "another statement": (
        {"determined_by": ["C may decrypt"]},
        "`C may decrypt` is not among the determining statements: statement `B may decrypt` of key policy (share.",
    ),
    "a statement where none should decide": (
        {"determined_by": []},
        "expected no determining statements, got statement `B may decrypt` of key policy (share.",
    ),
}


@pytest.mark.parametrize(("case", "difference"), FAILS.values(), ids=FAILS)
def test_an_expectation_that_fails(text: str, case: dict[str, Any], difference: str) -> None:
    found = result(text, **case)
    assert not found.passed
    assert found.differences[0].startswith(difference)
    assert found.decision is not None
    assert found.report().endswith(found.decision.explain())


READS: dict[str, Any] = {"action": "s3:GetObject", "resource": "arn:aws:s3:::bucket/x", "expect": "deny"}
# What is asked where, how the warning begins, the statement that it names, and requests that tell more.
DOUBTFUL: dict[str, tuple[str, dict[str, Any], str, str, list[dict[str, Any]]]] = {
    "an allow that a real request may not get": (
        GRANTS,
        CREATES,
        "`kms:GrantOperations` is not told, which every request has: otherwise the Allow may not match",
        "statement `DecryptOnly` of Grants (share.scenario.yaml:11:19)",
        [
            {"context": {"kms:GrantOperations": ["Decrypt"]}},
            {"context": {"kms:GrantOperations": ["Encrypt"]}, "expect": "deny"},
        ],
    ),
    "a deny that a real request may escape": (
        FENCED,
        READS,
        "`aws:RequestedRegion` is not told, which every request has: otherwise the Deny may not match",
        "statement #1 of inline policy 1 of role app (share.scenario.yaml:11:17)",
        [{"context": {"aws:RequestedRegion": "us-east-1"}}],
    ),
}


@pytest.mark.parametrize(("text", "asked", "said", "statement", "told"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_what_a_real_request_may_turn_holds_with_a_warning_at_the_case(
    text: str, asked: dict[str, Any], said: str, statement: str, told: list[dict[str, Any]]
) -> None:
    found = result(text, **asked)
    (warning,) = found.warnings
    assert found.passed
    assert warning.place == found.case.place
    assert warning.message.startswith(said)
    assert statement in warning.message
    assert found.to_json()["diagnostics"] == [warning.to_json()]
    for more in told:
        assert result(text, **{**asked, **more}).warnings == ()


@pytest.mark.parametrize("action", ["kms:Decrpyt", "nosuch:Foo"])
def test_a_deny_of_what_no_service_has_holds_with_a_warning_at_the_action(text: str, action: str) -> None:
    found = result(text, action=action, expect="deny")
    assert found.passed
    (warning,) = found.case.warnings
    assert warning.place is not None
    assert warning.place.source is not None
    assert warning.place.source.text[warning.place.start : warning.place.end] == f'"{action}"'
    assert found.to_json()["diagnostics"] == [warning.to_json()]
    assert result(text, action="kms:decrypt").case.warnings == ()


def test_a_case_about_a_resource_that_the_action_is_not_asked_on_is_warned_of_with_its_place(text: str) -> None:
    found = result(text, action="sqs:SendMessage")
    (warning,) = found.case.warnings
    assert warning.message.startswith("`sqs:SendMessage` is not asked on `arn:aws:kms:")
    assert warning.place is not None
    assert warning.place.source is not None
    assert "key/1234abcd" in warning.place.source.text[warning.place.start : warning.place.end]


def test_what_no_request_has_is_told_with_a_warning_at_the_key(text: str) -> None:
    found = result(text, context={"aws:SecureTransport": "true", "aws:SourcIp": "10.0.0.1"}, via_service="s3")
    assert found.passed
    assert [warning.hint for warning in found.warnings] == [
        "such as `s3.us-east-1.amazonaws.com`",
        "did you mean `aws:SourceIp`?",
    ]
    for warning, value in zip(found.warnings, ("s3", "10.0.0.1"), strict=True):
        assert warning.place is not None
        assert warning.place.source is not None
        assert warning.place.source.text[warning.place.start : warning.place.end] == f'"{value}"'


def test_no_text_of_a_case_begins_a_line_of_the_report(text: str) -> None:
    found = result(text, name="n\n::warning ::x", determined_by=["s\n::warning ::y"])
    assert not any(line.lstrip().startswith("::") for line in found.report().splitlines())
    assert "n\\u000a::warning ::x" in found.report()


# who is asked, for what, the door, and what a report says of it
DOORS: dict[str, tuple[str, str, str, str]] = {
    "an account that the key policy lets in": ("444455556666", "kms:Decrypt", "open", "OPEN  to account 444455556666"),
    "one that a grant lets in": (
        "444455556666",
        "kms:Encrypt",
        "conditional",
        f"CONDITIONAL  to account 444455556666\n  if Principal = {GRANTED}",
    ),
    "one that nobody describes": ("777788889999", "kms:Decrypt", "closed", "CLOSED  to account 777788889999"),
}


@pytest.mark.parametrize(("account", "action", "door", "report"), DOORS.values(), ids=DOORS)
def test_a_case_asks_whether_an_account_gets_in(text: str, account: str, action: str, door: str, report: str) -> None:
    head, _, _ = text.partition("tests:\n")
    for expected in ("open", "conditional", "closed"):
        case = {"name": "n", "account": account, "action": action, "resource": KEY, "expect": expected}
        scenarios = scenarios_from_text(f"{head}tests: [{json.dumps(case)}]\n")
        (found,) = run(scenarios)
        assert found.passed is (expected == door)
        assert found.differences == (() if found.passed else (f"expected {expected}, got {door}",))
        assert found.explanation == report
        access = found.to_json()["access"]
        assert isinstance(access, dict)
        assert access["door"] == door


def test_an_account_that_is_asked_about_a_key_that_is_none_is_a_failed_case(text: str) -> None:
    head, _, _ = text.partition("tests:\n")
    case = {"name": "n", "account": "777788889999", "action": "kms:Decrypt", "resource": f"{KEY}9", "expect": "closed"}
    (found,) = run(scenarios_from_text(f"{head}tests: [{json.dumps(case)}]\n"))
    assert found.differences == ("expected closed, but the request is bad input",)


def test_a_request_that_is_bad_input_is_a_failed_case(text: str) -> None:
    found = result(text, principal=f"{APP}s", expect="deny")
    assert not found.passed
    assert found.decision is None
    assert found.differences == ("expected deny, but the request is bad input",)
    assert f"did you mean `{APP}`?" in found.explanation
    assert found.to_json()["diagnostics"]


def test_every_field_of_a_case_reaches_the_request(text: str) -> None:
    fields: dict[str, Any] = {
        "encryption_context": {"tenant": "blue"},
        "context": {"aws:SourceIp": "10.0.0.1", "aws:TagKeys": ["a"], "aws:MultiFactorAuthAge": "5"},
        "via_service": "s3.us-east-1.amazonaws.com",
        "vpc_endpoint": "vpce-1",
        "grant_tokens": ["t"],
        "resource_account": "111122223333",
        "at": "2026-01-31T12:00:00",
        "session": {"name": "me", "tags": {"a": "b"}, "source_identity": "me"},
    }
    request = read(text, **fields).cases[0].request
    assert request.encryption_context == {"tenant": "blue"}
    assert request.context == fields["context"]
    assert request.via_service == "s3.us-east-1.amazonaws.com"
    assert (request.vpc_endpoint, list(request.grant_tokens), request.resource_account) == (
        "vpce-1",
        ["t"],
        "111122223333",
    )
    assert request.at == datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert request.session is not None
    assert (request.session.name, request.session.tags, request.session.source_identity) == ("me", {"a": "b"}, "me")


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a session's name with a space": (
        {"session": {"name": "a b"}},
        "`a b` is not a session name",
    ),
    "a session's name of one letter": (
        {"session": {"name": "a"}},
        "`a` is not a session name",
    ),
    "an expectation that contradicts itself": (
        {"expect": "deny", "reason": "allowed"},
        "reason `allowed` does not go with `expect: deny`",
    ),
    "nobody who asks": ({"principal": None}, "`principal` is missing from this test"),
    "a door that is expected of a request": ({"expect": "closed"}, "`closed` is not what can be expected of a request"),
    "an account and a principal": ({"account": "444455556666"}, "a test of an account has no `principal`"),
    "an account that is none": ({"account": "4444"}, "`4444` is not an account id: 12 digits"),
    "an unknown layer suggests a known one": ({"layer": "resource_policies"}, "`resource_policies` is not a layer"),
    "a session policy given in two ways": (
        {"session": {"policy": {}, "policies": ["arn:aws:iam::aws:policy/AdministratorAccess"]}},
        "a session has either a `policy` or `policies`",
    ),
    "a fault inside a session policy": (
        {"session": {"policy": {"Statement": {"Effect": "Alow", "Action": "*", "Resource": "*"}}}},
        "the effect `Alow` is neither `Allow` nor `Deny`",
    ),
}


@pytest.mark.parametrize(("case", "message"), REFUSED.values(), ids=REFUSED)
def test_a_case_that_cannot_be_run_is_refused_at_its_place(text: str, case: dict[str, Any], message: str) -> None:
    with pytest.raises(EntitiesError) as caught:
        read(text, **case)
    fault = caught.value.diagnostics[0]
    assert fault.message == message
    assert fault.place is not None
    assert fault.place.line == 26


@pytest.mark.parametrize(
    ("case", "message", "hint"),
    [
        ({}, "`principal` is missing from this test", "or `account`, to ask whether a resource lets that in"),
        (
            {"account": "444455556666", "expect": "allow"},
            "`allow` is not what can be expected of an account",
            "one of open, conditional, closed",
        ),
        (
            {"account": "444455556666", "context": {}},
            "a test of an account has no `context`",
            "it asks of all its principals, over every context",
        ),
    ],
    ids=["of nobody", "of an account as of a request", "of an account in one context"],
)
def test_a_case_without_a_principal(text: str, case: dict[str, Any], message: str, hint: str) -> None:
    head, _, _ = text.partition("tests:\n")
    fields = {"name": "n", "action": "kms:Decrypt", "resource": KEY, "expect": "closed", **case}
    with pytest.raises(EntitiesError) as caught:
        scenarios_from_text(f"{head}tests: [{json.dumps(fields)}]\n", name="share.scenario.yaml")
    (fault,) = caught.value.diagnostics
    assert (fault.message, fault.hint) == (message, hint)
    assert fault.place is not None
    assert fault.place.line == 26


@pytest.mark.parametrize(
    ("called", "layer"),
    [("key_policy", "resource_policy"), ("SCP", "service_control_policy"), ("grants", "grant")],
)
def test_a_layer_by_another_name_suggests_its_own(text: str, called: str, layer: str) -> None:
    with pytest.raises(EntitiesError) as caught:
        read(text, layer=called)
    assert caught.value.diagnostics[0].hint == f"did you mean `{layer}`?"


def test_two_cases_of_one_name_are_refused(text: str) -> None:
    case = text.partition("tests:\n")[2]
    with pytest.raises(EntitiesError, match="test `the application role in B decrypts` is described twice"):
        scenarios_from_text(text + case)


def test_a_scenario_starts_from_an_estate(scenario: Path) -> None:
    head, _, tests = scenario.read_text(encoding="utf-8").partition("tests:\n")
    (scenario.parent / "estate.yaml").write_text(head, encoding="utf-8")
    (scenario.parent / "cases").mkdir()
    path = scenario.parent / "cases" / "c.scenario.yaml"
    path.write_text(f"policyeval: 1\nentities: ../estate.yaml\ntests:\n{tests}", encoding="utf-8")
    (found,) = run(load_scenarios("cases/c.scenario.yaml"))
    assert found.passed
    assert found.decision is not None
    assert found.decision.determining_statements[0].file == "estate.yaml"


def test_junit_tells_what_failed_and_why(text: str) -> None:
    passed, failed, broken = read(text), read(text, principal=POOR, name="\x00<bad>"), read(text, principal=f"{APP}s")
    root = ET.fromstring(junit_xml([(file, run(file)) for file in (passed, failed, broken)]))  # noqa: S314 - our own
    assert root.attrib == {"tests": "3", "failures": "1", "errors": "1"}
    assert [suite.get("name") for suite in root] == [passed.title] * 3
    one, other, third = root.iter("testcase")
    assert (one.get("name"), one.get("file"), one.get("line"), list(one)) == ("n", "share.scenario.yaml", "26", [])
    failure = other.find("failure")
    assert other.get("name") == "\N{REPLACEMENT CHARACTER}<bad>"
    assert failure is not None
    assert failure.get("message") == "expected allow, got deny"
    assert "no identity-based policy allows the kms:Decrypt action" in (failure.text or "")
    assert third.find("error") is not None
