"""A104: an action without a service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.service_data import service_data
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw, suggestion
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(action: str) -> Iterator[TextFlaw]:
    """Look for the colon."""
    if ":" not in action and action != "*" and action.strip():
        meant = _meant(action.strip())
        hint = suggestion(meant, "write `service:action`, such as `kms:Decrypt`, or `*` for all")
        yield TextFlaw(f"the action {ticked(action)} names no service", hint, meant=meant)


def _meant(action: str) -> str | None:
    data = service_data()
    prefix = max((name for name in data.services if action.lower().startswith(name)), key=len, default="")
    service = data.service(prefix)
    name = service.action_names.get(action[len(prefix) :].strip(".- ").lower()) if service is not None else None
    return f"{prefix}:{name}" if name is not None else None


RULE = Rule(
    code="A104",
    name="action-without-service",
    severity=Severity.ERROR,
    level=Level.ACTION_TEXT,
    check=check,
    summary="An action has no colon.",
    why="Without a service IAM refuses the policy, or the statement is without effect.",
    instead="Write `service:action`, or `*` for every action of every service.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html",
)
