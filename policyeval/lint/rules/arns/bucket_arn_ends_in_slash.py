"""R305: the ARN of a bucket with a slash at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.arns import arn_fields
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: str) -> Iterator[TextFlaw]:
    """Look at the end of a bucket's ARN."""
    fields = arn_fields(resource)
    if (
        fields is not None
        and fields.service == "s3"
        and fields.resource.endswith("/")
        and fields.resource.count("/") == 1
    ):
        yield TextFlaw(
            f"{ticked(resource)} names neither the bucket nor its objects",
            "leave the slash out for the bucket, or add a star for its objects",
        )


RULE = Rule(
    code="R305",
    name="bucket-arn-ends-in-slash",
    severity=Severity.WARNING,
    level=Level.RESOURCE_TEXT,
    check=check,
    summary="The ARN of a bucket ends in a slash.",
    why="It names an object with an empty name, which nobody has.",
    instead="Write `arn:aws:s3:::bucket` for the bucket and `arn:aws:s3:::bucket/*` for its objects.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
)
