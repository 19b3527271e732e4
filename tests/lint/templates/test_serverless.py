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
            {"functions": ["${file(more.yml)}", {"a": {"iamRoleStatements": [ALLOW]}}]},
            [("/functions/1/a/iamRoleStatements", PolicyType.IDENTITY)],
            id="functions in a list",
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
            {"resources": {"Resources": KEY, "extensions": {"Role": {"Properties": {"Policies": [KEY_POLICY]}}}}},
            [
                ("/resources/Resources/Key/Properties/KeyPolicy", PolicyType.KEY),
                ("/resources/extensions/Role/Properties/Policies/0", None),
            ],
            id="what is laid over the framework's own resources beside a template",
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


def test_the_same_members_elsewhere_are_of_no_type() -> None:
    for other in ({"service": "shop", "provider": {"name": "azure"}}, {"provider": {"name": "aws"}}):
        reading = read(json.dumps({**other, "functions": {"a": {"iamRoleStatements": [ALLOW]}}}).encode(), "a.json")
        assert reading.node is not None
        assert [policy.type for policy in find(reading.node).policies] == [None]


def test_what_is_written_is_linted_and_what_a_variable_fills_in_is_counted() -> None:
    statements = [
        {"Effect": "Allow", "Action": ["kms:Decrpyt", "${self:custom.action}"], "Resource": "*"},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:#{AWS::Region}:x:key/y"},
        "${file(more.yml):statements}",
    ]
    report = _lint({"service": "shop", "provider": {"name": "aws", "iam": {"role": {"statements": statements}}}})
    assert [(finding.code, finding.place.pointer) for finding in report.findings] == [
        ("A102", "/provider/iam/role/statements/0/Action/0")
    ]
    assert report.unknown == 3


def test_a_place_is_where_it_is_written() -> None:
    statement = {"Effect": "Allow", "Action": "kms:Decrpyt", "Resource": "*"}
    report = _lint({"service": "shop", "provider": {"name": "aws", "iamRoleStatements": [statement]}})
    (finding,) = report.findings
    assert report.source.text[finding.place.start : finding.place.end] == '"kms:Decrpyt"'


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param({"Fn::If": ["Prod", "arn:aws:s3:::${self:custom.b}/*", "${self:custom.arn}"]}, id="a choice"),
        pytest.param({"Fn::Join": [":", ["arn:aws:s3", "", "", "${self:custom.b}/*"]]}, id="texts joined"),
        pytest.param({"Fn::Sub": "arn:aws:s3:::${self:custom.b}-${AWS::Region}/*"}, id="a text with both variables"),
        pytest.param({"Fn::Sub": ["arn:aws:s3:::${B}/*", {"B": "${self:custom.b}"}]}, id="what a text is filled with"),
        pytest.param({"Fn::Sub": "arn:aws:s3:::#{AWS::AccountId}/*"}, id="a text with the plugin's variables"),
        pytest.param({"Fn::Sub": ["arn:aws:s3:::#{AWS::AccountId}${B}", {"B": "b/*"}]}, id="such a text filled"),
    ],
)
def test_a_variable_is_one_within_functions_as_well(resource: object) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}
    report = _lint({"service": "shop", "provider": {"name": "aws", "iamRoleStatements": [statement]}})
    assert [(finding.code, finding.place.pointer) for finding in report.findings] == []
    assert report.unknown > 0


@pytest.mark.parametrize(
    ("texts", "is_seen"),
    [
        pytest.param([":oidc-provider/${self:custom.host}"], False, id="a host in a variable"),
        pytest.param([":oidc-provider/", "${self:custom.host}"], False, id="a host that is all variable"),
        pytest.param(["arn:aws:iam::${aws:accountId}:oidc-provider/", "gitlab.com"], True, id="an account in one"),
        pytest.param([{"Fn::Sub": "arn:${AWS::Partition}:iam::1:oidc-provider/"}, "gitlab.com"], True, id="a function"),
    ],
)
def test_a_provider_is_known_by_what_no_variable_fills_in(texts: list[object], is_seen: bool) -> None:  # noqa: FBT001 - a column
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": {"Fn::Join": ["", texts]}},
        "Condition": {"StringEquals": {"gitlab.com:aud": "https://gitlab.com"}},
    }
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}
    report = _lint({"service": "shop", "provider": {"name": "aws"}, "resources": {"Resources": {"Role": role}}})
    assert [finding.code for finding in report.findings] == (["P206"] if is_seen else [])


