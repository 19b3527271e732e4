"""`Fn::If` within a policy: each branch is linted where it stands, and none together with one that excludes it."""

from __future__ import annotations

import json
from textwrap import indent
from typing import Any

import pytest

from policyeval.lint.linter import Linter
from policyeval.lint.mending import mend
from policyeval.lint.rules.table import load_all
from policyeval.lint.run import FileReport, lint_bytes
from policyeval.syntax.tree import pointer_part

HEAD = """\
Resources:
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
"""
HOME = "/Resources/P/Properties/PolicyDocument"
LINTER = Linter(load_all())


def _lint(text: str, name: str = "template.yaml") -> FileReport:
    return lint_bytes(LINTER, text.encode(), name)


def _policy(rest: str, head: str = HEAD) -> FileReport:
    """Lint a policy of which the text of all but its version is given."""
    return _lint(head + indent(rest, " " * 8))


def _found(report: FileReport, *codes: str) -> list[tuple[str, str]]:
    """Give what findings of these rules are about, and their pointers within the policy."""
    return [
        (report.source.text[finding.place.start : finding.place.end], finding.place.pointer.removeprefix(HOME))
        for finding in report.findings
        if finding.code in codes
    ]


STATEMENT = """\
Statement:
  - !If [C, {Effect: Allow, Action: s3:Wrong, Resource: "*"}, !Ref AWS::NoValue]
"""
BOTH = """\
Statement:
  - Fn::If:
      - C
      - {Effect: Allow, Action: s3:Wrong, Resource: "*"}
      - {Effect: Allow, Action: s3:Worse, Resource: "*"}
"""
LIST = """\
Statement: !If
  - C
  - [{Effect: Allow, Action: s3:Wrong, Resource: "*"}]
  - !Ref AWS::NoValue
"""
ONLY = 'Statement: !If [C, !Ref AWS::NoValue, {Effect: Allow, Action: s3:Wrong, Resource: "*"}]\n'
ACTION = """\
Statement:
  Effect: Allow
  Action: !If [C, s3:GetObject, s3:Wrong]
  Resource: "*"
"""
ACTIONS = """\
Statement:
  Effect: Allow
  Action: [!If [C, s3:Wrong, !Ref AWS::NoValue], s3:GetObject, !If [D, [s3:GetObject], s3:Worse]]
  Resource: "*"
"""
AFTER = """\
Statement:
  - !If [C, !Ref AWS::NoValue, {Effect: Allow, Action: s3:Wrong, Resource: "*"}]
  - {Effect: Allow, Action: s3:GetObject, Resource: !If [C, buckets, "*"]}
"""
NESTED = """\
Statement:
  - !If
    - C
    - {Effect: Allow, Action: !If [D, s3:Wrong, s3:Worse], Resource: "*"}
    - {Effect: Allow, Action: !If [C, s3:Never, s3:Worst], Resource: "*"}
"""
KEYS = """\
Statement:
  Effect: Allow
  Action: s3:GetObject
  Resource: "*"
  Condition:
    Bool: !If [C, {aws:SecureTransport: "yes"}, !Ref AWS::NoValue]
    StringEquals: {aws:RequestedRegion: !If [C, us-east-1, [us-east-1, us-nowhere-1]]}
"""


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        pytest.param(STATEMENT, [("s3:Wrong", "/Statement/0/Fn::If/1/Action")], id="a statement or nothing"),
        pytest.param(
            BOTH,
            [("s3:Wrong", "/Statement/0/Fn::If/1/Action"), ("s3:Worse", "/Statement/0/Fn::If/2/Action")],
            id="one statement or another",
        ),
        pytest.param(LIST, [("s3:Wrong", "/Statement/Fn::If/1/0/Action")], id="all statements or nothing"),
        pytest.param(ONLY, [("s3:Wrong", "/Statement/Fn::If/2/Action")], id="nothing or the only statement"),
        pytest.param(ACTION, [("s3:Wrong", "/Statement/Action/Fn::If/2")], id="one action or another"),
        pytest.param(
            ACTIONS,
            [("s3:Wrong", "/Statement/Action/0/Fn::If/1"), ("s3:Worse", "/Statement/Action/2/Fn::If/2")],
            id="actions of a list",
        ),
        pytest.param(
            AFTER,
            [("s3:Wrong", "/Statement/0/Fn::If/2/Action"), ("buckets", "/Statement/1/Resource/Fn::If/1")],
            id="what comes after one that is gone keeps its number",
        ),
        pytest.param(
            NESTED,
            [
                ("s3:Wrong", "/Statement/0/Fn::If/1/Action/Fn::If/1"),
                ("s3:Worse", "/Statement/0/Fn::If/1/Action/Fn::If/2"),
                ("s3:Worst", "/Statement/0/Fn::If/2/Action/Fn::If/2"),
            ],
            id="a choice in a branch, without what never is",
        ),
        pytest.param(
            KEYS,
            [
                ('"yes"', "/Statement/Condition/Bool/Fn::If/1/aws:SecureTransport"),
                ("us-nowhere-1", "/Statement/Condition/StringEquals/aws:RequestedRegion/Fn::If/2/1"),
            ],
            id="conditions and their values",
        ),
    ],
)
def test_every_branch_is_linted_where_it_stands(rest: str, found: list[tuple[str, str]]) -> None:
    report = _policy(rest)
    assert _found(report, "A102", "R101", "C302", "C121") == found
    assert (report.policies, report.unknown) == (1, 0)


