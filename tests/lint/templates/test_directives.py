"""What directives of Terraform choose in a text of JSON is there by choice, and nothing is said of what none make."""

from __future__ import annotations

import pytest

from policyeval.lint.linter import Linter
from policyeval.lint.rules.table import load_all
from policyeval.lint.run import lint_bytes

LINTER = Linter(load_all())

# In statements these stand for what is often in them.
WORDS = {
    "WRONG": '{"Effect": "Allow", "Action": "s3:Wrong", "Resource": "*"}',
    "RIGHT": '{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}',
    "PASS": '{"Sid": "A", "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}',
    "RUN": '{"Sid": "A", "Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"}',
    "LAUNCH": '{"Sid": "B", "Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"}',
}
FILES = ("main.tf", "policy.json.tftpl")


def _found(statements: str, name: str) -> list[str]:
    for word, stands_for in WORDS.items():
        statements = statements.replace(word, stands_for)
    text = '{"Version": "2012-10-17", "Statement": [' + statements + "]}\n"
    if name == "main.tf":
        text = 'resource "aws_iam_policy" "it" {\npolicy = <<EOT\n' + text + "EOT\n}\n"
    report = lint_bytes(LINTER, text.encode(), name)
    return [f"{each.code} {text[each.place.start : each.place.end]}" for each in report.findings]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "statements",
    [
        pytest.param("RIGHT%{ if x ~}, WRONG%{ endif }", id="a statement that is there or not"),
        pytest.param(
            "%{ for i, x in y ~} WRONG%{ if i < 2 }, %{ endif } %{~ endfor }",
            id="statements of a loop, with a comma after each but the last",
        ),
        pytest.param(
            '{"Effect": "Allow", "Action": "s3:Wrong", "Resource": [%{ for b in bs }"arn:aws:s3:::${b}/*", %{ endfor }"*"]}',
            id="values of a loop, and one more",
        ),
        pytest.param(
            '{"Effect": "Allow", "Action": ["s3:GetObject"%{ if x }, "s3:Wrong"%{ endif }], "Resource": "arn:aws:s3:::b/*"}',
            id="an action that is there or not",
        ),
        pytest.param(
            '%{ if x }{"Effect": "Allow", "Action": ["s3:Get*"%{ if y }, "s3:Wrong"%{ endif }], "Resource": "*"}%{ endif }',
            id="a choice in a choice",
        ),
        pytest.param(
            '{"Effect": "Allow", "Action": "s3:Wrong", "Resource": "arn:aws:s3:::%{ if x }a%{ else }b%{ endif }/*"}',
            id="what chooses a part of a string",
        ),
    ],
)
def test_what_directives_choose_is_linted(name: str, statements: str) -> None:
    assert _found(statements, name) == ['A102 "s3:Wrong"']


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "statements",
    [
        pytest.param(
            '{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*" %{ if x }, "Condition": {"StringEqual": {}}%{ endif }}',
            id="an element",
        ),
        pytest.param(
            '{"Effect": "Allow", "Action": "s3:Get*", "Resource": %{ if x } "arn:wrong" %{ endif }}', id="a value"
        ),
    ],
)
def test_an_element_that_is_there_or_not_is_unknown_and_not_missing(name: str, statements: str) -> None:
    assert _found(statements, name) == []


def test_two_choices_are_not_put_together() -> None:
    found = _found("%{ if x }PASS, %{ endif }%{ if !x }RUN, %{ endif }WRONG", "main.tf")
    assert found == ['W201 "iam:PassRole"', 'A102 "s3:Wrong"']


def test_what_one_choice_makes_is_put_together() -> None:
    assert _found("%{ if x }PASS, LAUNCH%{ endif }", "main.tf") == ['W201 "iam:PassRole"', 'W211 "iam:PassRole"']


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param(
            '{"Effect": "Allow", "Action": %{ if x }"s3:Wrong"%{ else }"s3:Get*"%{ endif }}', id="one of two sides"
        ),
        pytest.param("WRONG %{ if x }", id="a directive without an end"),
        pytest.param("WRONG %{ endif }", id="an end without a beginning"),
        pytest.param("%{ if x }%{ for x in y }WRONG%{ endif }%{ endfor }", id="ends in the wrong order"),
        pytest.param(
            '{"Effect": "Allow", "Action": "s3:Wrong" %{ if x }}, {%{ endif } "Sid": "A"}',
            id="what closes a bracket of others",
        ),
        pytest.param("WRONG %{ if x }, %{ endif }WRONG", id="a comma that is missing without them"),
        pytest.param("WRONG %{ call x }", id="a directive that there is not"),
    ],
)
def test_what_cannot_be_told_apart_is_unknown(statements: str) -> None:
    assert _found(statements, "main.tf") == []
    assert _found(statements, "policy.json.tftpl") == ["X104 %{"]
