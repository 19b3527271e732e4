"""A106: an action that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.model.source import Diagnostic


def check(fault: Diagnostic) -> Iterator[Flaw]:
    """Pass on what the parser says of an action, but for what has a rule of its own."""
    place = fault.place
    if fault.kind is Kind.ACTION_FORMAT and place is not None:
        written = place.source.text[place.start : place.end] if place.source is not None else ":"
        if ":" in written and not any(map(str.isspace, written)):
            yield Flaw(place, fault.message, fault.hint)


RULE = Rule(
    code="A106",
    name="malformed-action",
    severity=Severity.ERROR,
    level=Level.FAULT,
    check=check,
    summary="An action is not of the form `service:action`.",
    why="IAM refuses such an action, or the statement says nothing by it.",
    instead=("Write the prefix of a service, one colon and the name of an action, in which `*` and `?` are wildcards."),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html",
)
