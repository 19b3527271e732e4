"""K310: a condition key that works in IAM policies only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.kms import IAM_POLICY_ONLY_KEYS
from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_one_of, is_positive
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for conditions on tags and aliases of the key (K6)."""
    if is_positive(condition) and is_one_of(condition.folded, IAM_POLICY_ONLY_KEYS):
        yield Flaw(
            condition.key_place(),
            f"{ticked(condition.key)} works in IAM policies, not in a key policy",
            "take it out: a key policy is about one key, whatever its tags and aliases",
        )


RULE = Rule(
    code="K310",
    name="iam-policy-only-key",
    severity=Severity.WARNING,
    level=Level.CONDITION,
    check=check,
    types=frozenset({PolicyType.KEY}),
    summary="A key policy has a condition on the tags or aliases of the key.",
    why=(
        "AWS supports `aws:ResourceTag` and `kms:ResourceAliases` for keys in IAM policies only. PutKeyPolicy refuses "
        "a key policy with one of them, and an Allow that wants one lets nobody in."
    ),
    instead=(
        "Use the condition in identity policies; for the alias by which a key is called there is `kms:RequestAlias`."
    ),
    source="https://docs.aws.amazon.com/kms/latest/developerguide/abac.html",
)
