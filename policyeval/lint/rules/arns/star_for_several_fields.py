"""R303: a star that stands for several fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.arns import has_fields
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: str) -> Iterator[TextFlaw]:
    """Count the fields of an ARN that ends in a star."""
    if resource.startswith("arn:") and resource.endswith("*") and not has_fields(resource):
        yield TextFlaw(
            f"the star at the end of {ticked(resource)} stands for several fields",
            "write each of the six fields, a star for those that may be anything",
        )


RULE = Rule(
    code="R303",
    name="star-for-several-fields",
    severity=Severity.WARNING,
    level=Level.RESOURCE_TEXT,
    check=check,
    summary="A star stands for several fields of an ARN.",
    why=(
        "It works at the end of an ARN only, and is easily taken for less: `arn:aws:kms:*` is every key of every "
        "Region and account."
    ),
    instead="Write each of the six fields.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
)
