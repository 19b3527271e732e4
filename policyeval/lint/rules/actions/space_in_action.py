"""A105: an action with a space in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLANK: Final = re.compile(r"\s+")


def check(action: str) -> Iterator[TextFlaw]:
    """Look for anything that is blank, and mark it."""
    blank = _BLANK.search(action)
    if blank is not None and (":" in action or not action.strip(" \t\r\n")):
        hint = f"write `{_BLANK.sub('', action)}`" if action.strip() else "write an action"
        yield TextFlaw(f"the action {ticked(action)} has a space in it", hint, blank.start(), blank.end())


RULE = Rule(
    code="A105",
    name="space-in-action",
    severity=Severity.ERROR,
    level=Level.ACTION_TEXT,
    check=check,
    summary="An action has a space in it.",
    why=("No action has one, so the statement says nothing by it. It is easily overlooked before or after the name."),
    instead="Write the action without it.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html",
)
