"""P101: a principal in a policy that is about its owner."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="P101",
    name="unsupported-principal",
    severity=Severity.ERROR,
    access_analyzer="UNSUPPORTED_PRINCIPAL",
    level=Level.FAULT,
    check=reported(Kind.PRINCIPAL_NOT_ALLOWED),
    types=frozenset({PolicyType.IDENTITY, PolicyType.SESSION}),
    summary="An identity or session policy has Principal.",
    why="AWS refuses it: the policy is about the user or role that it is attached to.",
    instead="Leave Principal out, or attach the policy to the resource.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-principal",
)
