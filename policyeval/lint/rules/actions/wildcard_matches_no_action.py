"""A103: a pattern of actions that matches none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.service_data import service_data
from policyeval.catalog.unlisted import RETIRED_SERVICES
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard, matcher
from policyeval.lint.rule import Level, Rule, TextFlaw, suggestion
from policyeval.lint.rules.actions._parts import split_action
from policyeval.syntax.faults import nearest, ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.catalog.service_data import Service
    from policyeval.lint.rules.actions._parts import ActionParts


def check(action: str) -> Iterator[TextFlaw]:
    """Try the pattern on all actions of the services it can mean."""
    parts = split_action(action)
    if parts is None or not has_wildcard(action) or parts.service in RETIRED_SERVICES:
        return
    data = service_data()
    if has_wildcard(parts.service):
        if not any(map(matcher(parts.service), data.services)):
            yield TextFlaw(f"no service matches {ticked(parts.service)}", "write the service's prefix")
        return
    service = data.service(parts.service)
    if service is not None and not any(map(matcher(parts.name.lower()), service.action_names)):
        meant = _meant(parts, service)
        hint = suggestion(meant, f"see the actions of {service.name}")
        yield TextFlaw(f"no action of {ticked(parts.service)} matches {ticked(parts.name)}", hint, meant=meant)


def _meant(parts: ActionParts, service: Service) -> str | None:
    close = nearest(parts.name.replace("*", "").replace("?", ""), service.action_names.values())
    return f"{parts.service}:{close}" if close is not None else None


RULE = Rule(
    code="A103",
    name="wildcard-matches-no-action",
    severity=Severity.ERROR,
    access_analyzer="INVALID_ACTION",
    level=Level.ACTION_TEXT,
    check=check,
    summary="A pattern of actions matches no action.",
    why=(
        "The statement neither allows nor denies anything by this pattern, and whoever reads it believes that it does."
    ),
    instead="Write a pattern that matches the actions meant, or take it out.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-action",
)
