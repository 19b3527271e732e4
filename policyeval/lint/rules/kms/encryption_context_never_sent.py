"""K308: an encryption context for what takes none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.kms import OPERATIONS, SYMMETRIC_SPECS
from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_positive, named_actions
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.kms._carried import carries, is_context
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for actions, or keys, whose requests have no encryption context (K8)."""
    statement = condition.statement
    if not is_context(condition.folded) or not is_positive(condition):
        return
    spec = statement.policy.key.spec
    if spec is not None and spec not in SYMMETRIC_SPECS:
        yield Flaw(
            condition.key_place(),
            f"keys of the spec `{spec}` take no encryption context: this never matches",
            "take the condition out, or use a symmetric key",
        )
        return
    for value, action in named_actions(statement, "kms"):
        if action in OPERATIONS and not carries(action, condition.folded):
            yield Flaw(
                value.place(),
                f"{ticked(value.text)} has no encryption context: with {ticked(condition.key)} it never matches",
                "give it a statement without that condition",
                (condition.key_place(),),
            )


RULE = Rule(
    code="K308",
    name="encryption-context-never-sent",
    severity=Severity.WARNING,
    level=Level.CONDITION,
    check=check,
    summary="A condition on the encryption context is for actions or keys that have none.",
    why=(
        "Only the cryptographic operations of symmetric keys, and grants, have an encryption context. An Allow of "
        "DescribeKey or Sign under such a condition is never met, and the application fails where nobody looks; a "
        "Deny under it denies nothing."
    ),
    instead="Put the actions that have no encryption context into a statement of their own.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-encryption-context",
)
