"""C408: an Allow of all other actions, by a tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._tags import tag_conditions
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for NotAction with a condition on a tag of the resource."""
    if not statement.allows or statement.action is None or not statement.action.negated:
        return
    for condition in tag_conditions(statement):
        yield Flaw(
            statement.action.key_place(),
            f"many actions that `NotAction` covers have no {ticked(condition.key)}: those are not allowed",
            "name the actions in `Action`",
            (condition.key_place(),),
        )


RULE = Rule(
    code="C408",
    name="allow-notaction-with-unsupported-tag-condition-key-for-service",
    severity=Severity.SUGGESTION,
    access_analyzer="ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Condition"}),
    summary="A statement allows all but some actions, with a tag of the resource.",
    why="Actions that never see the tag are not allowed by it, whatever the statement looks like.",
    instead="Name the actions in `Action`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-allow-notaction-with-unsupported-tag-condition-key-for-service",
)
