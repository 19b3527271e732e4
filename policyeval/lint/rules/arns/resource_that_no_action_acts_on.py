"""R302: a resource that no action beside it acts on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.arns._acting import is_misplaced_alias, named_by_text, types_of
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look, for each resource, whether one of the actions acts on its type."""
    actions, resources = statement.action, statement.resource
    if actions is None or actions.negated or not actions.complete or resources is None or resources.negated:
        return
    # Thousands of resources are of few types.
    named = [(value, kinds) for value in resources.values if (kinds := named_by_text(value.text))]
    waiting = {kinds for _, kinds in named}
    for action in actions.values:
        if not waiting:
            return
        acted_on = types_of(action.text)
        if acted_on is None:
            return
        waiting = {kinds for kinds in waiting if kinds.isdisjoint(acted_on)}
    alone = [value for value, kinds in named if kinds in waiting]
    by_name = not any(has_wildcard(action.text) for action in actions.values)
    if by_name and resources.complete and len(alone) == len(resources.values):
        return  # R301 says it of the actions
    for value in alone:
        if not is_misplaced_alias(statement, value.text):
            yield Flaw(
                value.place(),
                f"no action of the statement acts on {ticked(value.text)}",
                "take it out, or add the actions that are meant for it",
            )


RULE = Rule(
    code="R302",
    name="resource-that-no-action-acts-on",
    severity=Severity.WARNING,
    level=Level.STATEMENT,
    check=check,
    summary="No action of the statement acts on a resource.",
    why=("The statement says nothing of this resource, as when an action on objects is allowed on a bucket."),
    instead="Name resources of the types that the actions act on.",
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
)
