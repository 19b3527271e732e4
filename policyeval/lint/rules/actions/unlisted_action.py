"""A406: an action that no page describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.unlisted import UNLISTED_ACTIONS
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(action: str) -> Iterator[TextFlaw]:
    """Look the action up among those that AWS takes and does not describe."""
    if action.lower() in UNLISTED_ACTIONS:
        yield TextFlaw(
            f"no page of AWS's describes the action {ticked(action)}", "take it out, unless a service asks for it"
        )


RULE = Rule(
    code="A406",
    name="unlisted-action",
    severity=Severity.SUGGESTION,
    level=Level.ACTION_TEXT,
    check=check,
    summary="The action is on no page of AWS's, though AWS takes it.",
    why="It is of an older API or of one that is not public. Nobody can look up what it allows.",
    instead="Take it out, unless the page of a service asks for it.",
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
)
