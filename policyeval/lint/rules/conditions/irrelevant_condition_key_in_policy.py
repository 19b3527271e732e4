"""C410: a key about the resource in its own policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_KEYS: Final = frozenset({"aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths", "s3:resourceaccount"})


def check(condition: Condition) -> Iterator[Flaw]:
    """Look at the key; what seems to be the policy of a bucket may be that of a VPC endpoint."""
    policy = condition.statement.policy
    if condition.folded in _KEYS and (policy.type_given or policy.type is PolicyType.KEY):
        yield Flaw(
            condition.key_place(),
            f"{ticked(condition.key)} is the same for whatever the policy is attached to",
            "ask it in an identity policy",
        )


RULE = Rule(
    code="C410",
    name="irrelevant-condition-key-in-policy",
    severity=Severity.SUGGESTION,
    access_analyzer="IRRELEVANT_CONDITION_KEY_IN_POLICY",
    level=Level.CONDITION,
    check=check,
    types=frozenset({PolicyType.RESOURCE, PolicyType.KEY}),
    summary="A resource's policy asks to whom the resource belongs.",
    why="The answer is always the same: that of the resource to which the policy is attached.",
    instead="Ask it in an identity policy, or leave it out.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-irrelevant-condition-key-in-policy",
)
