"""C119: a key that only another action sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import covers_action, is_positive
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_TAGGING: Final = ("aws:requesttag/", "aws:tagkeys", "sts:transitivetagkeys")


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for the action among all statements: it may have one of its own."""
    if condition.folded.startswith(_TAGGING):
        needed = "sts:TagSession"
    elif condition.folded == "sts:sourceidentity":
        needed = "sts:SetSourceIdentity"
    else:
        return
    policy = condition.statement.policy
    allowing = [each for each in policy.statements if each.allows]
    unknown = not policy.complete or any(each.action is None or not each.action.complete for each in allowing)
    if not condition.statement.allows or not is_positive(condition) or unknown:
        return
    if not any(covers_action(each, needed.lower()) for each in allowing):
        yield Flaw(
            condition.key_place(),
            f"{ticked(condition.key)} is set by `{needed}`, which the policy does not allow",
            f"add `{needed}` to the actions",
        )


RULE = Rule(
    code="C119",
    name="missing-action-for-condition-key",
    severity=Severity.ERROR,
    access_analyzer="MISSING_ACTION_FOR_CONDITION_KEY",
    level=Level.CONDITION,
    check=check,
    types=frozenset({PolicyType.TRUST}),
    summary="A trust policy asks for a key that is set by an action which it does not allow.",
    why=(
        "Passing session tags or a source identity has a permission of its own: without it the value can never be set."
    ),
    instead="Add the action: `sts:TagSession` for tags, `sts:SetSourceIdentity` for the source identity.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-action-for-condition-key",
)
