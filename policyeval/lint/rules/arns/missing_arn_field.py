"""R102: an ARN with too few fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.arns import has_fields
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: str) -> Iterator[TextFlaw]:
    """Count the fields; a star at the end stands for those that follow (S21)."""
    if resource.startswith("arn:") and not has_fields(resource) and not resource.endswith("*"):
        yield TextFlaw(
            f"the ARN {ticked(resource)} has fewer than six fields",
            "write `arn:partition:service:region:account:resource`; empty fields keep their colon",
        )


RULE = Rule(
    code="R102",
    name="missing-arn-field",
    severity=Severity.ERROR,
    access_analyzer="MISSING_ARN_FIELD",
    level=Level.RESOURCE_TEXT,
    check=check,
    summary="An ARN has too few fields.",
    why="No resource has such an ARN, so the statement matches nothing by it.",
    instead="Write all six fields, empty ones with their colons: `arn:aws:s3:::bucket`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-arn-field",
)
