"""S108: an element that the policy language does not have."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S108",
    name="unknown-element",
    severity=Severity.ERROR,
    access_analyzer="INVALID_POLICY_ELEMENT",
    level=Level.FAULT,
    check=reported(Kind.UNKNOWN_ELEMENT),
    summary="The policy or a statement has an element that does not exist.",
    why="AWS refuses it. Elements are told apart by case: `action` is none.",
    instead="Write the element as the grammar has it, or delete it; JSON policies have no comments.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
)
