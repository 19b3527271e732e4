"""C413: a pattern that no value is outside of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for a lone star under a negated operator that knows wildcards."""
    if condition.base in {"StringNotLike", "ArnNotLike", "ArnNotEquals"}:
        holds = "never holds" if condition.quantifier == "ForAnyValue" else "holds only where the key is missing"
        if any(value.text == "*" for value in condition.values):
            yield Flaw(
                condition.key_place(),
                f"{ticked(condition.operator)} with `*` {holds}",
                f'write `"Null": {{"{condition.key}": "true"}}` if it should be missing',
            )


RULE = Rule(
    code="C413",
    name="redundant-statement-due-to-wildcard-in-condition",
    severity=Severity.SUGGESTION,
    access_analyzer="REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION",
    level=Level.CONDITION,
    check=check,
    summary="A condition asks for a value that is not matched by `*`.",
    why="Every value is: it only holds where the key is missing, and under `ForAnyValue` never.",
    instead='Write `"Null": {"key": "true"}` if the key should be missing, or what is meant.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-redundant-statement-due-to-wildcard-in-condition",
)
