"""R301: an action that acts on none of the resources beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.arns._acting import named, types_of
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Look, for each action by name, whether one of the resources is of a type that it acts on."""
    resources = named(statement)
    if resources is None or statement.action is None or statement.action.negated:
        return
    for value in statement.action.values:
        kinds = types_of(value.text)
        if kinds is None or has_wildcard(value.text) or not kinds.isdisjoint(resources):
            continue
        hint = "give it a statement with a resource of its type"
        if not kinds:
            hint = 'give it a statement with `"Resource": "*"`: it acts on no resource in particular'
        yield Flaw(value.place(), f"the action {ticked(value.text)} acts on none of the resources", hint)


RULE = Rule(
    code="R301",
    name="action-acts-on-none-of-these",
    severity=Severity.WARNING,
    level=Level.STATEMENT,
    check=check,
    summary="An action acts on none of the resources of its statement.",
    why=(
        "The statement says nothing of this action. Actions that create or list often act on no resource in "
        "particular, and need `*`."
    ),
    instead='Put the action into a statement with `"Resource": "*"`, or with the ARN of what it acts on.',
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
)
