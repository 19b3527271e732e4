"""C211: attributes that a read without a projection ignores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import conditions_unknown, covers_action
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_READS: Final = ("batchgetitem", "getitem", "query", "scan")


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for a condition on `dynamodb:Select` in an Allow of reads."""
    if condition.folded != "dynamodb:attributes":
        return
    statement = condition.statement
    if not statement.allows or conditions_unknown(statement):
        return
    if any(other.folded == "dynamodb:select" for other in statement.conditions):
        return
    if any(covers_action(statement, f"dynamodb:{name}") for name in _READS):
        yield Flaw(
            condition.key_place(),
            f"a read that names no attributes has no {ticked(condition.key)} and returns all",
            'add `"StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}`',
        )


RULE = Rule(
    code="C211",
    name="dynamodb-attributes-without-select",
    severity=Severity.SECURITY_WARNING,
    access_analyzer="DYNAMODB_ATTRIBUTES_WITHOUT_SELECT",
    level=Level.CONDITION,
    check=check,
    summary="The attributes that may be read are listed, and reads that name none are not kept out.",
    why=(
        "DynamoDB checks `dynamodb:Attributes` only where a request names attributes: without a projection it "
        "returns the whole item."
    ),
    instead='Add `"StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}` to the statement.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-dynamodb-attributes-without-select",
)
