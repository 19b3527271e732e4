"""A101: an action of a service that does not exist."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from policyeval.catalog.service_data import service_data
from policyeval.catalog.unlisted import RETIRED_SERVICES
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard
from policyeval.lint.rule import Level, Rule, TextFlaw, suggestion
from policyeval.lint.rules.actions._parts import split_action
from policyeval.syntax.faults import nearest, ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.rules.actions._parts import ActionParts


def check(action: str) -> Iterator[TextFlaw]:
    """Look the service up."""
    parts = split_action(action)
    if parts is None or has_wildcard(parts.service):
        return
    if parts.service not in service_data().services and parts.service not in RETIRED_SERVICES:
        meant = _meant(parts)
        hint = suggestion(meant, "a service's page in AWS's reference begins with its prefix")
        yield TextFlaw(f"there is no service {ticked(parts.service)}", hint, meant=meant)


def _meant(parts: ActionParts) -> str | None:
    """Suggest a service of a similar name, first one that has the action."""
    data = service_data()
    for close in _alike(parts.service):
        service = data.service(close)
        if service is not None and parts.name.lower() in service.action_names:
            return f"{close}:{service.action_names[parts.name.lower()]}"
    nearby = nearest(parts.service, data.services)
    return f"{nearby}:{parts.name}" if nearby is not None else None


@lru_cache(maxsize=64)
def _alike(service: str) -> tuple[str, ...]:
    """Give the services whose names are most like this one; asked for each of its actions."""
    from difflib import get_close_matches  # noqa: PLC0415 - needed to explain faults only

    return tuple(get_close_matches(service, sorted(service_data().services), n=5, cutoff=0.6))


RULE = Rule(
    code="A101",
    name="invalid-service-in-action",
    severity=Severity.ERROR,
    access_analyzer="INVALID_SERVICE_IN_ACTION",
    level=Level.ACTION_TEXT,
    check=check,
    summary="The service of an action does not exist.",
    why=(
        "The statement neither allows nor denies anything by this action, and whoever reads it believes that it does."
    ),
    instead="Write the prefix that the service has in the service authorization reference.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-service-in-action",
)
