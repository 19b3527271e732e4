"""R114: a resource with a space before or after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: str) -> Iterator[TextFlaw]:
    """Look for blanks at both ends; inside, names of objects may have them."""
    inner = resource.strip()
    if inner != resource:
        start, end = (
            (0, len(resource) - len(resource.lstrip())) if resource[0].isspace() else (len(inner), len(resource))
        )
        yield TextFlaw(f"the resource {ticked(resource)} has a space at its end", f"write {ticked(inner)}", start, end)


RULE = Rule(
    code="R114",
    name="space-in-resource",
    severity=Severity.ERROR,
    level=Level.RESOURCE_TEXT,
    check=check,
    summary="A resource begins or ends with a space.",
    why="No ARN does, so the statement matches nothing by it: ` *` is not `*`.",
    instead="Write the resource without it.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
)
