"""R403: a resource of a retired service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.unlisted import RETIRED_SERVICES
from policyeval.lint.arns import arn_fields
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: str) -> Iterator[TextFlaw]:
    """Look the service up among those that are gone."""
    fields = arn_fields(resource)
    name = RETIRED_SERVICES.get(fields.service) if fields is not None else None
    if name is not None:
        yield TextFlaw(f"AWS has retired the service of {ticked(resource)} ({name})", "take it out")


RULE = Rule(
    code="R403",
    name="retired-service-in-arn",
    severity=Severity.SUGGESTION,
    level=Level.RESOURCE_TEXT,
    check=check,
    summary="The resource is of a service that AWS has retired.",
    why="It says nothing any more, and keeps readers busy.",
    instead="Take it out.",
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
)
