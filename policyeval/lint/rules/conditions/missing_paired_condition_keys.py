"""C203: a private address without the VPC that it is of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import conditions_unknown, is_null_check
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_PAIRED: Final = frozenset({"aws:sourcevpc", "aws:sourcevpcarn", "aws:sourcevpce"})


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for the other key in the same statement."""
    if condition.folded != "aws:vpcsourceip" or is_null_check(condition):
        return
    statement = condition.statement
    if not conditions_unknown(statement) and not any(other.folded in _PAIRED for other in statement.conditions):
        yield Flaw(
            condition.key_place(),
            f"{ticked(condition.key)} says nothing without the VPC: every VPC may have these addresses",
            "add a condition on `aws:SourceVpc` or `aws:SourceVpce`",
        )


RULE = Rule(
    code="C203",
    name="missing-paired-condition-keys",
    severity=Severity.SECURITY_WARNING,
    access_analyzer="MISSING_PAIRED_CONDITION_KEYS",
    level=Level.CONDITION,
    check=check,
    summary="The key `aws:VpcSourceIp` is compared without `aws:SourceVpc` or `aws:SourceVpce` beside it.",
    why="Private addresses are the same in every VPC of the world: anybody can have the one that is asked for.",
    instead="Add a condition on `aws:SourceVpc` or `aws:SourceVpce` to the statement.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-missing-paired-condition-keys",
)
