"""The traps that rules warn of are real: the engine decides each bad example as the rule says."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from policyeval import PolicySet, Request, simulate
from tests.lint.fixtures import FOLDER

TAGS = ["admin", "harmless"]


def _reason(code: str, action: str, context: Mapping[str, str | bool | list[str]], index: int = 0) -> str:
    """Decide on a request with one statement of a rule's bad example; a Deny stands beside an Allow of everything."""
    document = json.loads((FOLDER / code / "bad.json").read_text(encoding="utf-8"))
    # The examples are about their conditions, whatever the action is.
    statements = [{**document["Statement"][index], "Action": "*"}]
    if statements[0]["Effect"] == "Deny":
        statements.append({"Effect": "Allow", "Action": "*", "Resource": "*"})
    request = Request(
        principal="arn:aws:iam::111122223333:user/alice",
        action=action,
        resource="arn:aws:s3:::bucket/key",
        resource_account="111122223333",
        context=context,
    )
    policies = PolicySet(identity_policies=[{**document, "Statement": statements}])
    return str(simulate(request, policies).reason)


@pytest.mark.parametrize(
    ("code", "index", "action", "context"),
    [
        pytest.param("C207", 0, "s3:GetObject", {}, id="a Deny with Bool lets a request without MFA's key pass"),
        pytest.param("C208", 0, "ec2:CreateTags", {"aws:TagKeys": TAGS}, id="one more tag passes the Allow"),
        pytest.param("C208", 1, "ec2:CreateTags", {"aws:TagKeys": ["team", "x"]}, id="one listed tag evades the Deny"),
        pytest.param("C210", 0, "s3:ListBucket", {"s3:prefix": "priv"}, id="a shorter prefix evades the Deny"),
        pytest.param("C213", 0, "s3:GetObject", {}, id="an Allow with BoolIfExists needs no MFA"),
        pytest.param("C415", 0, "ec2:CreateTags", {}, id="a request without tags passes ForAllValues"),
        pytest.param(
            "V201", 0, "ec2:CreateTags", {"aws:RequestTag/team": "red"}, id="who has no tag is no one's equal"
        ),
    ],
)
def test_a_request_gets_through(code: str, index: int, action: str, context: dict[str, str | bool | list[str]]) -> None:
    assert _reason(code, action, context, index) == "allowed"


@pytest.mark.parametrize(
    ("code", "index", "action", "context"),
    [
        pytest.param("C101", 0, "s3:GetObject", {}, id="an operator that does not exist is never satisfied"),
        pytest.param("C103", 1, "s3:GetObject", {}, id="a key that does not exist is never there"),
        pytest.param("C107", 0, "s3:GetObject", {"aws:TagKeys": ["team"]}, id="a list under a plain operator is stuck"),
        pytest.param("C111", 0, "s3:GetObject", {"aws:SourceIp": "203.0.113.1"}, id="no public address is private"),
        pytest.param(
            "C306", 0, "s3:GetObject", {"aws:PrincipalTag/team": "admin-1"}, id="a star without Like is a star"
        ),
        pytest.param("C309", 0, "s3:GetObject", {}, id="a contradiction allows nothing"),
        pytest.param("V301", 0, "s3:GetObject", {}, id="a variable of no key matches nothing"),
    ],
)
def test_a_statement_does_nothing(code: str, index: int, action: str, context: dict[str, str | list[str]]) -> None:
    assert _reason(code, action, {**context}, index) == "implicit_deny"
