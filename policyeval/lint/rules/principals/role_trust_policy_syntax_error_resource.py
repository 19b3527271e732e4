"""P109: Resource in a trust policy."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="P109",
    name="role-trust-policy-syntax-error-resource",
    severity=Severity.ERROR,
    access_analyzer="ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE",
    level=Level.FAULT,
    check=reported(Kind.TRUST_RESOURCE),
    summary="A role's trust policy has Resource or NotResource.",
    why="AWS refuses it: the role is the resource.",
    instead="Leave it out.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-role-trust-policy-syntax-error-resource",
)
