"""C411: a set operator on the audience of a provider that nobody describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import find_key, is_of_provider
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look at audiences whose number of values AWS does not tell."""
    if not condition.quantifier or not condition.folded.endswith(":aud") or not is_of_provider(condition.folded):
        return
    if find_key(condition.folded) is None:
        yield Flaw(
            condition.key_place(),
            f"{ticked(condition.key)} likely has one value, and {ticked(condition.operator)} is for several",
            f"write `{condition.base}` unless its tokens have several",
        )


RULE = Rule(
    code="C411",
    name="confirm-audience-claim-type",
    severity=Severity.SUGGESTION,
    access_analyzer="CONFIRM_AUDIENCE_CLAIM_TYPE",
    level=Level.CONDITION,
    check=check,
    summary="The audience of an unknown provider is compared with a set operator.",
    why="Most tokens have one audience: `ForAllValues` also holds where it is missing.",
    instead="Leave the set operator out unless the provider's tokens have several audiences.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-confirm-audience-claim-type",
)
