"""Rules that compare the parts of a policy to each other end where there are very many: each to each they would not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policyeval.lint.linter import Linter
from policyeval.lint.rules.table import load
from policyeval.model.policy import PolicyType
from policyeval.syntax.json_reader import read_json

MANY = range(20_000)

CASES: dict[str, tuple[str, list[dict[str, Any]], int]] = {
    "resources on which no action acts": (
        "R302",
        [
            {
                "Effect": "Allow",
                "Action": ["s3:ListBucket*" for _ in MANY],
                "Resource": [f"arn:aws:s3:::bucket/{number}" for number in MANY],
            }
        ],
        len(MANY),
    ),
    "resources that differ before their stars": (
        "R401",
        [
            {
                "Effect": "Deny",
                "Action": "s3:*",
                "Resource": [f"arn:aws:s3:::{number}-{part}/*" for number in MANY for part in "abca"],
            }
        ],
        len(MANY),
    ),
}


def _denies(operator: str, pattern: str) -> list[dict[str, Any]]:
    """Make two that spare values of their own."""
    return [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": {operator: {"aws:PrincipalArn": [pattern.format(letter, number) for number in MANY]}},
        }
        for letter in "ab"
    ]


def _both(one: str, other: str, pattern: str) -> list[dict[str, Any]]:
    """Make one that asks for values of two kinds."""
    wanted = {
        operator: {"aws:PrincipalOrgID": [pattern.format(letter, number) for number in MANY]}
        for operator, letter in ((one, "a"), (other, "b"))
    }
    return [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": wanted}]


CASES |= {
    "statements that allow everybody something, where no Deny narrows any": (
        "W213",
        [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"} for _ in MANY[:8_000]],
        8_000,
    ),
    "denials that spare different values": ("C315", _denies("StringNotEquals", "{}{}"), 1),
    "denials that spare different values, of which none is a pattern": ("C315", _denies("StringNotLike", "{}{}"), 1),
    "denials that spare more patterns than are compared": ("C315", _denies("StringNotLike", "*{}{}"), 0),
    "values that no request has both of": ("C309", _both("StringEquals", "StringEqualsIgnoreCase", "o-{}{}"), 1),
    "values of which other values are refused": ("C309", _both("StringEquals", "StringNotEquals", "o-{}{}"), 0),
    "more patterns than are compared": ("C309", _both("StringLike", "StringLikeIfExists", "*{}{}"), 0),
    "more refused patterns than are compared": ("C309", _both("StringLike", "StringNotLike", "*{}{}"), 0),
    "more conditions than are compared each to each": (
        "C309",
        [
            {
                "Effect": "Allow",
                "Condition": {
                    operator: {f"aws:PrincipalTag/{number}": "a" for number in MANY}
                    for operator in ("StringEquals", "StringEqualsIgnoreCase")
                },
            }
        ],
        0,
    ),
}


@pytest.mark.parametrize(("code", "statements", "count"), CASES.values(), ids=CASES)
def test_a_policy_with_very_many_parts_is_linted(code: str, statements: list[dict[str, Any]], count: int) -> None:
    node, _ = read_json(json.dumps({"Version": "2012-10-17", "Statement": statements}), None)
    assert node is not None
    found = Linter([load(code)]).lint(node, PolicyType.RESOURCE)
    assert [finding.code for finding in found] == [code] * count
