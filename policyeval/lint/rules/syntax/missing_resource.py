"""S116: a statement without Resource."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S116",
    name="missing-resource",
    severity=Severity.ERROR,
    access_analyzer="MISSING_RESOURCE",
    level=Level.FAULT,
    check=reported(Kind.MISSING_RESOURCE),
    summary="A statement has neither Resource nor NotResource.",
    why=(
        "AWS refuses it in every policy but a role's trust policy and some resource policies, where the resource "
        "is the one that the policy is attached to."
    ),
    instead='Add `Resource` with the ARNs that the statement is about, or `"*"`.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
