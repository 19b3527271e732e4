"""S103: text after the end of the document."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S103",
    name="trailing-text",
    severity=Severity.ERROR,
    access_analyzer="JSON_SYNTAX_ERROR",
    level=Level.FAULT,
    check=reported(Kind.TRAILING_TEXT),
    summary="Something follows the end of the document.",
    why="A policy is one JSON object. A second one, or what an editor left behind, makes AWS refuse all of it.",
    instead="Put all statements into one document, and delete what follows its last brace.",
    source="https://docs.aws.amazon.com/organizations/latest/userguide/org_troubleshoot_policies.html",
)
