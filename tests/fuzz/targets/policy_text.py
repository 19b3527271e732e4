"""Any text is a policy or is refused with its faults; what is a policy is printed and read back equal."""

from __future__ import annotations

import json

from policyeval.errors import PolicySyntaxError
from policyeval.model.policy import Policy, PolicyType
from policyeval.syntax.policy import parse_policy
from tests.fuzz.checks import POLICY_WORDS, expect_faults, text_of

FINE = ()
WORDS = POLICY_WORDS


def run(data: bytes) -> None:
    text = text_of(data)
    for policy_type in (None, *PolicyType):
        policy = _parsed(text, policy_type)
        if policy is None and policy_type is None:
            return  # what is wrong for every kind of policy is wrong for each
        if policy is not None:
            _round_trip(policy, policy_type)


def _parsed(text: str, policy_type: PolicyType | None) -> Policy | None:
    try:
        return parse_policy(text, "fuzz.json", policy_type)
    except PolicySyntaxError as error:
        expect_faults(error.diagnostics)
        return None


def _round_trip(policy: Policy, policy_type: PolicyType | None) -> None:
    document = policy.to_document()
    for again in (
        parse_policy(document, policy_type=policy_type),
        parse_policy(json.dumps(document), policy_type=policy_type),
        parse_policy(json.dumps(document, ensure_ascii=False, indent=1).encode(), policy_type=policy_type),
    ):
        assert again == policy
        assert hash(again) == hash(policy)