CONDITIONED = """\
Statement:
  Effect: Allow
  Action: iam:PassRole
  Resource: "*"
  Condition: %s
"""


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        pytest.param(
            "!If [C, {StringEquals: {iam:PassedToService: ecs-tasks.amazonaws.com}}, !Ref AWS::NoValue]",
            1,
            id="nothing or a condition",
        ),
        pytest.param(
            "{StringEquals: !If [C, {iam:PassedToService: ecs-tasks.amazonaws.com}, !Ref AWS::NoValue]}",
            1,
            id="nothing or an operator",
        ),
        pytest.param(
            "!If [C, {StringEquals: {iam:PassedToService: !Ref Service}}, {StringEquals: {iam:PassedToService: ec2.amazonaws.com}}]",
            0,
            id="one condition or another",
        ),
    ],
)
def test_a_statement_is_linted_without_the_conditions_that_may_not_be_there(condition: str, found: int) -> None:
    assert len(_found(_policy(CONDITIONED % condition), "W201")) == found


def test_what_is_left_of_conditions_that_are_not_there_is_no_empty_object() -> None:
    condition = "{StringEquals: {iam:PassedToService: !If [C, ecs-tasks.amazonaws.com, !Ref AWS::NoValue]}}"
    assert not _found(_policy(CONDITIONED % condition), "S406")
    assert len(_found(_policy(CONDITIONED % condition), "W201")) == 1


def test_json_has_them_too() -> None:
    call = {"Fn::If": ["C", {"Effect": "Allow", "Action": "s3:Wrong", "Resource": "*"}, {"Ref": "AWS::NoValue"}]}
    policy = {"Version": "2012-10-17", "Statement": [call]}
    resource = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy}}
    report = _lint(json.dumps({"Resources": {"P": resource}}), "stack.template.json")
    assert _found(report, "A102") == [('"s3:Wrong"', "/Statement/0/Fn::If/1/Action")]


SIDS = """\
Statement:
  - !If [C, {Sid: S, Effect: Allow, Action: s3:GetObject, Resource: "*"}, !Ref AWS::NoValue]
  - !If [C, !Ref AWS::NoValue, {Sid: S, Effect: Allow, Action: s3:GetObject, Resource: "*"}]
"""


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param(SIDS, id="both branches of one condition"),
        pytest.param(SIDS.replace("- !If [C, !Ref AWS::NoValue, {", "- !If [D, !Ref AWS::NoValue, {"), id="of two"),
        pytest.param(
            "Statement: {Effect: Allow, Action: [!If [C, s3:Get*, s3:GetObject], !If [D, s3:GetObject, s3:PutObject]], "
            'Resource: "*"}\n',
            id="actions of which one covers the other",
        ),
        pytest.param(
            'Statement: {Effect: Allow, Action: s3:GetObject, Resource: "*", '
            "Condition: {StringEquals: {aws:RequestedRegion: !If [C, us-east-1, eu-west-1]}, "
            "StringNotEquals: {aws:RequestedRegion: !If [D, us-east-1, eu-west-1]}}}\n",
            id="conditions that contradict each other",
        ),
        pytest.param(
            "Statement: {Effect: Deny, Action: !If [C, s3:GetObject, !Ref AWS::NoValue], "
            'NotAction: !If [C, !Ref AWS::NoValue, s3:GetObject], Resource: "*"}\n',
            id="an element and its Not form",
        ),
    ],
)
def test_branches_that_may_exclude_each_other_are_never_put_together(rest: str) -> None:
    assert _policy(rest).findings == []


def test_branches_of_one_condition_are_put_together() -> None:
    same = SIDS.replace("[C, !Ref AWS::NoValue, {", "[C, {").replace('"*"}]', '"*"}, !Ref AWS::NoValue]')
    assert [finding.code for finding in _policy(same).findings if finding.code.startswith("S1")] == ["S120"]


def test_a_branch_that_the_condition_of_its_resource_rules_out_is_left_alone() -> None:
    guarded = HEAD.replace("    Properties:", "    Condition: C\n    Properties:")
    assert _found(_policy(ACTION, guarded), "A102") == []
    assert len(_found(_policy(BOTH, guarded), "A102")) == 1
    chosen = "Resources: {P: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: !If [C, {%s}, {%s}]}}}"
    inner = 'Version: "2012-10-17", Statement: {Effect: Allow, Action: !If [C, s3:A, s3:B], Resource: "*"}'
    assert [text for text, _ in _found(_lint(chosen % (inner, inner)), "A102")] == ["s3:A", "s3:B"]


