"""C115: an id of a VPC that no VPC has."""

from __future__ import annotations

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.conditions._values import ids

RULE = Rule(
    code="C115",
    name="invalid-vpc-format",
    severity=Severity.ERROR,
    access_analyzer="INVALID_VPC_FORMAT",
    level=Level.CONDITION,
    check=ids("aws:sourcevpc", "vpc-", "a VPC"),
    summary="The value of `aws:SourceVpc` is no id of a VPC.",
    why="No request has such a value: the condition never holds, or with a negated operator always.",
    instead="Write `vpc-` and the 8 or 17 characters of the id.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-vpc-format",
)
