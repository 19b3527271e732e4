"""R105: an ARN whose service has capitals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.arns import arn_fields
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: str) -> Iterator[TextFlaw]:
    """Look for capitals in the service; a variable there is nobody's fault."""
    fields = arn_fields(resource)
    if fields is not None and fields.service != fields.service.lower():
        yield TextFlaw(
            f"the service {ticked(fields.service)} of an ARN is not in lower case", f"write `{fields.service.lower()}`"
        )


RULE = Rule(
    code="R105",
    name="invalid-arn-service-case",
    severity=Severity.ERROR,
    access_analyzer="INVALID_ARN_SERVICE_CASE",
    level=Level.RESOURCE_TEXT,
    check=check,
    summary="The service of an ARN is not in lower case.",
    why="ARNs are compared with regard to case, so the statement matches nothing by it.",
    instead="Write the service in lower case.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-arn-service-case",
)
