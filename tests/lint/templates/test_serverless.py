"""Policies in services of the Serverless Framework: which there are, of which type, and what is known of them."""

from __future__ import annotations

import json

import pytest

from policyeval.lint.documents import find
from policyeval.lint.linter import Linter
from policyeval.lint.reading import read
from policyeval.lint.rules.table import load_all
from policyeval.lint.run import FileReport, lint_bytes
from policyeval.model.policy import PolicyType

ALLOW = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
KEY_POLICY = {"Version": "2012-10-17", "Statement": [ALLOW]}
KEY = {"Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": KEY_POLICY}}}


def _lint(service: object) -> FileReport:
    return lint_bytes(Linter(load_all()), json.dumps(service).encode(), "serverless.json")


@pytest.mark.parametrize(
    ("more", "policies"),
    [
        pytest.param(
            {"provider": {"name": "aws", "iamRoleStatements": [ALLOW]}},
            [("/provider/iamRoleStatements", PolicyType.IDENTITY)],
            id="the role of all functions, as it was written first",
        ),
        pytest.param(
            {"provider": {"name": "aws", "iam": {"role": {"statements": [ALLOW]}}}},
            [("/provider/iam/role/statements", PolicyType.IDENTITY)],
            id="the role of all functions",
        ),
        pytest.param(
            {"functions": {"a": {"iamRoleStatements": [ALLOW]}, "b": {"iam": {"role": {"statements": [ALLOW]}}}}},
            [
                ("/functions/a/iamRoleStatements", PolicyType.IDENTITY),
                ("/functions/b/iam/role/statements", PolicyType.IDENTITY),
            ],
            id="the roles of functions of their own",
        ),
        pytest.param(
            {"provider": {"name": "aws", "apiGateway": {"resourcePolicy": [ALLOW]}}},
            [("/provider/apiGateway/resourcePolicy", PolicyType.RESOURCE)],
            id="the policy of the API",
        ),
        pytest.param(
            {"resources": {"Resources": KEY}},
            [("/resources/Resources/Key/Properties/KeyPolicy", PolicyType.KEY)],
            id="a template",
        ),
        pytest.param(
            {"resources": ["${file(other.yml)}", {"Resources": KEY}]},
            [("/resources/1/Resources/Key/Properties/KeyPolicy", PolicyType.KEY)],
            id="templates in a list",
        ),
        pytest.param(
            {"custom": {"policy": KEY_POLICY}}, [("/custom/policy", None)], id="what looks like a policy elsewhere"
        ),
        pytest.param({"provider": {"name": "aws", "iam": {"role": "arn:aws:iam::1:role/r"}}}, [], id="a role by name"),
    ],
)
def test_policies_are_where_the_framework_has_them(
    more: dict[str, object], policies: list[tuple[str, PolicyType | None]]
) -> None:
    reading = read(json.dumps({"service": "shop", "provider": "aws", **more}).encode(), "serverless.json")
    assert reading.node is not None
    found = find(reading.node)
    assert [(policy.pointer, policy.type) for policy in found.policies] == policies


def test_the_same_members_elsewhere_are_no_policies() -> None:
    for other in ({"service": "shop", "provider": {"name": "azure"}}, {"provider": {"name": "aws"}}):
        reading = read(json.dumps({**other, "functions": {"a": {"iamRoleStatements": [ALLOW]}}}).encode(), "a.json")
        assert reading.node is not None
        assert find(reading.node).policies == []


def test_what_is_written_is_linted_and_what_a_variable_fills_in_is_counted() -> None:
    statements = [
        {"Effect": "Allow", "Action": ["kms:Decrpyt", "${self:custom.action}"], "Resource": "*"},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:#{AWS::Region}:x:key/y"},
        "${file(more.yml):statements}",
    ]
    report = _lint({"service": "shop", "provider": {"name": "aws", "iam": {"role": {"statements": statements}}}})
    assert [(finding.code, finding.place.pointer) for finding in report.findings] == [
        ("A102", "/provider/iam/role/statements/Statement/0/Action/0")
    ]
    assert report.unknown == 3


def test_a_place_is_where_it_is_written() -> None:
    statement = {"Effect": "Allow", "Action": "kms:Decrpyt", "Resource": "*"}
    report = _lint({"service": "shop", "provider": {"name": "aws", "iamRoleStatements": [statement]}})
    (finding,) = report.findings
    assert report.source.text[finding.place.start : finding.place.end] == '"kms:Decrpyt"'
