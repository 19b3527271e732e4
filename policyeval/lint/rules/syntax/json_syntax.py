"""S101: the text is not JSON, or not YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.model.source import Diagnostic


def check(fault: Diagnostic) -> Iterator[Flaw]:
    """Pass on what the reader says: its faults have no kind."""
    if fault.kind is None and fault.place is not None:
        yield Flaw(fault.place, fault.message, fault.hint)


RULE = Rule(
    code="S101",
    name="json-syntax",
    severity=Severity.ERROR,
    access_analyzer="JSON_SYNTAX_ERROR",
    level=Level.FAULT,
    check=check,
    summary="The text is not JSON.",
    why="AWS refuses it. All faults of a text are reported in one run, each with what would mend it.",
    instead="Write JSON (RFC 8259): double quotes, no comments, no comma after the last item.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
)
