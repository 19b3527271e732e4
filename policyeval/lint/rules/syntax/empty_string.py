"""S109: an empty string where a name belongs."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S109",
    name="empty-string",
    severity=Severity.ERROR,
    level=Level.FAULT,
    check=reported(Kind.EMPTY_STRING),
    summary="An action, resource or principal is an empty string.",
    why="It names nothing, and AWS refuses the policy.",
    instead="Name what is meant, or take the value out.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
)
