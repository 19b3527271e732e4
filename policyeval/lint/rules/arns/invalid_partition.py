"""R103: an ARN of a partition that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.regions import regions
from policyeval.lint.arns import arn_fields
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import matcher
from policyeval.lint.rule import Level, Rule, TextFlaw, suggestion
from policyeval.syntax.faults import nearest, ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: str) -> Iterator[TextFlaw]:
    """Look the partition up."""
    fields = arn_fields(resource)
    if fields is not None and not any(map(matcher(fields.partition), regions())):
        close = nearest(fields.partition, regions())
        hint = suggestion(close, "write `aws`, `aws-cn` or `aws-us-gov`")
        yield TextFlaw(f"there is no partition {ticked(fields.partition)}", hint)


RULE = Rule(
    code="R103",
    name="invalid-partition",
    severity=Severity.ERROR,
    access_analyzer="INVALID_PARTITION",
    level=Level.RESOURCE_TEXT,
    check=check,
    summary="The partition of an ARN does not exist.",
    why="No resource has such an ARN, so the statement matches nothing by it.",
    instead="Write `aws`, or `aws-cn` and `aws-us-gov` for Regions of China and of GovCloud.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-partition",
)
