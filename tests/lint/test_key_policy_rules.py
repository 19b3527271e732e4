"""The rules about key policies against the engine: what they say of access is what it decides."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval import PolicySet, Request, simulate
from policyeval.lint.finding import Finding
from policyeval.lint.key_facts import KeyFacts
from policyeval.lint.linter import Linter
from policyeval.lint.rules.table import load
from policyeval.model.arn import split_arn
from policyeval.model.policy import PolicyType
from policyeval.syntax.json_reader import read_json

HOME, GUEST = "111122223333", "444455556666"
KEY = f"arn:aws:kms:us-east-1:{HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER_KEY = KEY.replace("1234abcd", "0987dcba")
ADMIN, APP, GUEST_ROLE = (
    f"arn:aws:iam::{account}:role/{name}" for account, name in ((HOME, "admin"), (HOME, "app"), (GUEST, "app"))
)
# The last one is named nowhere: whom the account lets in by IAM policies.
CALLERS = (f"arn:aws:iam::{HOME}:root", ADMIN, APP, f"arn:aws:iam::{HOME}:role/any")
ASKED = ("kms:PutKeyPolicy", "kms:Decrypt", "kms:DescribeKey")
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

principals = st.sampled_from([HOME, f"arn:aws:iam::{HOME}:root", ADMIN, APP, GUEST_ROLE, GUEST, "*"])
actions = st.sampled_from(["kms:*", "kms:Put*", "kms:PutKeyPolicy", "KMS:putkeypolicy", "kms:Decrypt", "kms:?ut*y"])
statements = st.builds(
    lambda effect, who, name, action, resource: {
        "Effect": effect,
        "Principal": {"AWS": who},
        name: action,
        **({"Resource": resource} if resource else {}),
    },
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.lists(principals, min_size=1, max_size=2),
    st.sampled_from(["Action", "Action", "NotAction"]),
    actions,
    st.sampled_from(["*", "*", KEY, OTHER_KEY, None]),
)
policies = st.lists(statements, min_size=1, max_size=3).map(
    lambda found: {"Version": "2012-10-17", "Id": "key-1", "Statement": found}
)


def found(code: str, policy: dict[str, Any]) -> list[Finding]:
    """Give what one rule finds in the policy of `KEY`."""
    node, faults = read_json(json.dumps(policy), "key.json")
    assert node is not None
    return Linter([load(code)]).lint(node, PolicyType.KEY, faults=faults, key=KeyFacts(arn=split_arn(KEY)))


def allowed(caller: str, action: str, policy: dict[str, Any]) -> bool:
    """Ask the engine for a caller whose IAM policies allow everything."""
    request = Request(principal=caller, action=action, resource=KEY)
    return simulate(request, PolicySet(identity_policies=[EVERYTHING], resource_policy=policy)).allowed


@given(policies)
def test_a_key_policy_is_locked_out_exactly_when_the_engine_lets_nobody_put_another(policy: dict[str, Any]) -> None:
    somebody = any(allowed(caller, "kms:PutKeyPolicy", policy) for caller in CALLERS)
    assert len(found("K101", policy)) == (0 if somebody else 1)


@given(policies)
def test_without_account_delegation_no_iam_policy_counts(policy: dict[str, Any]) -> None:
    if found("K301", policy):
        assert not any(allowed(CALLERS[-1], action, policy) for action in ASKED)


@pytest.mark.parametrize("code", ["K102", "K306", "K311"])
@given(policies)
def test_what_is_said_to_do_nothing_can_go(code: str, policy: dict[str, Any]) -> None:
    idle = {int(finding.place.pointer.split("/")[2]) for finding in found(code, policy)}
    rest = [statement for index, statement in enumerate(policy["Statement"]) if index not in idle]
    for caller in (*CALLERS, GUEST_ROLE) if idle and rest else ():
        for action in ASKED:
            assert allowed(caller, action, policy) == allowed(caller, action, {**policy, "Statement": rest})
