"""Policies in CloudFormation and SAM templates: which there are, of which type, and what is known of them."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import Any

import pytest

from policyeval.lint.documents import find
from policyeval.lint.linter import Linter
from policyeval.lint.reading import read
from policyeval.lint.rules.table import load_all
from policyeval.lint.run import FileReport, lint_bytes
from policyeval.lint.templates.functions import TAGS, resolve
from policyeval.lint.templates.resources import MAY_HOLD_POLICIES, POLICIES
from policyeval.model.policy import PolicyType
from policyeval.syntax.tree import Node, Unknown
from policyeval.syntax.yaml_reader import read_yaml
from tests.syntax.values import to_python

POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}
HOMES = [(kind, path, type_) for rows in (POLICIES, MAY_HOLD_POLICIES) for kind in rows for path, type_ in rows[kind]]


def _lint(text: str, name: str = "template.yaml") -> FileReport:
    return lint_bytes(Linter(load_all()), dedent(text).encode(), name)


def _found(text: str, codes: set[str], name: str = "template.yaml") -> list[str]:
    """Give the findings of some rules as `code line:column the text they are about`."""
    report = _lint(text, name)
    rows = []
    for finding in report.findings:
        if finding.code in codes:
            line, column = report.source.position(finding.place.start)
            about = report.source.text[finding.place.start : finding.place.end]
            rows.append(f"{finding.code} {line}:{column} {about}")
    return rows


def _template(kind: str, properties: Any) -> bytes:
    return json.dumps({"Resources": {"It": {"Type": kind, "Properties": properties}}}).encode()


def _nested(steps: list[str], value: Any) -> Any:
    for step in reversed(steps):
        value = [value] if step == "*" else {step: value}
    return value


@pytest.mark.parametrize(("kind", "path", "policy_type"), HOMES)
def test_a_property_of_the_tables_holds_policies_of_its_type(kind: str, path: str, policy_type: PolicyType) -> None:
    node = read(_template(kind, _nested(path.split("/"), POLICY)), "t.json").node
    assert node is not None
    found = find(node, PolicyType.SESSION)
    assert [(policy.pointer, policy.type) for policy in found.policies] == [
        (f"/Resources/It/Properties/{path.replace('*', '0')}", policy_type)
    ]
    assert found.unknown == 0


@pytest.mark.parametrize(("kind", "path"), [(kind, path) for kind in POLICIES for path, _ in POLICIES[kind]])
def test_what_such_a_property_takes_from_a_parameter_is_counted(kind: str, path: str) -> None:
    node = read(_template(kind, _nested(path.split("/"), {"Ref": "Parameter"})), "t.json").node
    assert node is not None
    assert find(node)[:1] + find(node)[3:] == ([], 1)


@pytest.mark.parametrize(
    ("kind", "policy_type", "unknown"),
    [
        pytest.param("SERVICE_CONTROL_POLICY", PolicyType.SCP, 0, id="a service control policy"),
        pytest.param("RESOURCE_CONTROL_POLICY", PolicyType.RCP, 0, id="a resource control policy"),
        pytest.param("TAG_POLICY", None, 0, id="one that is none of access"),
        pytest.param({"Ref": "Type"}, None, 1, id="one of unknown type is not guessed at"),
    ],
)
def test_a_policy_of_the_organization_is_of_the_type_it_says(
    kind: Any, policy_type: PolicyType | None, unknown: int
) -> None:
    node = read(_template("AWS::Organizations::Policy", {"Type": kind, "Content": POLICY}), "t.json").node
    assert node is not None
    found = find(node)
    assert [policy.type for policy in found.policies] == ([policy_type] if policy_type else [])
    assert found.unknown == unknown


@pytest.mark.parametrize(
    ("properties", "spec", "usage", "multi_region"),
    [
        pytest.param({}, "SYMMETRIC_DEFAULT", None, None, id="the default spec"),
        pytest.param(
            {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY", "MultiRegion": True},
            "RSA_2048",
            "SIGN_VERIFY",
            True,
            id="all of it",
        ),
        pytest.param(
            {"KeySpec": {"Ref": "S"}, "KeyUsage": {"Ref": "U"}, "MultiRegion": {"Ref": "M"}},
            None,
            None,
            None,
            id="unknown",
        ),
        pytest.param({"Fn::Transform": {"Name": "AWS::Include"}}, None, None, None, id="what a macro may bring"),
    ],
)
def test_a_key_tells_what_it_is(
    properties: dict[str, Any],
    spec: str | None,
    usage: str | None,
    multi_region: bool | None,  # noqa: FBT001 - a fact
) -> None:
    node = read(_template("AWS::KMS::Key", {**properties, "KeyPolicy": POLICY}), "t.json").node
    assert node is not None
    (policy,) = find(node).policies
    assert policy.key is not None
    assert (policy.key.spec, policy.key.usage, policy.key.multi_region) == (spec, usage, multi_region)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        pytest.param("!Sub plain", "plain", id="a substitution of nothing"),
        pytest.param("{'Fn::Sub': plain}", "plain", id="its long form"),
        pytest.param(
            "!Sub 'a-${!aws:username}'", "a-${aws:username}", id="an exclamation mark keeps a policy variable"
        ),
        pytest.param("!Sub ['a-${X}-${Y}', {X: x, Y: !Sub y}]", "a-x-y", id="variables that are given"),
        pytest.param("!Join [':', [arn, aws, !Sub s3]]", "arn:aws:s3", id="a join of texts"),
        pytest.param("{'Fn::Join': ['', []]}", "", id="a join of nothing"),
        pytest.param("!Sub '${AWS::Region}'", None, id="a pseudo parameter"),
        pytest.param("!Sub ['${X}', {X: !Ref Y}]", None, id="a variable that is unknown"),
        pytest.param("!Sub ['${Z}', {X: x}]", None, id="a variable that is not given"),
        pytest.param("!Join ['', [a, !Ref B]]", None, id="a join with an unknown part"),
        pytest.param("!Join [a]", None, id="a join without texts"),
        pytest.param("!Join x", None, id="a join of a text"),
        pytest.param("!Sub []", None, id="a substitution in an array without a text"),
        pytest.param("!Sub {a: b}", None, id="a substitution in an object"),
        pytest.param("!GetAtt Role.Arn", None, id="an attribute"),
        pytest.param("!Select [0, [a]]", None, id="another function"),
        pytest.param("{Ref: X}", None, id="a reference"),
    ],
)
def test_a_function_gives_a_text_where_that_is_certain(text: str, known: str | None) -> None:
    node, faults = read_yaml(text, None, functions=TAGS)
    assert node is not None
    assert faults == []
    value = resolve(node)
    assert isinstance(value, Unknown) if known is None else to_python(value) == known


def test_no_value_takes_a_property_away() -> None:
    node, _ = read_yaml("{a: !Ref AWS::NoValue, b: {Ref: 'AWS::NoValue'}, c: d}", None, functions=TAGS)
    assert node is not None
    assert to_python(resolve(node)) == {"c": "d"}


def test_functions_in_functions_do_not_multiply_texts() -> None:
    lines = ["Resources: {R: {Type: T, Properties: {P: !Ref X}}}", "a0: &a0 !Sub 0123456789"]
    lines += [f"a{n}: &a{n} !Join ['', [{', '.join([f'*a{n - 1}'] * 9)}]]" for n in range(1, 6)]
    node, faults = read_yaml("\n".join(lines), None, functions=TAGS)
    assert faults == []
    assert node is not None
    made: Node = resolve(node)
    last = dict(zip(("Resources", *(f"a{n}" for n in range(6))), made.entries, strict=True))["a5"][1]  # type: ignore[union-attr]
    assert isinstance(last, Unknown)


ROLE = """\
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: !Sub "lambda.${AWS::URLSuffix}"}
            Action: sts:AssumeRol
      Policies:
        - PolicyName: one
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: !Sub "s3:GetObjekt"
                Resource: !Sub "arn:${AWS::Partition}:s3:::bucket/*"
              - !If
                - Wanted
                - {Effect: Allow, Action: s3:*, Resource: "*"}
                - !Ref AWS::NoValue
