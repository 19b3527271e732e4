"""S115: a statement without Action."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S115",
    name="missing-action",
    severity=Severity.ERROR,
    access_analyzer="MISSING_ACTION",
    level=Level.FAULT,
    check=reported(Kind.MISSING_ACTION),
    summary="A statement has neither Action nor NotAction.",
    why="AWS refuses it: a statement is about actions. KMS takes such a key policy, and the statement does nothing.",
    instead="Add `Action` with the actions that the statement is about.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
