"""S119: Action with NotAction, Resource with NotResource, Principal with NotPrincipal."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S119",
    name="both-forms",
    severity=Severity.ERROR,
    access_analyzer="UNSUPPORTED_ELEMENT_COMBINATION",
    level=Level.FAULT,
    check=reported(Kind.BOTH_FORMS),
    summary="A statement has both an element and its Not… form.",
    why="The two contradict each other, and AWS refuses the policy.",
    instead="Keep one of the two, or write two statements.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
