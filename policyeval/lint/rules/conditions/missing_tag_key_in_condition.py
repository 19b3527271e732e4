"""C114: a key for tags without the name of a tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import lacks_tag_name
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look the key up as a family of tags."""
    if lacks_tag_name(condition.folded):
        yield Flaw(
            condition.key_place(),
            f"{ticked(condition.key)} names no tag",
            f"write `{condition.key.rstrip('/')}/` and the name of the tag",
        )


RULE = Rule(
    code="C114",
    name="missing-tag-key-in-condition",
    severity=Severity.ERROR,
    access_analyzer="MISSING_TAG_KEY_IN_CONDITION",
    level=Level.CONDITION,
    check=check,
    summary="A key for a tag does not name the tag.",
    why="No request has such a key: a condition on it fails, or with a negated operator always holds.",
    instead="Write the name of the tag after a slash, such as `aws:RequestTag/team`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-tag-key-in-condition",
)
