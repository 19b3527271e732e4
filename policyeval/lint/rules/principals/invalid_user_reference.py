"""P302: the unique id of a user as principal."""

from __future__ import annotations

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.principals._forms import unique_ids

RULE = Rule(
    code="P302",
    name="invalid-user-reference",
    severity=Severity.WARNING,
    access_analyzer="INVALID_USER_REFERENCE",
    level=Level.PRINCIPAL,
    check=unique_ids("AIDA", "user"),
    summary="A principal is the unique id of a user.",
    why=(
        "AWS writes the id in the place of the ARN when the user is deleted: it is nobody any more, also "
        "after one of that name is made anew (S12)."
    ),
    instead="Write the ARN of the user.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-invalid-user-reference",
)
