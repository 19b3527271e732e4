"""T101: Principal in a service control policy."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="T101",
    name="scp-principal",
    severity=Severity.ERROR,
    access_analyzer="SCP_SYNTAX_ERROR_PRINCIPAL",
    level=Level.FAULT,
    check=reported(Kind.PRINCIPAL_NOT_ALLOWED),
    types=frozenset({PolicyType.SCP}),
    summary="A service control policy names principals.",
    why=(
        "AWS Organizations refuses it. The policy is about every user and role of the accounts that it is "
        "attached to; to spare some of them, a condition on `aws:PrincipalArn` is what there is."
    ),
    instead="Leave `Principal` out, and narrow the statement with a condition on `aws:PrincipalArn`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-scp-syntax-error-principal",
)
