"""S117: a statement of a resource's policy without Principal."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S117",
    name="missing-principal",
    severity=Severity.ERROR,
    access_analyzer="MISSING_PRINCIPAL",
    level=Level.FAULT,
    check=reported(Kind.MISSING_PRINCIPAL),
    summary="A statement of a resource's policy has no Principal.",
    why="The policy of a resource says who may do something; without a principal AWS refuses it.",
    instead="Add `Principal` with whom the statement is about.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
