"""P103: a kind of principal that does not exist."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="P103",
    name="invalid-principal-key",
    severity=Severity.ERROR,
    access_analyzer="INVALID_PRINCIPAL_KEY",
    level=Level.FAULT,
    check=reported(Kind.UNKNOWN_PRINCIPAL_KIND),
    summary="A kind of principal does not exist.",
    why="AWS refuses the policy.",
    instead="Write `AWS`, `Service`, `Federated` or `CanonicalUser`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-principal-key",
)
