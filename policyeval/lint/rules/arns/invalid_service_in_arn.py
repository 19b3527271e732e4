"""R104: an ARN of a service that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.service_data import service_data
from policyeval.catalog.unlisted import RETIRED_SERVICES
from policyeval.lint.arns import arn_fields
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard, matcher
from policyeval.lint.rule import Level, Rule, TextFlaw, suggestion
from policyeval.syntax.faults import nearest, ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: str) -> Iterator[TextFlaw]:
    """Look the service up."""
    fields = arn_fields(resource)
    if fields is None or fields.service != fields.service.lower() or fields.service in RETIRED_SERVICES:
        return
    services = service_data().arn_services
    known = fields.service in services or (has_wildcard(fields.service) and any(map(matcher(fields.service), services)))
    if not known:
        close = nearest(fields.service, services)
        hint = suggestion(close, "see the ARNs of the service's resources")
        yield TextFlaw(f"there is no service {ticked(fields.service)}", hint)


RULE = Rule(
    code="R104",
    name="invalid-service-in-arn",
    severity=Severity.ERROR,
    access_analyzer="INVALID_SERVICE",
    level=Level.RESOURCE_TEXT,
    check=check,
    summary="The service of an ARN does not exist.",
    why="No resource has such an ARN, so the statement matches nothing by it.",
    instead=("Write the service as the ARNs of its resources have it; some differ from the prefix of its actions."),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-service",
)
