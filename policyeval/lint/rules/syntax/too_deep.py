"""S104: nesting without end."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S104",
    name="too-deep",
    severity=Severity.ERROR,
    level=Level.FAULT,
    check=reported(Kind.TOO_DEEP),
    summary="The text nests deeper than any policy does.",
    why="A policy has seven levels. A text with more than 128 is not one, and costs every reader dear.",
    instead="Write a policy; if the file is generated, look at what generates it.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
)
