"""C116: an id of a VPC endpoint that no VPC endpoint has."""

from __future__ import annotations

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.conditions._values import ids

RULE = Rule(
    code="C116",
    name="invalid-vpce-format",
    severity=Severity.ERROR,
    access_analyzer="INVALID_VPCE_FORMAT",
    level=Level.CONDITION,
    check=ids("aws:sourcevpce", "vpce-", "a VPC endpoint"),
    summary="The value of `aws:SourceVpce` is no id of a VPC endpoint.",
    why="No request has such a value: the condition never holds, or with a negated operator always.",
    instead="Write `vpce-` and the 8 or 17 characters of the id.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-vpce-format",
)
