"""Permissions of functions, layers and event buses are linted as the policies that they make."""

from __future__ import annotations

import json
from textwrap import dedent, indent

import pytest

from policyeval.lint.linter import Linter
from policyeval.lint.rules.table import load_all
from policyeval.lint.run import FileReport, lint_bytes

LINTER = Linter(load_all())
FUNCTION = "AWS::Lambda::Permission"
BUS = "AWS::Events::EventBusPolicy"


def _found(report: FileReport) -> list[tuple[str, str]]:
    text = report.source.text
    return [(finding.code, text[finding.place.start : finding.place.end]) for finding in report.findings]


def _in_template(kind: str, properties: str) -> FileReport:
    text = f"Resources:\n  It:\n    Type: {kind}\n    Properties:\n" + indent(dedent(properties), " " * 6)
    return lint_bytes(LINTER, text.encode(), "template.yaml")


def _in_terraform(kind: str, arguments: str) -> FileReport:
    return lint_bytes(LINTER, f'resource "{kind}" "it" {{\n{arguments}\n}}\n'.encode(), "main.tf")


CALLED = "Action: lambda:InvokeFunction\nFunctionName: !Ref Function\n"


@pytest.mark.parametrize(
    ("kind", "properties", "found"),
    [
        pytest.param(FUNCTION, CALLED + "Principal: s3.amazonaws.com", ["P204"], id="a service for anybody"),
        pytest.param(FUNCTION, CALLED + "Principal: '*'", ["W213"], id="everybody"),
        pytest.param(FUNCTION, "Action: lambda:Invok\nFunctionName: f\nPrincipal: s3.amazonaws.com\nSourceArn: x", ["A102"], id="an action"),
        pytest.param(FUNCTION, "Action: lambda:*\nFunctionName: arn:aws:lambda\nPrincipal: '*'", ["R102", "W213"], id="an ARN"),
        pytest.param(FUNCTION, CALLED + "Principal: s3.amazonaws.com\nSourceArn: !GetAtt B.Arn", [], id="a resource"),
        pytest.param(FUNCTION, CALLED + "Principal: s3.amazonaws.com\nSourceAccount: !Ref A", [], id="an account"),
        pytest.param(
            FUNCTION,
            CALLED + "Principal: s3.amazonaws.com\nSourceAccount: !Ref AWS::NoValue",
            ["P204"],
            id="no account",
        ),
        pytest.param(
            FUNCTION,
            CALLED + "Principal: s3.amazonaws.com\nSourceAccount: !If [C, !Ref A, !Ref AWS::NoValue]",
            [],
            id="perhaps an account",
        ),
        pytest.param(
            FUNCTION,
            CALLED + "Principal: s3.amazonaws.com\nFn::Transform: {Name: More}",
            [],
            id="what comes from elsewhere",
        ),
        pytest.param(FUNCTION, CALLED + "Principal: '*'\nPrincipalOrgID: o-a1b2c3d4e5", [], id="an organization"),
        pytest.param(FUNCTION, CALLED + "Principal: '111122223333'", [], id="the number of an account"),
        pytest.param(FUNCTION, CALLED + "Principal: arn:aws:iam::111122223333:role/r", [], id="a role"),
        pytest.param(FUNCTION, CALLED + "Principal: !If [C, '*', s3.amazonaws.com]", [], id="nobody knows who"),
        pytest.param(FUNCTION, CALLED + "Principal: alexa-appkit.amazon.com\nEventSourceToken: t", [], id="a skill"),
        pytest.param("AWS::Lambda::LayerVersionPermission", "Action: lambda:GetLayerVersion\nPrincipal: '*'", ["W213"]),
        pytest.param(BUS, "StatementId: it\nPrincipal: '*'", ["W213"], id="the bus of events"),
        pytest.param(
            BUS,
            "Principal: '*'\nCondition: {Type: StringEquals, Key: aws:PrincipalOrgID, Value: o-a1b2c3d4e5}",
            [],
            id="the bus of an organization",
        ),
        pytest.param(BUS, "Principal: '*'\nCondition: !If [C, !Ref A, !Ref B]", [], id="a bus with unknown condition"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_policy_of_a_permission_is_found(kind: str, properties: str, found: list[str]) -> None:
    report = _in_template(kind, properties)
    assert [code for code, _ in _found(report)] == found
    assert report.policies == 1


@pytest.mark.parametrize("properties", [{}, {"Action": "lambda:InvokeFunction"}, {"Statement": "?", "Principal": "*"}])
def test_without_a_principal_there_is_no_permission(properties: dict[str, str]) -> None:
    resources = {"It": {"Type": BUS, "Properties": properties}}
    assert lint_bytes(LINTER, json.dumps({"Resources": resources}).encode(), "a.json").policies == 0


S3 = 'action = "lambda:InvokeFunction"\nfunction_name = "f"\nprincipal = "s3.amazonaws.com"\n'
BUS_OF_ALL = 'principal = "*"\nstatement_id = "all"\n'


@pytest.mark.parametrize(
    ("kind", "arguments", "found"),
    [
        pytest.param("aws_lambda_permission", S3, [("P204", '"s3.amazonaws.com"')], id="a service for anybody"),
        pytest.param("aws_lambda_permission", S3 + "source_arn = null", [("P204", '"s3.amazonaws.com"')], id="null"),
        pytest.param("aws_lambda_permission", S3 + "source_account = var.account", [], id="for an account"),
        pytest.param("aws_lambda_permission", S3 + 'source_arn = var.a ? "arn:…" : null', [], id="or for anybody"),
        pytest.param("aws_cloudwatch_event_permission", BUS_OF_ALL, [("W213", '"*"')], id="a bus of everybody's"),
        pytest.param(
            "aws_cloudwatch_event_permission",
            BUS_OF_ALL + 'condition {\ntype = "StringEquals"\nkey = "aws:PrincipalOrgID"\nvalue = var.org\n}',
            [],
            id="a bus of an organization's",
        ),
        pytest.param(
            "aws_cloudwatch_event_permission",
            BUS_OF_ALL + 'dynamic "condition" {\nfor_each = var.org\ncontent {}\n}',
            [],
            id="a bus of perhaps an organization's",
        ),
    ],
)
def test_terraform_has_them_too(kind: str, arguments: str, found: list[tuple[str, str]]) -> None:
    assert _found(_in_terraform(kind, arguments)) == found


@pytest.mark.parametrize(("kind", "said"), [("NONE", True), ("AWS_IAM", False)])
def test_who_has_no_account_calls_no_url_that_asks_for_signatures(kind: str, said: bool) -> None:  # noqa: FBT001 - a column
    call = "Action: lambda:InvokeFunctionUrl\nFunctionName: f\nPrincipal: '*'\nFunctionUrlAuthType: " + kind
    (finding,) = _in_template(FUNCTION, call).findings
    assert finding.code == "W213"
    assert ("without an AWS account" in finding.message) is said


def test_a_finding_has_the_pointer_of_the_property() -> None:
    (finding,) = _in_template(FUNCTION, CALLED + "Principal: s3.amazonaws.com").findings
    assert finding.place.pointer == "/Resources/It/Properties/Principal"
