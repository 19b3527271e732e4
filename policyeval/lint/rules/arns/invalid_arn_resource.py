"""R112: an ARN that names no resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.arns import arn_fields
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: str) -> Iterator[TextFlaw]:
    """Look for a last field that is empty."""
    fields = arn_fields(resource)
    if fields is not None and not fields.resource.strip("/"):
        yield TextFlaw(f"the ARN {ticked(resource)} names no resource", "write what it names, or `*` for all")


RULE = Rule(
    code="R112",
    name="invalid-arn-resource",
    severity=Severity.ERROR,
    access_analyzer="INVALID_ARN_RESOURCE",
    level=Level.RESOURCE_TEXT,
    check=check,
    summary="The last field of an ARN names nothing.",
    why="No resource has such an ARN, so the statement matches nothing by it.",
    instead="Write the resource as the page of its service has it, or `*` for all.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-arn-resource",
)
