"""P301: the unique id of a role as principal."""

from __future__ import annotations

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.principals._forms import unique_ids

RULE = Rule(
    code="P301",
    name="invalid-role-reference",
    severity=Severity.WARNING,
    access_analyzer="INVALID_ROLE_REFERENCE",
    level=Level.PRINCIPAL,
    check=unique_ids("AROA", "role"),
    summary="A principal is the unique id of a role.",
    why=(
        "AWS writes the id in the place of the ARN when the role is deleted: it is nobody any more, also "
        "after one of that name is made anew (S12)."
    ),
    instead="Write the ARN of the role.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-invalid-role-reference",
)
