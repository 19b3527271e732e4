"""S112: an empty array of statements."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S112",
    name="empty-statement",
    severity=Severity.ERROR,
    level=Level.FAULT,
    check=reported(Kind.EMPTY_STATEMENT),
    summary="The array of statements is empty.",
    why="AWS refuses it as malformed. A policy that is to allow nothing is deleted or detached instead.",
    instead="Add a statement, or delete the policy.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
)
