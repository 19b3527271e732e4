"""C417: a global key that another has superseded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_SOURCE_OWNER: Final = "aws:sourceowner"


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for the key of Amazon SNS; both can be in a request, or one of them, so that it has no fix."""
    if condition.folded == _SOURCE_OWNER:
        yield Flaw(
            condition.key_place(),
            f"{ticked(condition.key)} is superseded by `aws:SourceAccount`",
            "write `aws:SourceAccount` where the service that calls has it",
        )


RULE = Rule(
    code="C417",
    name="superseded-condition-key",
    severity=Severity.SUGGESTION,
    level=Level.CONDITION,
    check=check,
    summary="A condition uses the key `aws:SourceOwner`.",
    why=(
        "Amazon SNS still has it in the default policy of a topic and for services that have long sent to topics. It "
        "is not among the global keys, and services that came later send `aws:SourceAccount` alone."
    ),
    instead="Write `aws:SourceAccount`, and `aws:SourceArn` beside it, for services that send them.",
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html#source-account-versus-source-owner",
)