@pytest.mark.parametrize(
    "call",
    ["!If [C, s3:Wrong]", "!If [C, s3:Wrong, s3:Wrong, s3:Wrong]", "!If C", "!If [!Ref C, s3:Wrong, s3:Wrong]"],
)
def test_a_call_that_cloudformation_refuses_stays_unknown(call: str) -> None:
    report = _policy(f'Statement: {{Effect: Allow, Action: {call}, Resource: "*"}}\n')
    assert _found(report, "A102") == []
    assert report.unknown == 1


def test_what_a_branch_leaves_open_is_counted() -> None:
    report = _policy("Statement: {Effect: Allow, Action: !If [C, !Ref A, s3:GetObject], Resource: !Ref R}\n")
    assert report.unknown == 2


OPEN = """\
Statement:
  - {Effect: Allow, Action: [iam:PutUserPolicy, sts:AssumeRole], Resource: "*"}
  - !If [C, %s, !Ref AWS::NoValue]
  - !If [D, {Effect: Allow, Action: s3:GetObject, Resource: "*"}, !Ref AWS::NoValue]
"""


@pytest.mark.parametrize(
    ("other", "found"),
    [
        pytest.param('{Effect: Allow, Action: s3:PutObject, Resource: "*"}', ["W210", "W215"], id="an Allow"),
        pytest.param('[{Effect: Allow, Action: s3:PutObject, Resource: "*"}]', ["W210", "W215"], id="a list of them"),
        pytest.param(
            '!If [E, !Ref AWS::NoValue, {Effect: Allow, Action: "s3:*", Resource: "*"}]', ["W210", "W215"], id="or none"
        ),
        pytest.param('{Effect: Deny, Action: "*", Resource: "*"}', [], id="a Deny"),
        pytest.param('{Effect: !Ref Effect, Action: "*", Resource: "*"}', [], id="nobody knows which"),
        pytest.param("!Ref Statement", [], id="nobody knows what"),
    ],
)
def test_what_is_open_stays_so_beside_choices_that_can_only_add_to_it(other: str, found: list[str]) -> None:
    codes = {finding.code for finding in _policy(OPEN % other).findings}
    assert sorted(codes & {"W210", "W215"}) == found


def test_of_what_is_found_for_a_branch_alone_nothing_is_fixed() -> None:
    rest = """\
Statement:
  Effect: Allow
  Action: [s3:getObject, s3:PutObject, s3:PutObject, !If [C, s3:getobject, s3:Put*]]
  Resource: "*"
"""
    report = _policy(rest)
    fixable = {
        text for finding, (text, _) in zip(report.findings, _found(report, "A403", "A404"), strict=True) if finding.fix
    }
    assert {text for text, _ in _found(report, "A403", "A404")} == {"s3:getObject", "s3:PutObject", "s3:getobject"}
    assert fixable == {"s3:getObject", "s3:PutObject"}
    text = HEAD + indent(rest, " " * 8)
    mended = mend(text, lambda again: _lint(again).findings).text
    assert mended == text.replace("s3:getObject, s3:PutObject, s3:PutObject,", "s3:GetObject, s3:PutObject,")


def test_no_more_branches_are_followed_than_anyone_writes() -> None:
    actions = ", ".join(f"!If [C{n}, s3:Wrong{n}, !Ref AWS::NoValue]" for n in range(70))
    report = _policy(f'Statement: {{Effect: Allow, Action: [{actions}], Resource: "*"}}\n')
    assert len(_found(report, "A102")) == 64
    assert report.unknown == 6


def test_the_branch_that_is_not_there_has_no_size() -> None:
    def statement(letter: str) -> Any:
        return {
            "Effect": "Deny",
            "Action": "s3:GetObject",
            "Resource": [f"arn:aws:s3:::{letter * 60}/{n}" for n in range(100)],
        }

    policy = {"Version": "2012-10-17", "Statement": {"Fn::If": ["C", statement("a"), statement("b")]}}
    resource = {
        "Type": "AWS::Organizations::Policy",
        "Properties": {"Type": "SERVICE_CONTROL_POLICY", "Content": policy},
    }
    report = _lint(json.dumps({"Resources": {"P": resource}}), "stack.template.json")
    assert [finding for finding in report.findings if finding.code == "S131"] == []


@pytest.mark.parametrize("key", ["a/b", "a~b"])
def test_pointers_are_written_as_pointers(key: str) -> None:
    tag = f"aws:PrincipalTag/{key}"
    report = _policy(
        'Statement: {Effect: Allow, Action: s3:GetObject, Resource: "*", '
        f"Condition: {{Bool: {{{tag}: !If [C, maybe, true]}}}}}}\n"
    )
    assert _found(report, "C302") == [("maybe", f"/Statement/Condition/Bool/{pointer_part(tag)}/Fn::If/1")]
