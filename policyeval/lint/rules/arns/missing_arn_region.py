"""R108: an ARN without a Region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.arns import arn_fields, named_by
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: str) -> Iterator[TextFlaw]:
    """Ask whether every type of resource that the ARN can name has a Region."""
    fields = arn_fields(resource)
    if fields is None or fields.region or not fields.resource or fields.resource[0] in "*?":
        return
    kinds = named_by(fields)
    if kinds and all(kind.region for kind in kinds):
        yield TextFlaw(f"the ARN {ticked(resource)} has no Region", "write the Region, or `*` for any")


RULE = Rule(
    code="R108",
    name="missing-arn-region",
    severity=Severity.ERROR,
    access_analyzer="MISSING_ARN_REGION",
    level=Level.RESOURCE_TEXT,
    check=check,
    summary="An ARN leaves out the Region that all resources of its type have.",
    why="An empty field matches only an empty field, so the statement matches nothing by it.",
    instead="Write the Region, or `*` for any.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-arn-region",
)
