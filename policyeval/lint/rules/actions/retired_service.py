"""A402: an action of a retired service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.unlisted import RETIRED_SERVICES
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.lint.rules.actions._parts import split_action
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(action: str) -> Iterator[TextFlaw]:
    """Look the service up among those that are gone."""
    parts = split_action(action)
    name = RETIRED_SERVICES.get(parts.service) if parts is not None else None
    if name is not None:
        yield TextFlaw(f"AWS has retired the service of {ticked(action)} ({name})", "take it out")


RULE = Rule(
    code="A402",
    name="retired-service",
    severity=Severity.SUGGESTION,
    level=Level.ACTION_TEXT,
    check=check,
    summary="The action is of a service that AWS has retired.",
    why="It says nothing any more, and keeps readers busy.",
    instead="Take it out.",
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
)
