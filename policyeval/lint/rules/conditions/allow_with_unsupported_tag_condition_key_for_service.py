"""C407: actions that never see the tag that the statement asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._tags import tag_conditions, tagless_actions
from policyeval.lint.words import listed
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look the actions up; the finding has all of them and the key."""
    for condition in tag_conditions(statement) if statement.allows else ():
        actions = tagless_actions(statement)
        if actions:
            yield Flaw(
                actions[0].place(),
                f"no request for {listed(actions)} has {ticked(condition.key)}: the statement never allows that",
                "move it to a statement without this key",
                (*(value.place() for value in actions[1:]), condition.key_place()),
            )


RULE = Rule(
    code="C407",
    name="allow-with-unsupported-tag-condition-key-for-service",
    severity=Severity.SUGGESTION,
    access_analyzer="ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Condition"}),
    summary="A statement allows actions only with a tag of the resource, and they never see one.",
    why="The key is missing from their requests, the condition fails, and nothing is allowed.",
    instead="Move these actions to a statement without the tag, narrowed down by the names of resources.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-allow-with-unsupported-tag-condition-key-for-service",
)
