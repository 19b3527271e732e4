"""K106: a condition for which PutKeyPolicy refuses the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


_SINGLE_VALUED: Final = ("kms:encryptioncontext:", "aws:requesttag/")


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for ForAllValues on one pair of the encryption context or one tag (K12)."""
    if condition.quantifier == "ForAllValues" and condition.folded.startswith(_SINGLE_VALUED):
        yield Flaw(
            condition.operator_place(),
            f"`ForAllValues` on {ticked(condition.key)} also holds when the request has none: AWS KMS refuses it",
            f"write {ticked(condition.base)}",
        )


RULE = Rule(
    code="K106",
    name="overly-permissive-condition",
    severity=Severity.ERROR,
    level=Level.CONDITION,
    check=check,
    types=frozenset({PolicyType.KEY}),
    summary="A key policy has ForAllValues on a pair of the encryption context, or on a tag.",
    why=(
        "ForAllValues holds of nothing: a call without any encryption context passes a condition that was meant "
        "to demand one. PutKeyPolicy refuses such a policy with `OverlyPermissiveCondition`."
    ),
    instead="Use the operator without ForAllValues: each of these keys has one value.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-encryption-context",
)
