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
}


@pytest.mark.parametrize(("code", "statements", "count"), CASES.values(), ids=CASES)
def test_a_policy_with_very_many_parts_is_linted(code: str, statements: list[dict[str, Any]], count: int) -> None:
    node, _ = read_json(json.dumps({"Version": "2012-10-17", "Statement": statements}), None)
    assert node is not None
    found = Linter([load(code)]).lint(node, PolicyType.RESOURCE)
    assert [finding.code for finding in found] == [code] * count
