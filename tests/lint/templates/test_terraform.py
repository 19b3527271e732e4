"""Policies in Terraform configurations: which there are, of which type, and what is known of them."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import Any

import pytest

from policyeval.lint.documents import Found, PolicyDocument, find
from policyeval.lint.linter import Linter
from policyeval.lint.reading import read
from policyeval.lint.rules.table import load_all
from policyeval.lint.run import FileReport, lint_bytes
from policyeval.lint.templates.arguments import POLICIES
from policyeval.model.policy import PolicyType
from policyeval.syntax.tree import List, Mapping, Node, Unknown
from tests.syntax.values import to_python

ROWS = [(kind, path, policy_type) for kind in POLICIES for path, policy_type in POLICIES[kind]]
POLICY = '{ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "*" }] }'


JSON_POLICY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Wrong", "Resource": %s}}'


def _find(text: str, name: str = "main.tf") -> Found:
    reading = read(dedent(text).encode(), name)
    assert reading.faults == []
    assert reading.node is not None
    return find(reading.node)


def _lint(text: str, name: str = "main.tf") -> FileReport:
    return lint_bytes(Linter(load_all()), dedent(text).encode(), name)


def _found(text: str, codes: set[str]) -> list[str]:
    """Give the findings of some rules as `code line:column the text they are about`."""
    report = _lint(text)
    rows = []
    for finding in report.findings:
        if finding.code in codes:
            line, column = report.source.position(finding.place.start)
            about = report.source.text[finding.place.start : finding.place.end]
            rows.append(f"{finding.code} {line}:{column} {about}")
    return rows


def _in_resource(kind: str, path: str, value: str) -> str:
    *around, name = path.split("/")
    return (
        f'resource "{kind}" "it" {{\n'
        + "".join(f"{block} {{\n" for block in around)
        + f"{name} = {value}\n"
        + "}\n" * (len(around) + 1)
    )


@pytest.mark.parametrize(("kind", "path", "policy_type"), ROWS)
def test_an_argument_of_the_table_is_a_policy_of_its_type(kind: str, path: str, policy_type: PolicyType) -> None:
    found = _find(_in_resource(kind, path, f"jsonencode({POLICY})"))
    assert [(policy.pointer, policy.type) for policy in found.policies] == [
        (f"/resource/{kind}/it/{path}", policy_type)
    ]
    assert found.unknown == 0


@pytest.mark.parametrize(("kind", "path", "policy_type"), ROWS)
def test_a_policy_document_has_the_type_that_its_use_gives_it(kind: str, path: str, policy_type: PolicyType) -> None:
    document = 'data "aws_iam_policy_document" "doc" {\n statement {\n actions = ["a:b"]\n }\n}\n'
    found = _find(_in_resource(kind, path, "data.aws_iam_policy_document.doc.json") + document)
    assert [(policy.pointer, policy.type) for policy in found.policies] == [
        ("/data/aws_iam_policy_document/doc", policy_type)
    ]
    assert found.unknown == 0


@pytest.mark.parametrize(
    ("value", "policy_type"),
    [
        pytest.param('join("", data.aws_iam_policy_document.doc[*].json)', PolicyType.KEY, id="one joined"),
        pytest.param('"${join("", data.aws_iam_policy_document.doc.*.json)}"', PolicyType.KEY, id="as it was written"),
        pytest.param("one(data.aws_iam_policy_document.doc[*].minified_json)", PolicyType.KEY, id="the only one"),
        pytest.param("var.own ? var.policy : data.aws_iam_policy_document.doc[0].json", PolicyType.KEY, id="a choice"),
        pytest.param("coalesce(var.policy, data.aws_iam_policy_document.doc.json)", PolicyType.KEY, id="a default"),
        pytest.param(
            "jsonencode(merge(jsondecode(data.aws_iam_policy_document.doc.json), var.more))", None, id="taken apart"
        ),
        pytest.param("data.aws_iam_policy_document.doc.statement", None, id="another attribute"),
    ],
)
def test_a_document_within_an_expression_has_the_type_of_the_argument(
    value: str, policy_type: PolicyType | None
) -> None:
    document = 'data "aws_iam_policy_document" "doc" {\n statement {\n actions = ["a:b"]\n }\n}\n'
    found = _find(_in_resource("aws_kms_key", "policy", value) + document)
    assert [policy.type for policy in found.policies] == [policy_type]
    assert found.unknown == 1


@pytest.mark.parametrize(
    ("value", "unknown"),
    [
        pytest.param('file("policy.json")', 1, id="a file"),
        pytest.param('templatefile("policy.tpl", {})', 1, id="a template"),
        pytest.param("var.policy", 1, id="a variable"),
        pytest.param("data.aws_iam_policy_document.elsewhere.json", 1, id="a document of another file"),
        pytest.param("jsonencode(merge(local.a, {}))", 1, id="a computed value"),
        pytest.param('<<E\n{"Statement": [%{ if x }{}%{ else }[]%{ endif }]}\nE', 1, id="one of two sides"),
        pytest.param('<<E\n{"Version": "2012-10-17", "Statement" ${var.rest}}\nE', 1, id="a hole that may be anything"),
        pytest.param("null", 0, id="no policy"),
    ],
)
def test_what_nobody_can_know_is_counted_and_is_no_policy(value: str, unknown: int) -> None:
    found = _find(_in_resource("aws_kms_key", "policy", value))
    assert (found.policies, found.faults, found.unknown) == ([], [], unknown)


@pytest.mark.parametrize(
    ("kind", "policy_type", "unknown"),
    [
        pytest.param("", PolicyType.SCP, 0, id="the default"),
        pytest.param('type = "RESOURCE_CONTROL_POLICY"', PolicyType.RCP, 0, id="a resource control policy"),
        pytest.param('type = "TAG_POLICY"', None, 0, id="one that is none of access"),
        pytest.param("type = var.type", None, 1, id="one of unknown type"),
    ],
)
def test_a_policy_of_the_organization_is_of_the_type_it_says(
    kind: str, policy_type: PolicyType | None, unknown: int
) -> None:
    found = _find(f'resource "aws_organizations_policy" "it" {{\n{kind}\ncontent = jsonencode({POLICY})\n}}\n')
    types = [policy.type for policy in found.policies if policy.type is not None]
    assert types == ([policy_type] if policy_type else [])
    assert found.unknown == unknown


def test_a_key_tells_what_it_is() -> None:
    body = 'customer_master_key_spec = "RSA_2048"\nkey_usage = var.usage\nmulti_region = true\n'
    found = _find(f'resource "aws_kms_key" "it" {{\n{body}policy = jsonencode({POLICY})\n}}\n')
    (policy,) = found.policies
    assert policy.key is not None
    assert (policy.key.spec, policy.key.usage, policy.key.multi_region) == ("RSA_2048", None, True)


def _value(node: Node) -> Any:
    if isinstance(node, Mapping):
        return {key.value: _value(value) for key, value in node.entries}
    if isinstance(node, List):
        return [_value(item) for item in node.items]
    return "?" if isinstance(node, Unknown) else to_python(node)


def _policy(found: Found) -> PolicyDocument:
    (policy,) = found.policies
    return policy


@pytest.mark.parametrize(
    ("body", "statement"),
    [
        pytest.param(
            'sid = "A"\neffect = "Deny"\nactions = ["s3:*"]\nresources = ["*", var.x]',
            {"Sid": "A", "Effect": "Deny", "Action": ["s3:*"], "Resource": ["*", "?"]},
            id="elements",
        ),
        pytest.param(
            'not_actions = ["s3:*"]\nnot_resources = ["*"]\nsid = ""\nactions = []',
            {"NotAction": ["s3:*"], "NotResource": ["*"], "Effect": "Allow"},
            id="defaults, and what is empty",
        ),
        pytest.param(
            'resources = ["arn:aws:s3:::b/&{aws:username}", "arn:aws:s3:::b/$${aws:username}"]',
            {"Resource": ["arn:aws:s3:::b/${aws:username}"] * 2, "Effect": "Allow"},
            id="both ways to write policy variables",
        ),
        pytest.param(
            'principals {\ntype = "*"\nidentifiers = ["*"]\n}', {"Effect": "Allow", "Principal": "*"}, id="everybody"
        ),
        pytest.param(
            'principals {\ntype = "AWS"\nidentifiers = ["*"]\n}\nprincipals {\ntype = "AWS"\nidentifiers = [var.a]\n}\n'
            'principals {\ntype = "Service"\nidentifiers = var.s\n}',
            {"Effect": "Allow", "Principal": {"AWS": ["*", "?"], "Service": "?"}},
            id="principals of one type are put together",
        ),
        pytest.param(
            'not_principals {\ntype = var.t\nidentifiers = ["x"]\n}',
            {"Effect": "Allow", "NotPrincipal": {"": "?"}},
            id="principals of an unknown type",
        ),
        pytest.param(
            'condition {\ntest = "StringLike"\nvariable = "a"\nvalues = ["1"]\n}\n'
            'condition {\ntest = "StringLike"\nvariable = "b"\nvalues = ["&{aws:x}"]\n}\n'
            'condition {\ntest = "StringLike"\nvariable = "${var.host}:sub"\nvalues = ["3"]\n}\n'
            'condition {\ntest = "StringLike"\nvariable = "a"\nvalues = ["4"]\n}\n'
            'condition {\ntest = var.t\nvariable = "c"\nvalues = []\n}',
            {
                "Effect": "Allow",
                "Condition": {"StringLike": {"a": ["1", "4"], "b": ["${aws:x}"], "": "?"}, "": "?"},
            },
            id="conditions",
        ),
        pytest.param(
            'effect = null\nactions = ["a:b"]\nnot_actions = null\nresources = ["*"]\nnot_resources = var.not_resources',
            {"Effect": "Allow", "Action": ["a:b"], "Resource": ["*"]},
            id="what is null, and what must be",
        ),
        pytest.param(
            "actions = try(x.actions, null)\nnot_actions = try(x.not_actions, null)\n"
            'dynamic "principals" {\nfor_each = x\n}\ndynamic "not_principals" {\nfor_each = y\n}',
            {"Effect": "Allow", "": "?"},
            id="one of two forms that are computed",
        ),
        pytest.param(
            'dynamic "condition" {\nfor_each = var.x\ncontent {\ntest = "Bool"\n}\n}\ndynamic "principals" {\n}\n'
            'dynamic "x" {\nfor_each = []\n}',
            {"": "?", "Effect": "Allow", "Principal": {"": "?"}, "Condition": {"": "?"}},
            id="blocks that are computed",
        ),
    ],
)  # fmt: skip
def test_a_statement_block_is_a_statement(body: str, statement: dict[str, Any]) -> None:
    found = _find(f'data "aws_iam_policy_document" "doc" {{\nstatement {{\n{body}\n}}\n}}\n')
    assert _value(_policy(found).node) == {"Version": "2012-10-17", "Statement": [statement]}


@pytest.mark.parametrize(
    ("body", "policy"),
    [
        pytest.param('version = "2008-10-17"\npolicy_id = "x"', {"Version": "2008-10-17", "Id": "x", "Statement": []}, id="the rest"),
        pytest.param("source_policy_documents = [var.x]", {"Version": "2012-10-17", "Statement": ["?"]}, id="a source"),
        pytest.param("override_policy_documents = []", {"Version": "2012-10-17", "Statement": []}, id="no source"),
        pytest.param("override_json = var.x", {"Version": "2012-10-17", "Statement": ["?"]}, id="an old name"),
        pytest.param('dynamic "statement" {\nfor_each = x\n}', {"Version": "2012-10-17", "Statement": ["?"]}, id="computed"),
    ],
)  # fmt: skip
def test_statements_from_elsewhere_are_unknown(body: str, policy: dict[str, Any]) -> None:
    use = _in_resource("aws_iam_policy", "policy", "data.aws_iam_policy_document.doc.json")
    found = _find(f'data "aws_iam_policy_document" "doc" {{\n{body}\n}}\n{use}')
    assert _value(_policy(found).node) == policy


DOCUMENT = """\
data "aws_iam_policy_document" "doc" {
  statement {
    actions   = ["s3:GetObjekt"]
    resources = [aws_s3_bucket.b.arn, "arn:aws:s33:::x"]
    condition {
      test     = "StringEqualz"
      variable = "aws:PrincipalTag/a"
      values   = ["b"]
    }
  }
}
"""
ENCODED = """\
resource "aws_iam_policy" "p" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{
      Effect     = "Allow"
      "Action" : "s3:GetObjekt",
      Resource   = "${aws_s3_bucket.b.arn}/*"
      (var.more) = {}
    }]
  })
}
"""
HEREDOC = """\
resource "aws_iam_policy" "p" {
  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [{"Effect": "Allow", "Action": "s3:GetObjekt", "Resource": "${var.arn}"}, ${var.more}]
    }
  EOT
}
"""
PLAIN = HEREDOC.replace(", ${var.more}", "").replace("${var.arn}", "$${aws:username}")
BROKEN = HEREDOC.replace('"2012-10-17",', '"2012-10-17"')
# What comes in the hole may be the comma, or close the bracket.
MENDED = HEREDOC.replace('"2012-10-17",', '"2012-10-17" ${var.more}').replace(", ${var.more}]", "${var.end}")
QUOTED = (
    'resource "aws_iam_policy" "p" {\n  policy = '
    + json.dumps(
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObjekt", "Resource": "*"}}'
    )
    + "\n}\n"
)
JOINED = """\
resource "aws_iam_policy" "p" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat([{ Action = concat(["s3:GetObjekt"], var.more), Effect = "Allow", Resource = "*" }], var.others)
  })
}
"""
LOCAL = """\
locals {
  policy = jsonencode({ Version = "2012-10-17", Statement = { Effect = "Allow", Action = "s3:GetObjekt", Resource = "*" } })
}
"""


@pytest.mark.parametrize(
    ("text", "findings", "unknown"),
    [
        pytest.param(DOCUMENT, ['A102 3:18 "s3:GetObjekt"', 'C101 6:18 "StringEqualz"'], 1, id="a policy document"),
        pytest.param(ENCODED, ['A102 6:18 "s3:GetObjekt"'], 2, id="jsonencode"),
        pytest.param(HEREDOC, ['A102 5:51 "s3:GetObjekt"'], 2, id="a heredoc with holes"),
        pytest.param(PLAIN, ['A102 5:51 "s3:GetObjekt"'], 0, id="a heredoc without"),
        pytest.param(QUOTED, ['A102 2:94 \\"s3:GetObjekt\\"'], 0, id="a string"),
        pytest.param(LOCAL, ['A102 2:90 "s3:GetObjekt"'], 0, id="a local value"),
        pytest.param(JOINED, ['A102 4:44 "s3:GetObjekt"'], 2, id="statements put together"),
        pytest.param(ENCODED + 'x = "', ['A102 6:18 "s3:GetObjekt"', 'S101 12:5 "'], 2, id="a file that breaks off"),
    ],
)  # fmt: skip
def test_what_is_known_is_linted_and_what_is_not_is_counted(text: str, findings: list[str], unknown: int) -> None:
    assert _found(text, {"A102", "C101", "S101"}) == findings
    report = _lint(text)
    assert (report.policies, report.unknown) == (1, unknown)


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        pytest.param(BROKEN, ["S101 4:30 "], id="a comma is missing before the first hole"),
        pytest.param(MENDED, [], id="a comma and a bracket may be in holes"),
    ],
)
def test_what_no_value_can_mend_is_wrong(text: str, findings: list[str]) -> None:
    assert _found(text, {"A102", "S101"}) == findings
    assert _lint(text).unknown == 1


CHOSEN = """\
resource "aws_iam_role_policy" "p" {
  policy = var.own ? var.policy : jsonencode({
    Version = "2012-10-17"
    Statement = concat(var.more ? [{ Effect = "Allow", Action = "s3:GetObjekt", Resource = "*" }] : [], [{
      Effect    = "Allow"
      Action    = var.write ? ["s3:PutObjekt"] : ["s3:ListBucket"]
      Resource  = "*"
      Condition = var.org != null ? { StringEqualz = { "aws:PrincipalOrgID" = var.org } } : null
    }])
  })
}
"""
REPEATED = """\
resource "aws_iam_policy" "p" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = flatten([[for b in var.all : { Effect = "Allow", Action = "s3:GetObjekt", Resource = b }], var.more])
  })
}
"""
PERHAPS = """\
data "aws_iam_policy_document" "doc" {
  dynamic "statement" {
    for_each = var.buckets
    content {
      actions   = ["s3:GetObjekt"]
      resources = [statement.value.arn]
    }
  }
  statement {
    actions   = ["s3:ListBucket"]
    resources = ["*"]
  }
}
"""


@pytest.mark.parametrize(
    ("text", "findings", "unknown"),
    [
        pytest.param(CHOSEN, ['A102 4:65 "s3:GetObjekt"', 'A102 6:32 "s3:PutObjekt"', "C101 8:39 StringEqualz"], 2, id="conditions"),
        pytest.param(PERHAPS, ['A102 5:20 "s3:GetObjekt"'], 2, id="a dynamic statement"),
        pytest.param(REPEATED, ['A102 4:75 "s3:GetObjekt"'], 3, id="statements of a loop, among others"),
    ],
)  # fmt: skip
def test_what_may_be_there_is_linted(text: str, findings: list[str], unknown: int) -> None:
    assert _found(text, {"A102", "C101", "S107", "S117"}) == findings
    report = _lint(text)
    assert (report.policies, report.unknown) == (1, unknown)


EITHER = """\
data "aws_iam_policy_document" "doc" {
  statement {
    sid           = var.a ? "A" : ""
    effect        = var.a ? "Deny" : null
    actions       = var.a ? ["s3:GetObjekt"] : []
    not_actions   = var.a ? [] : ["s3:GetObject"]
    resources     = ["*"]
    not_resources = var.b ? ["arn:aws:s3:::b"] : null
  }
}
"""


PUBLIC = """\
data "aws_iam_policy_document" "bucket" {
  %s
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::example/*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}
"""
DENIES = """
  dynamic "statement" {
    for_each = ["o-a1b2c3d4e5"]
    content {
      effect    = "Deny"
      actions   = ["s3:*"]
      resources = ["*"]
      principals {
        type        = "*"
        identifiers = ["*"]
      }
      condition {
        test     = "StringNotEquals"
        variable = "aws:PrincipalOrgID"
        values   = [var.organization]
      }
    }
  }
"""


@pytest.mark.parametrize(
    ("more", "found"),
    [
        pytest.param("source_policy_documents = [data.aws_iam_policy_document.tls.json]", 1, id="in a document of others"),
        pytest.param('dynamic "statement" {\nfor_each = var.more\ncontent {}\n}', 1, id="in a block of others"),
        pytest.param(DENIES, 0, id="but for a block that may deny it to most"),
    ],
)  # fmt: skip
def test_what_is_open_to_everybody_is_found_whatever_comes_from_elsewhere(more: str, found: int) -> None:
    assert len(_found(PUBLIC % more, {"W213"})) == found


@pytest.mark.parametrize("more", ["source_policy_documents = [var.more]", 'dynamic "statement" {\ncontent {}\n}'])
def test_what_gives_more_permissions_is_found_whatever_comes_from_elsewhere(more: str) -> None:
    statement = 'statement {\nactions = ["iam:PassRole", "lambda:*"]\nresources = ["*"]\n}'
    found = _found(f'data "aws_iam_policy_document" "it" {{\n{more}\n{statement}\n}}', {"W211"})
    assert [row.split()[2] for row in found] == ['"iam:PassRole"', '"lambda:*"']


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        pytest.param(JSON_POLICY % '"${aws_s3_bucket.b.arn}/*"', ['"s3:Wrong"'], id="a part of a string"),
        pytest.param(JSON_POLICY % '"arn:aws:s3:::${m["x"]}-$${aws:username}"', ['"s3:Wrong"'], id="quotes in it"),
        pytest.param(JSON_POLICY % "${jsonencode(var.x)}", ['"s3:Wrong"'], id="a value"),
        pytest.param(JSON_POLICY % '"*"%{ if var.x }, "Sid": "x"%{ endif }', ['"s3:Wrong"'], id="a directive"),
        pytest.param(JSON_POLICY % '"${x"', [], id="that is not closed"),
    ],
)
def test_a_policy_with_interpolations_in_a_string_of_json_is_known_but_for_them(policy: str, found: list[str]) -> None:
    text = json.dumps({"resource": {"aws_iam_policy": {"it": {"policy": policy}}}})
    report = _lint(text, "main.tf.json")
    written = [text[each.place.start : each.place.end] for each in report.findings if each.code == "A102"]
    assert written == [json.dumps(each)[1:-1] for each in found]
    assert report.unknown == 1


def test_a_policy_that_is_put_together_of_objects_is_one() -> None:
    found = _found(
        """\
resource "aws_iam_policy" "it" {
  policy = jsonencode(merge(local.base, { Statement = [
    merge({ Effect = "Allow", Resource = "*" }, { Action = compact(["s3:Wrong", var.more]) }, var.c ? { Sid = "?" } : {}),
    merge({ Effect = "Allow", Action = "s3:Unsaid", Resource = "*" }, var.more),
  ] }))
}
""",
        {"A102", "S121"},
    )
    assert found == ['A102 3:69 "s3:Wrong"', 'S121 3:111 "?"']


def test_of_a_statement_that_chooses_between_two_forms_none_has_both_but_for_what_has() -> None:
    found = _found(EITHER, {"A102", "S107", "S113", "S115", "S119", "S401", "S402", "S403"})
    assert found == ['A102 5:30 "s3:GetObjekt"', 'S119 8:29 ["arn:aws:s3:::b"]']


def test_a_document_that_a_condition_chooses_is_known_and_what_it_chooses_else_is_not() -> None:
    value = "var.own ? data.aws_iam_policy_document.doc.json : var.other ? var.policy : null"
    found = _find(_in_resource("aws_kms_key", "policy", value) + DOCUMENT)
    assert [(policy.pointer, policy.type) for policy in found.policies] == [
        ("/data/aws_iam_policy_document/doc", PolicyType.KEY)
    ]
    assert found.unknown == 2


EMPTY = 'data "aws_iam_policy_document" "empty" {\n  count = 1\n}\n'


@pytest.mark.parametrize(
    ("more", "findings"),
    [
        pytest.param("", [], id="that stands by itself"),
        pytest.param(
            'data "aws_iam_policy_document" "all" {\n'
            "  source_policy_documents = [data.aws_iam_policy_document.empty[0].json]\n}\n",
            [],
            id="that others are put together with",
        ),
        pytest.param(
            _in_resource("aws_iam_policy", "policy", "data.aws_iam_policy_document.empty[0].json"),
            ["S112 1:40 {\n  count = 1\n}"],
            id="that is used as it is",
        ),
    ],
)
def test_a_document_without_statements(more: str, findings: list[str]) -> None:
    assert _found(EMPTY + more, {"S112"}) == findings


@pytest.mark.parametrize("name", ["main.tofu", "prod.auto.tfvars", "terragrunt.hcl", "MAIN.TF"])
def test_files_of_opentofu_and_terragrunt_and_values_of_variables_are_configurations(name: str) -> None:
    text = f'inputs = {{\n  policy = jsonencode({POLICY.replace("GetObject", "GetObjekt")})\n  path = "${{local.x}}/y"\n}}\n'
    assert [finding.code for finding in _lint(text, name).findings] == ["A102"]


def test_terraform_in_json_syntax_is_the_same() -> None:
    text = json.dumps(
        {
            "data": {"aws_iam_policy_document": {"doc": {"statement": [{"actions": ["s3:GetObjekt"], "resources": ["${x.arn}/*", "a$${b}"]}]}}},
            "resource": {
                "aws_kms_key": {"k": [{"policy": "${data.aws_iam_policy_document.doc.json}"}]},
                "aws_sqs_queue": {"q": {"policy": '${file("x")}'}},
            },
        }
    )  # fmt: skip
    found = _find(text, "main.tf.json")
    policy = _policy(found)
    assert policy.type is PolicyType.KEY
    assert _value(policy.node)["Statement"] == [
        {"Action": ["s3:GetObjekt"], "Resource": ["?", "a${b}"], "Effect": "Allow"}
    ]
    assert found.unknown == 2


FIXABLE = 'resource "aws_iam_policy" "p" {\n  policy = jsonencode({ Version = "2012-10-17", Statement = [%s] })\n}\n'


@pytest.mark.parametrize(
    ("statement", "replacement"),
    [
        pytest.param('{ Effect = "Allow", Action = "s3:getobject", Resource = "*" }', '"s3:GetObject"', id="a string"),
        pytest.param('{ Effect = "Allow", Action = ["s3:GetObject", "s3:GetObject"], Resource = "*" }', None, id="an item"),
        pytest.param('{ Sid = "", Effect = "Allow", Action = "s3:GetObject", Resource = "*" }', None, id="a member"),
    ],
)  # fmt: skip
def test_only_plain_strings_are_fixed(statement: str, replacement: str | None) -> None:
    edits = [edit for finding in _lint(FIXABLE % statement).findings if finding.fix for edit in finding.fix.edits]
    assert [edit.text for edit in edits] == ([replacement] if replacement else [])


def test_a_configuration_without_policies_is_none_whatever_type_is_said() -> None:
    for name, text in (("main.tf", "a = 1"), ("t.yaml", "Resources: {A: {Type: AWS::SNS::Topic}}")):
        report = lint_bytes(Linter(load_all()), text.encode(), name, PolicyType.KEY)
        assert (report.policies, report.findings) == (0, [])


GRANT = """
resource "aws_kms_key" "signing" {
  customer_master_key_spec = "RSA_2048"
  key_usage                = "SIGN_VERIFY"
}

resource "aws_kms_grant" "it" {
  key_id             = aws_kms_key.signing.key_id
  grantee_principal  = "arn:aws:iam::111122223333:role/app"
  retiring_principal = "arn:aws:iam::111122223333:role/admin"
  operations         = ["Sign"]
}
"""


@pytest.mark.parametrize(
    ("written", "instead", "found"),
    [
        pytest.param("", "", [], id="a good grant has no findings"),
        pytest.param('"Sign"', '"Sing"', ['G101 11:25 "Sing"'], id="an operation that there is none of"),
        pytest.param('"Sign"', '"Encrypt"', ['G102 11:25 "Encrypt"'], id="the key is known by its reference"),
        pytest.param(".signing.key_id", ".signing[0].arn\n", [], id="by one of several, too"),
        pytest.param('"arn:aws:iam::111122223333:role/app"', '"*"', ['G103 9:24 "*"'], id="everybody is no grantee"),
        pytest.param(
            'operations         = ["Sign"]',
            'operations = ["Sign"]\nconstraints {\n encryption_context_equals = { a = "b" }\n}',
            ["G104 13:2 encryption_context_equals"],
            id="constraints are a block",
        ),
        pytest.param(
            'aws_kms_key.signing.key_id\n  grantee_principal  = "arn:aws:iam::111122223333:role/app"',
            "var.key\n grantee_principal = var.role",
            [],
            id="what is unknown is left alone",
        ),
        pytest.param(
            '"arn:aws:iam::111122223333:role/admin"', "null", ["G401 7:31 {"], id="null is as if it were not written"
        ),
    ],
)
def test_a_grant_is_linted_as_one(written: str, instead: str, found: list[str]) -> None:
    rows = _found(GRANT.replace(written, instead) if written else GRANT, {"G101", "G102", "G103", "G104", "G401"})
    assert [row.partition("\n")[0] for row in rows] == found


def test_what_is_unknown_in_a_grant_is_counted() -> None:
    dynamic = 'dynamic "constraints" {\n for_each = var.x\n content {}\n}\n'
    found = _find(f'resource "aws_kms_grant" "it" {{\nkey_id = var.key\ngrantee_principal = var.role\n{dynamic}}}\n')
    ((grant, pointer),) = found.grants[0].grants
    assert (_value(grant), pointer) == ({"GranteePrincipal": "?", "Constraints": "?"}, "/resource/aws_kms_grant/it")
    assert (found.policies, found.unknown) == ([], 2)


def test_a_key_policy_by_itself_is_told_of_its_key() -> None:
    policy = (
        f'resource "aws_kms_key_policy" "it" {{\nkey_id = aws_kms_key.signing.id\npolicy = jsonencode({POLICY})\n}}\n'
    )
    (found,) = _find(GRANT + policy).policies
    assert found.key is not None
    assert (found.key.spec, found.key.usage) == ("RSA_2048", "SIGN_VERIFY")


GITHUB = "token.actions.githubusercontent.com"
PROVIDERS = f"""\
resource "aws_iam_openid_connect_provider" "github" {{ url = "https://{GITHUB}" }}
data "aws_iam_openid_connect_provider" "github" {{ url = "https://{GITHUB}" }}
resource "aws_iam_openid_connect_provider" "open" {{ url = var.url }}
"""


def _trust(identifier: str, more: str = "") -> str:
    return f"""\
{PROVIDERS}data "aws_iam_policy_document" "it" {{
  statement {{
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {{
      type        = "Federated"
      identifiers = [{identifier}]
    }}
    condition {{
      test     = "StringEquals"
      variable = "{GITHUB}:aud"
      values   = ["sts.amazonaws.com"]
    }}
    {more}
  }}
}}
"""


@pytest.mark.parametrize(
    ("identifier", "is_seen"),
    [
        pytest.param(f'"arn:aws:iam::${{var.id}}:oidc-provider/{GITHUB}"', True, id="an account that is open"),
        pytest.param(f'"${{local.prefix}}:oidc-provider/{GITHUB}"', True, id="a beginning that is open"),
        pytest.param("aws_iam_openid_connect_provider.github.arn", True, id="a provider made in the file"),
        pytest.param("aws_iam_openid_connect_provider.github[0].arn", True, id="one of several made there"),
        pytest.param("data.aws_iam_openid_connect_provider.github.arn", True, id="a provider looked up by its URL"),
        pytest.param("aws_iam_openid_connect_provider.open.arn", False, id="a provider whose URL is open"),
        pytest.param("aws_iam_openid_connect_provider.github.url", False, id="what is not the provider's ARN"),
        pytest.param("aws_iam_openid_connect_provider.elsewhere.arn", False, id="a provider of another file"),
        pytest.param('"arn:aws:iam::${var.id}:oidc-provider/${var.host}"', False, id="a host that is open"),
        pytest.param(f'"arn:aws:iam::1:${{var.kind}}/{GITHUB}"', False, id="a kind of provider that is open"),
        pytest.param(f'"%{{if var.x}}arn:aws:iam::1:oidc-provider/{GITHUB}%{{endif}}"', False, id="a directive"),
    ],
)
def test_a_provider_is_known_by_how_its_arn_ends(identifier: str, is_seen: bool) -> None:  # noqa: FBT001 - a column
    expected = [f"P203 9:22 {identifier}"] if is_seen else []
    assert _found(_trust(identifier), {"P203"}) == expected


@pytest.mark.parametrize("variable", [f'"{GITHUB}:sub"', '"${local.host}:sub"', "local.subject"])
def test_a_subject_that_may_be_asked_for_is_one(variable: str) -> None:
    subject = f'condition {{\n test = "StringLike"\n variable = {variable}\n values = ["repo:octo/cat:*"]\n }}'
    assert _found(_trust("aws_iam_openid_connect_provider.github.arn", subject), {"P203"}) == []


def test_in_json_syntax_and_in_texts_a_provider_is_known_as_well() -> None:
    statement = {
        "actions": ["sts:AssumeRoleWithWebIdentity"],
        "principals": {"type": "Federated", "identifiers": [f"arn:aws:iam::${{var.id}}:oidc-provider/{GITHUB}"]},
    }
    written = json.dumps({"data": {"aws_iam_policy_document": {"it": {"statement": statement}}}})
    assert [finding.code for finding in _lint(written, "main.tf.json").findings if finding.code == "P203"] == ["P203"]
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": f"arn:aws:iam::${{local.id}}:oidc-provider/{GITHUB}"},
        },
    }
    text = f'resource "aws_iam_role" "it" {{\n  assume_role_policy = <<EOT\n{json.dumps(policy)}\nEOT\n}}\n'
    assert len(_found(text, {"P203"})) == 1


def test_in_json_syntax_dynamic_blocks_may_be_in_an_array_or_together() -> None:
    several = {"principals": {"for_each": "${var.x}"}, "condition": {"for_each": "${var.x}"}}
    statement = {"actions": ["s3:GetObject"], "resources": ["*"], "dynamic": several}
    content = {"content": {"actions": ["s3:GetObjekt"], "resources": ["*"]}}
    document = {"statement": [statement], "dynamic": [{"statement": [content, content]}, {"statement": content}]}
    use = {"aws_s3_bucket_policy": {"it": {"policy": "${data.aws_iam_policy_document.it.json}"}}}
    written = json.dumps({"data": {"aws_iam_policy_document": {"it": document}}, "resource": use})
    findings = _lint(written, "main.tf.json").findings
    # What the dynamic statements lack is found beside those.
    assert [f.code for f in findings if f.code in {"A102", "S112"}] == ["A102", "A102", "A102"]
    assert [f.code for f in findings if "/dynamic/" not in f.place.pointer] == []


@pytest.mark.parametrize("name", ["principals", "not_principals", "condition", "dynamic"])
def test_in_json_syntax_there_may_be_an_array_of_no_blocks(name: str) -> None:
    statement = {"actions": ["kms:Encrpyt"], "resources": ["*"], name: []}
    written = json.dumps({"data": {"aws_iam_policy_document": {"it": {"statement": statement}}}})
    assert [finding.code for finding in _lint(written, "main.tf.json").findings] == ["A102"]
