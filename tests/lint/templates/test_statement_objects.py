"""Statements that modules of Terraform and functions of Pulumi take in words of their own."""

from __future__ import annotations

from textwrap import dedent

import pytest

from policyeval.lint.linter import Linter
from policyeval.lint.rules.table import load_all
from policyeval.lint.run import lint_bytes

EVERYBODY = '[{ type = "AWS", identifiers = ["*"] }]'
SOURCE = '{ test = "ArnLike", variable = "aws:SourceArn", values = ["arn:aws:sns:*:111122223333:*"] }'
SNS = '[{ type = "Service", identifiers = ["sns.amazonaws.com"] }]'


def _found(text: str, name: str) -> list[str]:
    """Give the findings as their codes and the text they are about."""
    report = lint_bytes(Linter(load_all()), dedent(text).encode(), name)
    return [
        f"{finding.code} {report.source.text[finding.place.start : finding.place.end]}" for finding in report.findings
    ]


@pytest.mark.parametrize(
    ("argument", "found"),
    [
        pytest.param(
            f'key_statements = [{{ actions = ["kms:*"], resources = ["*"], principals = {EVERYBODY} }}]',
            ['K201 "*"'],
            id="those of a key, in an array",
        ),
        pytest.param(
            'policy_statements = { s3 = { effect = "Allow", actions = ["s3:GetObjekt"], resources = ["*"] } }',
            ['A102 "s3:GetObjekt"'],
            id="those of a role, by their names",
        ),
        pytest.param(
            'policy_statements = [{ not_actions = ["iam:*"], resources = ["*"] }]',
            ["W208 not_actions"],
            id="all actions but some",
        ),
        pytest.param(
            f'trust = {{ all = {{ actions = ["sts:AssumeRole"], principals = {{ all = {EVERYBODY[1:-1]} }} }} }}',
            ['W213 "*"'],
            id="one of a role's trust, with principals by their names and no resource",
        ),
        pytest.param(
            'a = [{ actions = ["kms:*"], resources = ["*"], principals = { AWS = ["*"], Service = var.services } }]',
            ['K201 "*"'],
            id="principals by their kinds",
        ),
        pytest.param(
            f'queue_policy_statements = {{ sns = {{ actions = ["sqs:SendMessage"], principals = {SNS} }} }}',
            ['P204 "sns.amazonaws.com"'],
            id="one whose resource the module fills in",
        ),
        pytest.param(
            f'a = {{ sns = {{ actions = ["sqs:SendMessage"], principals = {SNS}, condition = {{ a = {SOURCE} }} }} }}',
            [],
            id="conditions by their names",
        ),
        pytest.param(
            f'a = {{ sns = {{ actions = ["sqs:SendMessage"], principals = {SNS}, conditions = [{SOURCE}] }} }}',
            [],
            id="conditions in an array",
        ),
        pytest.param(
            f'a = {{ sns = {{ actions = ["sqs:SendMessage"], principals = {SNS}, conditions = var.conditions }} }}',
            [],
            id="conditions that are unknown",
        ),
        pytest.param(
            'a = [{ sid = "a", effect = "Deny", actions = ["s3:*"], resources = null, principals = null }]',
            [],
            id="arguments that are null",
        ),
        pytest.param(
            'a = var.more ? [{ actions = ["s3:GetObjekt"], resources = ["arn:aws:s3:::b/*"] }] : []',
            ['A102 "s3:GetObjekt"'],
            id="those that a condition chooses",
        ),
        pytest.param(
            'a = [{ actions = ["s3:GetObject"], resources = ["arn:aws:s3:::b/&{aws:username}/${var.path}/*"] }]',
            [],
            id="variables of both languages",
        ),
        pytest.param(
            f'a = [var.first, {{ actions = ["kms:*"], resources = ["*"], principals = {EVERYBODY} }}]',
            ['K201 "*"'],
            id="one among others that are unknown",
        ),
        pytest.param('permissions = { actions = ["*"], not_actions = [] }', [], id="a role of another cloud's"),
        pytest.param(
            'permissions = { actions = ["Microsoft.Compute/*"], resources = ["*"] }', [], id="actions of no service"
        ),
        pytest.param(
            'rule = { actions = ["s3:GetObjekt"], resources = ["*"], effect = "allow" }', [], id="an effect of no policy"
        ),
    ],
)  # fmt: skip
def test_what_a_module_takes_as_statements_is_linted(argument: str, found: list[str]) -> None:
    assert _found(f'module "it" {{\n{argument}\n}}\n', "main.tf") == found


def test_what_a_loop_goes_through_is_linted_as_well() -> None:
    text = 'locals {\n  statements = [{ sid = "Read", actions = ["s3:GetObjekt"], resources = ["*"] }]\n}\n'
    assert _found(text, "main.tf") == ['A102 "s3:GetObjekt"']
    assert _found('{"locals": {"all": [{"actions": ["s3:GetObjekt"], "resources": ["${x}"]}]}}', "main.tf.json") == [
        'A102 "s3:GetObjekt"'
    ]


def test_a_program_of_pulumi_says_it_in_camel_case() -> None:
    program = """\
        runtime: yaml
        variables:
          document:
            fn::invoke:
              function: aws:iam:getPolicyDocument
              arguments:
                statements:
                  - notActions: ["iam:*"]
                    resources: ["*"]
                  - actions: ["s3:GetObjekt"]
                    resources: ["${bucket.arn}/*"]
        resources:
          policy: {type: "aws:iam:Policy", properties: {policy: "${document.json}"}}
        """
    assert _found(program, "Pulumi.yaml") == ["W208 notActions", 'A102 "s3:GetObjekt"']


def test_elsewhere_they_are_of_another_language() -> None:
    assert _found("statements: [{actions: ['s3:GetObjekt'], resources: ['*']}]", "values.yaml") == []
