"""K308: an encryption context for what takes none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.kms import SYMMETRIC_SPECS
from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_positive
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.kms._carried import TOLD_BY_ANOTHER, is_context, without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for keys, described beside their policy, and actions whose requests have no encryption context (K8)."""
    if not is_context(condition.folded) or not is_positive(condition):
        return
    spec = condition.statement.policy.key.spec
    if spec is not None and spec not in SYMMETRIC_SPECS:
        yield Flaw(
            condition.key_place(),
            f"keys of the spec `{spec}` take no encryption context: this never matches",
            "take the condition out, or use a symmetric key",
        )
    elif condition.statement.policy.type not in TOLD_BY_ANOTHER:
        yield from without(condition, "have no encryption context")


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
