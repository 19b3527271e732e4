"""R101: a resource that is no ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.patterns import overlap
from policyeval.lint.rule import Level, Rule, TextFlaw
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: str) -> Iterator[TextFlaw]:
    """Look at what comes before the first colon; a pattern there may well mean `arn`."""
    prefix = resource.partition(":")[0]
    if resource == "*" or not resource.strip() or resource != resource.strip() or overlap(prefix, "arn"):
        return
    if prefix == resource and resource.startswith("${"):
        return
    hint = "write the whole ARN, or `*` for all"
    if prefix.lower() == "arn":
        hint = "write `arn` in lower case"
    elif ":" not in resource and "/" not in resource:
        hint = f"write an ARN; is it the bucket `arn:aws:s3:::{resource}`?"
    yield TextFlaw(f"the resource {ticked(resource)} does not begin with `arn:`", hint)


RULE = Rule(
    code="R101",
    name="invalid-arn-prefix",
    severity=Severity.ERROR,
    access_analyzer="INVALID_ARN_PREFIX",
    level=Level.RESOURCE_TEXT,
    check=check,
    summary="A resource is neither an ARN nor `*`.",
    why="Resources are matched as ARNs, so the statement matches nothing by it.",
    instead="Write the ARN of the resource, or `*` for all.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-arn-prefix",
)
