"""C415: an Allow by the keys of tags that a request without tags passes."""

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
    """Look for what makes sure that there are tags."""
    if condition.folded.endswith("tagkeys"):
        yield from passed_without_key(condition)


RULE = Rule(
    code="C415",
    name="tag-keys-without-null",
    severity=Severity.SUGGESTION,
    level=Level.CONDITION,
    check=check,
    summary="An Allow limits the keys of tags with `ForAllValues`, and requests without tags pass.",
    why=(
        "That may be meant: such a request sets no tag. A resource that should have its tags from the start is "
        "made without them."
    ),
    instead='Add `"Null": {"aws:TagKeys": "false"}` if a request without tags should not be allowed.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html",
)
