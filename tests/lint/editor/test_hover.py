"""What is told of what a person points at."""

from __future__ import annotations

import datetime as dt

import pytest

from policyeval.evaluator.operators import NULL, OPERATORS
from policyeval.lint.config import Config
from policyeval.lint.editor.hover import hover
from policyeval.lint.editor.meanings import OPERATOR_MEANINGS, action_text, key_text, operator_text
from policyeval.lint.reading import read
from policyeval.lint.rules.table import load_all
from policyeval.lint.session import LintSession

POLICY = """{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Action": ["kms:Decrypt", "kms:Decrpyt"],
    "Resource": "*",
    "Condition": {"StringEqualsIfExists": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
  }]
}"""


def test_every_operator_has_its_meaning() -> None:
    assert set(OPERATOR_MEANINGS) == {*OPERATORS, NULL}


MEANINGS = [
    (action_text, "kms:Decrypt", ["**kms:Decrypt** (AWS Key Management Service)", "Access level: Write", "key (required)", "`kms:ViaService`", "`kms:RecipientAttestation:PCR…`"]),
    (action_text, "KMS:decrypt", ["**kms:Decrypt**"]),
    (action_text, "kms:CreateKey", ["`*` only"]),
    (action_text, "kms:*Grant", ["**kms:\\*Grant**", "- `kms:CreateGrant`", "- `kms:RetireGrant`"]),
    (action_text, "ec2:Describe*", ["- and ", " more"]),
    (action_text, "kms:", ["AWS Key Management Service"]),
    (action_text, "*", ["every action of every service"]),
    (key_text, "KMS:viaservice", ["**kms:ViaService**", "AWS Key Management Service", "Type: String"]),
    (key_text, "aws:PrincipalOrgPaths", ["a global key", "several values"]),
    (key_text, "aws:RequestTag/team", ["**aws:RequestTag/**", "a global key"]),
    (key_text, "s3:prefix", ["Amazon S3"]),
    (operator_text, "StringEquals", ["the same, case and all", "Does not hold when"]),
    (operator_text, "StringNotEquals", ["Holds too when the request has no such key"]),
    (operator_text, "NotIpAddress", ["Holds too when the request has no such key"]),
    (operator_text, "BoolIfExists", ["`…IfExists`"]),
    (operator_text, "ForAnyValue:BoolIfExists", ["`…IfExists` changes nothing"]),
    (operator_text, "ForAnyValue:StringLike", ["at least one value"]),
]  # fmt: skip


@pytest.mark.parametrize(("tell", "written", "parts"), MEANINGS, ids=[row[1] for row in MEANINGS])
def test_what_a_word_means(tell: object, written: str, parts: list[str]) -> None:
    assert callable(tell)
    told = tell(written)
    assert [part for part in parts if part not in told] == []


@pytest.mark.parametrize(
    ("tell", "written"),
    [
        (action_text, "kms:Decrpyt"),
        (action_text, "nowhere:Do"),
        (action_text, ""),
        (key_text, "aws:Nothing"),
        (key_text, "kms:Nothing"),
        (key_text, ""),
        (operator_text, "StringSame"),
        (operator_text, "ForAnyValue:"),
    ],
)
def test_of_what_there_is_not_nothing_is_told(tell: object, written: str) -> None:
    assert callable(tell)
    assert tell(written) is None


def _pointed(word: str, within: int = 0) -> tuple[str, str] | None:
    session = LintSession(load_all(), Config(), dt.date(2026, 1, 1))
    findings = [item.finding for item in session.lint(read(POLICY.encode(), "p.json"), "p.json").items]
    told = hover(POLICY, POLICY.index(word) + within, findings)
    return (told.text, POLICY[told.start : told.end]) if told is not None else None


@pytest.mark.parametrize("within", [0, 1, 12])
def test_from_its_first_quote_to_its_last_a_word_is_told_of(within: int) -> None:
    told = _pointed('"kms:Decrypt"', min(within, len('"kms:Decrypt"') - 2))
    assert told is not None
    assert told[0].startswith("**kms:Decrypt**")
    assert told[1] == "kms:Decrypt"


def test_a_finding_is_told_with_its_rule() -> None:
    told = _pointed('"kms:Decrpyt"', 3)
    assert told is not None
    text, where = told
    assert text.startswith("**A102 invalid-action** (error)")
    assert "Hint: did you mean `kms:Decrypt`?" in text
    assert "https://docs.aws.amazon.com/" in text
    assert where == '"kms:Decrpyt"'


def test_an_operator_and_a_key_are_told_of() -> None:
    assert (_pointed("StringEqualsIfExists") or ("", ""))[1] == "StringEqualsIfExists"
    assert (_pointed("kms:ViaService") or ("", ""))[1] == "kms:ViaService"


@pytest.mark.parametrize("word", ["Resource", "s3.us-east-1", "2012-10-17", "}"])
def test_of_other_words_nothing_is_told(word: str) -> None:
    assert _pointed(word) is None


TERRAFORM = """
data "aws_iam_policy_document" "key" {
  statement {
    actions   = ["kms:Decrypt", "kms:Gen*"]
    resources = ["*"]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
    }
  }
}
"""


@pytest.mark.parametrize("word", ["kms:Decrypt", "kms:Gen*", "StringEquals", "kms:ViaService"])
def test_in_other_languages_strings_are_told_of(word: str) -> None:
    told = hover(TERRAFORM, TERRAFORM.index(word) + 2, yaml=None)
    assert told is not None
    assert TERRAFORM[told.start : told.end] == word


@pytest.mark.parametrize("word", ["resources", '"*"', "aws_iam", "statement", ", "])
def test_in_other_languages_nothing_else_is(word: str) -> None:
    assert hover(TERRAFORM, TERRAFORM.index(word), yaml=None) is None
