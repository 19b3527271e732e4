"""P104: a wildcard in a principal."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="P104",
    name="unsupported-wildcard-in-principal",
    severity=Severity.ERROR,
    access_analyzer="UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
    level=Level.FAULT,
    check=reported(Kind.PRINCIPAL_WILDCARD),
    summary="A principal has a wildcard in it.",
    why='A principal is named in full or is `"*"`; AWS refuses anything between.',
    instead="Name the principals, or name their account and add a condition with `ArnLike` on `aws:PrincipalArn`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-wildcard-in-principal",
)
