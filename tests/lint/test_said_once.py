"""That a request never has a condition key is said by exactly one rule, whatever the type of the policy."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policyeval.lint.key_facts import KeyFacts
from policyeval.lint.linter import Linter
from policyeval.lint.rules.table import load
from policyeval.model.policy import PolicyType
from policyeval.syntax.json_reader import read_json

LINTER = Linter([load(code) for code in ("C117", "C416", "K308", "K309")])
CONTEXT = {"StringEquals": {"kms:EncryptionContext:a": "b"}}
OPERATIONS = {"ForAnyValue:StringEquals": {"kms:GrantOperations": "Decrypt"}}


def _codes(
    actions: str | list[str], condition: Any, policy_type: PolicyType | None, key: KeyFacts | None = None
) -> list[str]:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*", "Condition": condition}
    if policy_type is not PolicyType.IDENTITY:
        statement["Principal"] = {"AWS": "arn:aws:iam::111122223333:role/app"}
    node, faults = read_json(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), "policy.json")
    assert node is not None
    assert faults == []
    return [finding.code for finding in LINTER.lint(node, policy_type, key=key)]


@pytest.mark.parametrize(
    ("actions", "condition", "policy_type", "code"),
    [
        pytest.param("kms:Sign", CONTEXT, PolicyType.KEY, "K308", id="an only action without a context"),
        pytest.param("kms:DescribeKey", CONTEXT, PolicyType.KEY, "K308", id="an only action that describes"),
        pytest.param(["kms:Decrypt", "kms:Sign"], CONTEXT, PolicyType.KEY, "K308", id="one of two in a key policy"),
        pytest.param("kms:Sign", CONTEXT, None, "K308", id="in what looks like a key policy"),
        pytest.param(["kms:Decrypt", "kms:Sign"], CONTEXT, PolicyType.IDENTITY, "K308", id="in an identity policy"),
        pytest.param("kms:Sign", CONTEXT, PolicyType.IDENTITY, "K308", id="an only action in an identity policy"),
        pytest.param("kms:Sig*", CONTEXT, PolicyType.IDENTITY, "C416", id="a pattern in an identity policy"),
        pytest.param(
            "kms:RevokeGrant", OPERATIONS, PolicyType.IDENTITY, "K309", id="another key in an identity policy"
        ),
        pytest.param(["kms:Sign", "kms:Verify"], CONTEXT, PolicyType.KEY, "K308", id="two actions in a key policy"),
        pytest.param("kms:Sign", CONTEXT, PolicyType.RESOURCE, "C117", id="in a resource's policy"),
        pytest.param("kms:RevokeGrant", OPERATIONS, PolicyType.KEY, "K309", id="another key in a key policy"),
    ],
)
def test_one_rule_says_that_an_action_never_has_the_key(
    actions: str | list[str], condition: Any, policy_type: PolicyType | None, code: str
) -> None:
    assert _codes(actions, condition, policy_type) == [code]


def test_of_a_key_that_takes_no_context_it_is_said_once_for_all_actions() -> None:
    assert _codes(["kms:Sign", "kms:Verify"], CONTEXT, PolicyType.KEY, KeyFacts(spec="RSA_2048")) == ["K308"]


@pytest.mark.parametrize("policy_type", [PolicyType.KEY, PolicyType.IDENTITY, PolicyType.RESOURCE])
def test_nothing_is_said_of_actions_that_have_the_key(policy_type: PolicyType) -> None:
    assert _codes(["kms:Decrypt", "kms:GenerateDataKey*"], CONTEXT, policy_type) == []
