"""C205: a Deny of all other actions, by a tag."""

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
    if not statement.denies or statement.action is None or not statement.action.negated:
        return
    for condition in tag_conditions(statement):
        yield Flaw(
            statement.action.key_place(),
            f"many actions that `NotAction` covers have no {ticked(condition.key)}: those are not denied",
            "name the actions in `Action`",
            (condition.key_place(),),
        )


RULE = Rule(
    code="C205",
    name="deny-notaction-with-unsupported-tag-condition-key-for-service",
    severity=Severity.SECURITY_WARNING,
    access_analyzer="DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Condition"}),
    summary="A statement denies all but some actions by a tag of the resource.",
    why="Actions that never see the tag, those of the future among them, are not denied.",
    instead="Name the actions in `Action`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-deny-notaction-with-unsupported-tag-condition-key-for-service",
)
