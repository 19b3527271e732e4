"""K309: a condition key that the action's requests never have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.keys import lookup
from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_positive
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.kms._carried import TOLD_BY_ANOTHER, is_context, without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for actions by name whose requests lack a key of AWS KMS that is wanted (K9)."""
    folded = condition.folded
    if not folded.startswith("kms:") or lookup(folded) is None or is_context(folded) or not is_positive(condition):
        return
    if condition.statement.policy.type not in TOLD_BY_ANOTHER:
        yield from without(condition, "never have that key")


RULE = Rule(
    code="K309",
    name="key-never-in-request",
    severity=Severity.WARNING,
    level=Level.CONDITION,
    check=check,
    summary="A condition is on a key that the requests for an action do not have.",
    why=(
        "Each condition key of AWS KMS is there for the operations that AWS lists and for no others. An Allow "
        "that wants it of another operation is never met: RevokeGrant cannot be allowed by `kms:GrantOperations`. "
        "A Deny that wants it denies nothing."
    ),
    instead="Put the action into a statement of its own, under conditions that its requests have.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html",
)
