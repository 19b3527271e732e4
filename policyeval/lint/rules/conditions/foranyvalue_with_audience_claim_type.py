"""C212: `ForAnyValue` on the audience of a token."""

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
    """Look at audiences that hold one value, as far as AWS says."""
    if condition.quantifier != "ForAnyValue" or not condition.folded.endswith(":aud"):
        return
    key = find_key(condition.folded)
    if is_of_provider(condition.folded) and key is not None and not key.multivalued:
        yield Flaw(
            condition.key_place(),
            f"{ticked(condition.key)} has one value, and `ForAnyValue` is for several",
            f"write `{condition.operator.removeprefix('ForAnyValue:')}`",
        )


RULE = Rule(
    code="C212",
    name="foranyvalue-with-audience-claim-type",
    severity=Severity.SECURITY_WARNING,
    access_analyzer="FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE",
    level=Level.CONDITION,
    check=check,
    summary="The audience of a token is compared with `ForAnyValue`.",
    why="The claim has one value for most providers; with several, one audience that matches is enough.",
    instead="Leave `ForAnyValue:` out.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-foranyvalue-with-audience-claim-type",
)
