"""A404: an action in unusual capitals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.service_data import service_data
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.lint.rules.actions._parts import split_action
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(action: str) -> Iterator[TextFlaw]:
    """Compare with how the service writes itself and its action."""
    parts = split_action(action)
    if parts is None or has_wildcard(parts.service):
        return
    service = service_data().service(parts.service)
    name = service.action_names.get(parts.name.lower(), parts.name) if service is not None else parts.name
    canonical = f"{parts.service}:{name}"
    if canonical != action:
        yield TextFlaw(f"AWS writes {ticked(action)} as `{canonical}`", "write it as AWS does", replacement=canonical)


RULE = Rule(
    code="A404",
    name="action-case",
    severity=Severity.SUGGESTION,
    level=Level.ACTION_TEXT,
    check=check,
    summary="An action is not written as AWS writes it.",
    why="IAM does not mind, but searches do, and so do people who compare policies.",
    instead="Write the service in lower case and the action as its page has it.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html",
)