"""
CHOICE = """\
Resources:
  Queue:
    Type: AWS::SQS::QueuePolicy
    Properties:
      PolicyDocument:
        Fn::If:
          - Wanted
          - {Version: "2012-10-17", Statement: {Effect: Allow, Principal: "*", Action: sqs:Ssend, Resource: "*"}}
          - !Ref Other
"""
TEXT = """\
Resources:
  Logs:
    Type: AWS::Logs::ResourcePolicy
    Properties:
      PolicyDocument: !Sub |
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
          "Principal": {"Service": "es.amazonaws.com"}, "Action": "logs:PutLogEventz",
          "Resource": "arn:${AWS::Partition}:logs:*:*:log-group:${!x}", "Condition": {"StringEquals": {"${Key}": "1"}}},
          ${More}]}
"""
INCLUDED = """\
{"Resources": {"Fn::ForEach::Topics": ["Name", ["a", "b"], {"Topic${Name}": {"Type": "AWS::SNS::Topic"}}],
 "Macro": {"Fn::Transform": {"Name": "AWS::Include"}},
 "Queue": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": {"Version": "2012-10-17", "Statement": [
   {"Fn::Transform": {"Name": "AWS::Include"}, "Effect": "Allow"},
   {"Effect": "Allow", "Principal": "*", "Action": "sqs:Ssend", "Resource": {"Fn::GetAtt": ["Queue", "Arn"]}}]}}}}}
