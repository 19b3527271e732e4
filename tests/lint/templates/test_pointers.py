"""Pointers: what a finding names stands in the document under that name, also where a policy is made of parts."""

from __future__ import annotations

import json
from functools import reduce
from typing import Any

import pytest

from policyeval.lint.linter import Linter
from policyeval.lint.rules.table import load_all
from policyeval.lint.run import FileReport, lint_bytes

WRONG = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:Decrpyt"], "Resource": "*"}
LIST = [{**WRONG, "Action": "s3:GetObject"}, WRONG]
NOTHING = {"Ref": "AWS::NoValue"}


def _sam(statements: object) -> dict[str, object]:
    properties = {"Auth": {"ResourcePolicy": {"CustomStatements": statements}}}
    return {"Resources": {"Api": {"Type": "AWS::Serverless::Api", "Properties": properties}}}


def _document(data: object) -> dict[str, object]:
    return {"data": {"aws_iam_policy_document": {"it": data}}}


BLOCK = {"actions": ["kms:Decrpyt"], "resources": ["*"]}
TESTED = {
    **BLOCK,
    "actions": ["s3:GetObject"],
    "condition": [
        {"test": "Bool", "variable": "aws:SecureTransport", "values": ["true"]},
        {"test": "StringEqals", "variable": "aws:PrincipalOrgId", "values": ["o-a1b2c3d4e5"]},
    ],
}
TRUSTING = {
    "actions": ["sts:AssumeRole"],
    "principals": [
        {"type": "AWS", "identifiers": ["arn:aws:iam::111122223333:root"]},
        {"type": "AWS", "identifiers": ["arn:aws:iam::444455556666:root", "arn:aws:iam::12:root"]},
    ],
}
GRANT = {"key_id": "${var.key}", "grantee_principal": "${var.it}", "operations": ["Decrypt", "Decrpyt"]}


@pytest.mark.parametrize(
    ("name", "document", "code", "pointer"),
    [
        pytest.param(
            "serverless.json",
            {"service": "shop", "provider": {"name": "aws", "iamRoleStatements": LIST}},
            "A102",
            "/provider/iamRoleStatements/1/Action/1",
            id="a list of statements",
        ),
        pytest.param(
            "serverless.json",
            {"service": "shop", "provider": "aws", "functions": [{"a/b": {"iamRoleStatements": LIST}}]},
            "A102",
            "/functions/0/a~1b/iamRoleStatements/1/Action/1",
            id="a list below a name with a slash",
        ),
        pytest.param(
            "api.json",
            _sam(LIST),
            "A102",
            "/Resources/Api/Properties/Auth/ResourcePolicy/CustomStatements/1/Action/1",
            id="an API's list of statements",
        ),
        pytest.param(
            "api.json",
            _sam([NOTHING, {"Fn::If": ["Prod", WRONG, NOTHING]}]),
            "A102",
            "/Resources/Api/Properties/Auth/ResourcePolicy/CustomStatements/1/Fn::If/1/Action/1",
            id="a statement that a condition brings",
        ),
        pytest.param(
            "a.tf.json",
            _document({"statement": [{**BLOCK, "actions": ["s3:GetObject"]}, BLOCK]}),
            "A102",
            "/data/aws_iam_policy_document/it/statement/1/actions/0",
            id="a block of several",
        ),
        pytest.param(
            "a.tf.json",
            _document({"statement": BLOCK}),
            "A102",
            "/data/aws_iam_policy_document/it/statement/actions/0",
            id="a block by itself",
        ),
        pytest.param(
            "a.tf.json",
            {"data": [{"aws_iam_policy_document": [{"it": [{"statement": [BLOCK]}]}]}]},
            "A102",
            "/data/0/aws_iam_policy_document/0/it/0/statement/0/actions/0",
            id="blocks in arrays all the way",
        ),
        pytest.param(
            "a.tf.json",
            _document({"statement": TESTED}),
            "C101",
            "/data/aws_iam_policy_document/it/statement/condition/1/test",
            id="an operator",
        ),
        pytest.param(
            "a.tf.json",
            _document({"statement": TRUSTING}),
            "P113",
            "/data/aws_iam_policy_document/it/statement/principals/1/identifiers/1",
            id="a principal",
        ),
        pytest.param(
            "a.tf.json",
            _document({"statement": BLOCK, "version": "2008-10-17"}),
            "S302",
            "/data/aws_iam_policy_document/it/version",
            id="a version",
        ),
        pytest.param(
            "a.tf.json",
            {"resource": {"aws_kms_grant": {"it": GRANT}}},
            "G101",
            "/resource/aws_kms_grant/it/operations/1",
            id="an operation of a grant",
        ),
        pytest.param(
            "a.tf.json",
            {"resource": [{"aws_s3_bucket_policy": [{"it": {"policy": {"Statement": []}}}]}]},
            "S301",
            "/resource/0/aws_s3_bucket_policy/0/it/policy",
            id="a policy below blocks in arrays",
        ),
    ],
)
def test_a_pointer_leads_to_what_is_written(name: str, document: object, code: str, pointer: str) -> None:
    report = lint_bytes(Linter(load_all()), json.dumps(document).encode(), name)
    assert [finding.place.pointer for finding in report.findings if finding.code == code] == [pointer]
    for finding in report.findings:
        for place in (finding.place, *finding.also):
            assert _at(document, place.pointer) is not None


def test_a_pointer_into_a_yaml_alias_leads_to_its_anchor() -> None:
    text = """
service: shop
custom:
  shared: &shared
    - Effect: Allow
      Action: kms:Decrpyt
      Resource: "*"
provider: {name: aws, iamRoleStatements: *shared}
"""
    report: FileReport = lint_bytes(Linter(load_all()), text.encode(), "serverless.yml")
    assert [finding.place.pointer for finding in report.findings] == ["/custom/shared/0/Action"]


def _at(document: Any, pointer: str) -> Any:
    names = [name.replace("~1", "/").replace("~0", "~") for name in pointer.split("/")[1:]]
    return reduce(lambda value, name: value[int(name) if isinstance(value, list) else name], names, document)
