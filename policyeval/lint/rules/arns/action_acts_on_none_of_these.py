"""R301: an action that acts on none of the resources beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.arns._acting import is_misplaced_alias, named, types_of
from policyeval.lint.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policyeval.lint.view import Statement, Value


def check(statement: Statement) -> Iterator[Flaw]:
    """Look, for each action by name, whether one of the resources is of a type that it acts on."""
    resources = named(statement)
    if resources is None or statement.action is None or statement.action.negated:
        return
    general: list[Value] = []
    others: list[Value] = []
    for value in statement.action.values:
        kinds = types_of(value.text)
        if kinds is not None and not has_wildcard(value.text) and kinds.isdisjoint(resources):
            (others if kinds else general).append(value)
    if not (general or others) or _misplaced(statement):
        return
    if general:
        yield _flaw(general, 'give them a statement with `"Resource": "*"`: they act on no resource in particular')
    if others:
        yield _flaw(others, "give them a statement with resources of their types")


def _misplaced(statement: Statement) -> bool:
    resource = statement.resource
    return resource is not None and all(is_misplaced_alias(statement, value.text) for value in resource.values)


def _flaw(actions: Sequence[Value], hint: str) -> Flaw:
    first, *rest = actions
    message = f"nothing that {listed(actions)} can act on is among the resources"
    return Flaw(first.place(), message, hint, tuple(value.place() for value in rest))


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