"""
LOOP = """\
Resources:
  Fn::ForEach::Teams:
    - Team
    - [blue, green]
    - Role${Team}:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Version: "2012-10-17"
            Statement: {Effect: Allow, Principal: {AWS: "${Team}"}, Action: sts:AssumeRol}
      Fn::ForEach::Buckets:
        - Bucket
        - !Ref Buckets
        - Policy${Team}${Bucket}:
            Type: AWS::S3::BucketPolicy
            Properties:
              PolicyDocument:
                Version: "2012-10-17"
                Statement: {Effect: Allow, Principal: {AWS: "&{Team}"}, Action: s3:GetObjekt, Resource: !Sub "${Bucket}/*"}
  Fn::ForEach::Broken: [Team]
"""
ONLY_LOOP = "\n".join(LOOP.splitlines()[:10])


@pytest.mark.parametrize(
    ("text", "findings", "policies", "unknown"),
    [
        pytest.param(LOOP, ["A102 10:77 sts:AssumeRol", "A102 19:81 s3:GetObjekt"], 2, 5, id="loops"),
        pytest.param(ONLY_LOOP, ["A102 10:77 sts:AssumeRol"], 1, 2, id="a loop alone"),
        pytest.param(ROLE, ["A102 10:21 sts:AssumeRol", 'A102 17:30 "s3:GetObjekt"'], 2, 2, id="a role"),
        pytest.param(CHOICE, ["A102 8:88 sqs:Ssend"], 1, 1, id="a policy that is chosen"),
        pytest.param(TEXT, ['A102 7:67 "logs:PutLogEventz"'], 1, 3, id="a policy in a text with variables"),
        pytest.param(INCLUDED, ['A102 5:52 "sqs:Ssend"'], 1, 4, id="macros and loops"),
    ],
)
def test_what_is_known_is_linted_and_what_is_not_is_counted(
    text: str, findings: list[str], policies: int, unknown: int
) -> None:
    assert _found(text, {"A102", "P113", "S101", "S106"}) == findings
    report = _lint(text)
    assert (report.policies, report.unknown) == (policies, unknown)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "Resources: {A: {Type: !Ref X, Properties: !Ref Y}, B: !Ref Z, C: [], D: {Type: T}}", id="functions"
        ),
        pytest.param("Resources: {A: {Type: AWS::IAM::Role, Properties: []}}", id="properties of the wrong type"),
        pytest.param(
            "Resources: {A: {Type: AWS::IAM::Role, Properties: {Policies: {a: 1}}}}", id="a list that is none"
        ),
        pytest.param("Resources: {A: {Type: AWS::KMS::Key, Properties: {KeyPolicy: }}}", id="a policy that is null"),
        pytest.param(
            "Resources: {A: {Type: AWS::KMS::Key, Properties: {KeyPolicy: !If }}}", id="a call without argument"
        ),
        pytest.param(
            "Resources: {A: {Type: AWS::KMS::Key, Properties: {KeyPolicy: !If [a]}}}", id="a choice of nothing"
        ),
        pytest.param("Resources: {A: &a {Type: T, Properties: *a}}", id="an alias inside of what it names"),
        pytest.param("Resources: {!Ref A: {Type: T}, ? [x] : y, B: {Type: T, !Sub b: 1}}", id="keys that are calls"),
        pytest.param("Resources: {A: {Type: T, Properties: !Nope {Statement: !Nope x}}}", id="tags that nobody knows"),
        pytest.param("Resources: " + "{A: " * 100 + "!If [a, " * 20 + "1" + "]" * 20 + "}" * 100, id="deep calls"),
        pytest.param("Resources: " + "{A: " * 5000, id="deeper than anyone reads"),
        pytest.param(
            "Rules: !Ref A\nResources: {A: {Type: T}}\nFn::Transform: []\nTransform: [x]", id="other sections"
        ),
    ],
)
def test_no_template_stops_the_linter(text: str) -> None:
    report = _lint(text)
    assert report.policies == 0 or report.findings


def test_a_template_without_sections_is_one_by_its_resources() -> None:
    text = '{"Resources": {"K": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Id": "x"}}}}}'
    assert _found(text, {"S111", "S301"}, "Stack.template.json") == [
        'S111 1:75 {"Id": "x"}',
        'S301 1:75 {"Id": "x"}',
    ]


FRAGMENT = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObjekt", "Resource": [{"Fn::Sub": "${Bucket.Arn}/*"}, {"Ref": "Other"}]},
        {"Fn::If": ["More", {"Effect": "Allow", "Action": "kms:Decrpyt", "Resource": "*"}, {"Ref": "AWS::NoValue"}]},
    ],
}


def test_a_policy_outside_of_a_template_may_be_a_part_of_one() -> None:
    text = json.dumps(FRAGMENT)
    found = _found(text, {"A102", "S107"}, "fragment.json")
    assert [line.split()[0] for line in found] == ["A102", "A102"]
    assert _lint(text, "fragment.json").unknown == 2


def test_the_tree_of_constructs_beside_the_templates_is_passed_over() -> None:
    tree = {"version": "tree-0.1", "tree": {"id": "App", "attributes": {"policyDocument": FRAGMENT}}}
    report = _lint(json.dumps(tree), "tree.json")
    assert (report.policies, report.findings) == (0, [])


GITHUB = "token.actions.githubusercontent.com"


@pytest.mark.parametrize(
    ("principal", "is_seen"),
    [
        pytest.param(
            f"!Sub 'arn:aws:iam::${{AWS::AccountId}}:oidc-provider/{GITHUB}'", True, id="an account in a text"
        ),
        pytest.param(
            f'!Join ["", ["arn:aws:iam::", !Ref "AWS::AccountId", ":oidc-provider/", {GITHUB}]]',
            True,
            id="texts joined",
        ),
        pytest.param("!Ref Provider", True, id="a provider of the template"),
        pytest.param("!GetAtt Provider.Arn", True, id="its ARN"),
        pytest.param("{'Fn::GetAtt': [Provider, Arn]}", True, id="its ARN in the long form"),
        pytest.param("{'Fn::GetAtt': [Provider.Arn]}", True, id="its ARN in an array of one"),
        pytest.param("!GetAtt Provider.Url", False, id="something else of it"),
        pytest.param("!Ref Open", False, id="a provider whose URL is open"),
        pytest.param("!Ref Elsewhere", False, id="what is no provider of the template"),
        pytest.param("!Sub 'arn:aws:iam::${AWS::AccountId}:oidc-provider/${Host}'", False, id="a host that is open"),
        pytest.param(
            f'!Join ["/", [!Ref Begin, "x:oidc-provider", {GITHUB}]]', False, id="texts joined with something between"
        ),
        pytest.param(f'!Join ["", [":oidc-provider/{GITHUB}", !Ref End]]', False, id="an end that is open"),
    ],
)
def test_a_provider_is_known_by_how_its_arn_ends(principal: str, is_seen: bool) -> None:  # noqa: FBT001 - a column
    template = f"""\
        Resources:
          Provider:
            Type: AWS::IAM::OIDCProvider
            Properties: {{Url: "https://{GITHUB}"}}
          Open:
            Type: AWS::IAM::OIDCProvider
            Properties: {{Url: !Ref Url}}
          Role:
            Type: AWS::IAM::Role
            Properties:
              AssumeRolePolicyDocument:
                Version: "2012-10-17"
                Statement:
                  Effect: Allow
                  Action: sts:AssumeRoleWithWebIdentity
                  Principal: {{Federated: {principal}}}
                  Condition: {{StringEquals: {{"{GITHUB}:aud": sts.amazonaws.com}}}}
        """
    assert _found(template, {"P203"}) == ([f"P203 16:34 {principal}"] if is_seen else [])


def test_statements_of_an_api_are_a_policy_of_its_own() -> None:
    template = """\
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Api:
            Type: AWS::Serverless::Api
            Properties:
              Auth:
                ResourcePolicy:
                  CustomStatements:
                    - Effect: Allow
                      Principal: {AWS: "111122223333"}
                      Action: execute-api:Invok
                      Resource: execute-api:/*
        """
    assert _found(template, {"A102", "P101", "S301"}) == ["A102 11:23 execute-api:Invok"]


@pytest.mark.parametrize("written", ["{%s}", "!If [C, {%s}, !Ref AWS::NoValue]", "'{%s}'"])
def test_the_statement_of_an_event_bus_is_a_policy_of_its_own(written: str) -> None:
    statement = '"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "events:PutEvent", "Resource": "*"'
    template = """\
        Resources:
          Bus:
            Type: AWS::Events::EventBusPolicy
            Properties:
              StatementId: others
              Statement: """
    report = _lint(template + written % statement)
    assert sorted(finding.code for finding in report.findings) == ["A102", "W213"]
    assert report.policies == 1


def test_an_api_without_statements_of_its_own_has_no_policy() -> None:
    properties = {"Auth": {"ResourcePolicy": {"CustomStatements": [], "IpRangeBlacklist": ["192.0.2.0/24"]}}}
    report = _lint(json.dumps({"Resources": {"Api": {"Type": "AWS::Serverless::Api", "Properties": properties}}}))
    assert (report.policies, report.findings) == (0, [])


NOTHING = {"Ref": "AWS::NoValue"}


@pytest.mark.parametrize(
    ("provider", "further"),
    [
        pytest.param({"Fn::If": ["Prod", {"Ref": "Provider"}, {"Ref": "Other"}]}, False, id="a provider"),
        pytest.param({"Ref": "Provider"}, True, id="a statement"),
    ],
)
def test_a_provider_of_the_template_is_known_where_a_condition_chooses(
    provider: object,
    further: bool,  # noqa: FBT001 - a column
) -> None:
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": provider},
        "Condition": {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}},
    }
    trust = {"Version": "2012-10-17", "Statement": [{"Fn::If": ["Prod", statement, NOTHING]} if further else statement]}
    resources = {
        "Provider": {"Type": "AWS::IAM::OIDCProvider", "Properties": {"Url": f"https://{GITHUB}"}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
    }
    report = _lint(json.dumps({"Resources": resources}), "template.json")
    assert [finding.code for finding in report.findings] == ["P203"]


def test_what_a_macro_adds_to_a_statement_may_be_its_conditions() -> None:
    template = f"""\
        Resources:
          Role:
            Type: AWS::IAM::Role
            Properties:
              AssumeRolePolicyDocument:
                Version: "2012-10-17"
                Statement:
                  Effect: Allow
                  Action: sts:AssumeRoleWithWebIdentity
                  Principal: {{Federated: "arn:aws:iam::111122223333:oidc-provider/{GITHUB}"}}
                  Fn::Transform: {{Name: Conditions}}
        """
    assert _lint(template).findings == []


LOOKED_UP = "{{resolve:ssm:/name:1}}"


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(LOOKED_UP, id="a text that is looked up"),
        pytest.param(f"arn:aws:kms:eu-west-1:{LOOKED_UP}:key/{LOOKED_UP}", id="a text with parts that are"),
        pytest.param({"Fn::Sub": f"arn:aws:kms:eu-west-1:{LOOKED_UP}:key/x"}, id="a text in a function"),
        pytest.param(
            {"Fn::Sub": f"arn:aws:kms:${{AWS::Region}}:{LOOKED_UP}:key/x"}, id="a text with a variable beside"
        ),
        pytest.param(
            {"Fn::Sub": "arn:aws:kms:${AWS::Region}:{{resolve:ssm:/${Env}/id}}:key/x"}, id="a variable within"
        ),
        pytest.param(
            {"Fn::Sub": ["arn:aws:kms:eu-west-1:${Id}:key/x", {"Id": LOOKED_UP}]}, id="what a text is filled with"
        ),
        pytest.param({"Fn::Join": [":", ["arn:aws:kms:eu-west-1", LOOKED_UP, "key/x"]]}, id="texts joined"),
        pytest.param({"Fn::Join": ["", ["{{resolve:ssm:", "/key}}"]]}, id="a reference joined"),
    ],
)
def test_what_is_looked_up_at_deployment_is_unknown(resource: object) -> None:
    statement = {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": resource}
    policy = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {**POLICY, "Statement": statement}}}
    report = _lint(json.dumps({"Resources": {"Policy": policy}}), "template.json")
    assert (report.findings, report.policies, report.unknown) == ([], 1, 1)


def test_of_a_policy_in_a_text_only_what_is_looked_up_is_unknown() -> None:
    policy = json.dumps({**POLICY, "Statement": {"Effect": "Allow", "Action": "kms:Encrpyt", "Resource": LOOKED_UP}})
    for text in (policy, {"Fn::Sub": policy}):
        secret = {"Type": "AWS::SecretsManager::ResourcePolicy", "Properties": {"ResourcePolicy": text}}
        report = _lint(json.dumps({"Resources": {"Policy": secret}}), "template.json")
        assert "A102" in [finding.code for finding in report.findings]
        assert "R101" not in [finding.code for finding in report.findings]
        assert report.unknown == 1


@pytest.mark.parametrize("provider", [{"Ref": "Provider"}, f"arn:aws:iam::111122223333:oidc-provider/{LOOKED_UP}"])
def test_a_provider_that_is_looked_up_is_nobody_s(provider: object) -> None:
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": provider},
        "Condition": {"StringEquals": {f"{GITHUB}:sub": "repo:octo/cat:ref:refs/heads/main", f"{GITHUB}:aud": "x"}},
    }
    trust = {"Version": "2012-10-17", "Statement": statement}
    resources = {
        "Provider": {"Type": "AWS::IAM::OIDCProvider", "Properties": {"Url": f"https://{LOOKED_UP}"}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
    }
    assert _lint(json.dumps({"Resources": resources}), "template.json").findings == []


@pytest.mark.parametrize("argument", [True, None, 1, [], [True], {}])
def test_a_function_that_is_called_with_nonsense_is_unknown(argument: object) -> None:
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": {"Fn::GetAtt": argument}},
    }
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {**POLICY, "Statement": statement}}}
    provider = {"Type": "AWS::IAM::OIDCProvider", "Properties": {"Url": f"https://{GITHUB}"}}
    report = _lint(json.dumps({"Resources": {"": provider, "Provider": provider, "Role": role}}), "template.json")
    assert (report.findings, report.policies) == ([], 1)
