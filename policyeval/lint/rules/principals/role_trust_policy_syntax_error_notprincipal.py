"""P107: NotPrincipal in a trust policy."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="P107",
    name="role-trust-policy-syntax-error-notprincipal",
    severity=Severity.ERROR,
    access_analyzer="ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",
    level=Level.FAULT,
    check=reported(Kind.TRUST_NOT_PRINCIPAL),
    summary="A role's trust policy has NotPrincipal.",
    why="AWS refuses it: whoever is not named would be trusted.",
    instead="Name who is trusted in Principal.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-role-trust-policy-syntax-error-notprincipal",
)
