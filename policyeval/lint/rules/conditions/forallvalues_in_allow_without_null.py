"""C206: an Allow that a request without the key passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._presence import may_be_missing
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for what makes sure that the key is there; the keys of tags are C415's."""
    if not condition.folded.endswith("tagkeys") and may_be_missing(condition):
        yield Flaw(
            condition.operator_place(),
            f"{ticked(condition.operator)} also holds for a request without {ticked(condition.key)}",
            f'add `"Null": {{"{condition.key}": "false"}}` if that shall not be allowed',
            (condition.key_place(),),
        )


RULE = Rule(
    code="C206",
    name="forallvalues-in-allow-without-null",
    severity=Severity.SECURITY_WARNING,
    level=Level.CONDITION,
    check=check,
    summary="An Allow has `ForAllValues` and no `Null` check of the key.",
    why=(
        "The operator `ForAllValues` also holds where the key is missing or empty: a request without any "
        "value is allowed."
    ),
    instead='Add `"Null": {"key": "false"}` to the statement.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html",
)
