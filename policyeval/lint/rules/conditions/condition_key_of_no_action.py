"""C416: a key that no action of the statement has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_positive, named_actions
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._supported import has_key, is_listed
from policyeval.lint.words import listed
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look all actions up, patterns too; in policies of resources C117 looks at each."""
    if not is_positive(condition) or not is_listed(condition.folded, assuming=False):
        return
    if condition.folded.startswith("kms:") and named_actions(condition.statement, "kms"):
        return  # K308 and K309 say more of actions by name
    element = condition.statement.action
    if element is None or element.negated or not element.complete or not element.values:
        return
    if all(has_key(value.text, condition.folded) is False for value in element.values):
        yield Flaw(
            condition.key_place(),
            f"AWS lists {ticked(condition.key)} with none of the actions: {listed(element.values)}",
            "write a key of the actions, or a global one",
        )


RULE = Rule(
    code="C416",
    name="condition-key-of-no-action",
    severity=Severity.SUGGESTION,
    level=Level.CONDITION,
    check=check,
    types=frozenset({PolicyType.IDENTITY, PolicyType.SESSION, PolicyType.SCP, PolicyType.RCP}),
    summary="A statement asks for a key that AWS lists with none of its actions.",
    why="No request has the key, so that the condition fails: an Allow does nothing, a Deny denies nothing.",
    instead="Write a key of the actions, a global one, or the actions that the key is for.",
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
)
