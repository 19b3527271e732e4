"""C206: an Allow that a request without the key passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.conditions._presence import passed_without_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.rule import Flaw
    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for what makes sure that the key is there; the keys of tags are C415's."""
    if not condition.folded.endswith("tagkeys"):
        yield from passed_without_key(condition)


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
