"""R113: a resource that the policy is never asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.service_data import service_data
from policyeval.lint.arns import arn_fields
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import matcher
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Value


def check(resource: Value) -> Iterator[Flaw]:
    """Compare the service of the ARN with the one that asks this policy."""
    fields = arn_fields(resource.text)
    if fields is not None and not matcher(fields.service)("kms") and fields.service in service_data().arn_services:
        yield Flaw(
            resource.place(),
            f"a key policy is never asked about {ticked(resource.text)}",
            "write `*`, which in a key policy is its key",
        )


RULE = Rule(
    code="R113",
    name="unsupported-resource-in-policy",
    severity=Severity.ERROR,
    access_analyzer="UNSUPPORTED_RESOURCE_ARN_IN_POLICY",
    level=Level.RESOURCE,
    check=check,
    types=frozenset({PolicyType.KEY}),
    summary="A key policy names a resource of another service.",
    why="A key policy is asked about its own key alone, so the statement matches nothing by it.",
    instead='Write `"Resource": "*"`, which in a key policy means its key.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-resource-arn-in-policy",
)