@pytest.mark.parametrize("nothing", [[], None])
def test_a_role_without_statements_of_its_own_is_no_policy(nothing: object) -> None:
    service = {
        "service": "shop",
        "provider": {
            "name": "aws",
            "iam": {"role": {"statements": nothing}},
            "apiGateway": {"resourcePolicy": nothing},
        },
        "functions": {"a": {"iamRoleStatements": nothing}},
    }
    report = _lint(service)
    assert (report.policies, report.findings) == (0, [])


def test_a_list_that_several_functions_share_is_linted_once() -> None:
    text = """\
service: shop
provider: {name: aws}
functions:
  a:
    iamRoleStatements: &shared
      - {Effect: Allow, Action: kms:Decrpyt, Resource: "*"}
  b: {iamRoleStatements: *shared}
"""
    report = lint_bytes(Linter(load_all()), text.encode(), "serverless.yml")
    assert report.policies == 1
    assert [(finding.code, finding.place.pointer) for finding in report.findings] == [
        ("A102", "/functions/a/iamRoleStatements/0/Action")
    ]


@pytest.mark.parametrize(
    ("service", "codes"),
    [
        pytest.param("service: shop\nprovider: {name: aws", ["A102"], id="a service"),
        pytest.param("provider: {name: aws", ["A102"], id="something else"),
        pytest.param("tests: []\nprovider: {name: aws", ["A102", "S101"], id="but no scenario"),
        pytest.param("Resources: {A: {Type: B}}\nMore: {name: aws", ["S101"], id="and no template"),
    ],
)
def test_a_service_may_merge_objects(service: str, codes: list[str]) -> None:
    text = f"""\
{service}, iamRoleStatements: [{{Effect: Allow, Action: kms:Decrpyt, Resource: "*"}}, {{<<: *own}}]}}
custom: {{common: &common {{memorySize: 128}}}}
functions:
  a: {{<<: *common, handler: a.b}}
"""
    own = "own: &own {Effect: Allow, Action: kms:Encrypt, Resource: '*'}\n"
    report = lint_bytes(Linter(load_all()), (own + text).encode(), "serverless.yml")
    assert sorted({finding.code for finding in report.findings}) == codes


@pytest.mark.parametrize(
    ("text", "codes", "unknown"),
    [
        pytest.param("a: !vault |\n  66\np: %s", ["A102"], 0, id="of Ansible"),
        pytest.param("a: !reference [b, c]\np: %s", ["A102"], 0, id="of GitLab"),
        pytest.param("p: {Version: '2012-10-17', Statement: !include a.yaml}", [], 1, id="in a policy"),
        pytest.param("p: {Version: '2012-10-17', Statement: [!more {a: !less [b]}]}", [], 1, id="one in another"),
        pytest.param("a: !!set {b}\np: %s", ["A102", "S101"], 0, id="but none of YAML's own"),
        pytest.param("accounts: []\na: !vault x\np: %s", ["A102", "S101"], 0, id="nor in a file of ours"),
        pytest.param("Resources: {A: {Type: !B c, Properties: %s}}", ["A102", "S101"], 0, id="nor in a template"),
        pytest.param(
            "Resources: {A: {Type: B, Properties: {p: %s, q: !Rain::Embed c}}}", ["A102"], 0, id="but of rain"
        ),
    ],
)
def test_of_what_has_a_tag_of_others_nobody_knows_what_it_is(text: str, codes: list[str], unknown: int) -> None:
    policy = "{Version: '2012-10-17', Statement: [{Effect: Allow, Action: kms:Decrpyt, Resource: '*'}]}"
    report = lint_bytes(Linter(load_all()), text.replace("%s", policy).encode(), "a.yaml")
    assert sorted({finding.code for finding in report.findings}) == codes
    assert report.unknown == unknown
