"""S122: NotAction, NotResource or NotPrincipal that leaves nothing out."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S122",
    name="empty-negation",
    severity=Severity.ERROR,
    level=Level.FAULT,
    check=reported(Kind.EMPTY_NEGATION),
    summary="A Not… element is an empty array.",
    why=(
        "It leaves nothing out, so that the statement is about everything: the opposite of what an empty list suggests."
    ),
    instead="Name what is to be left out, or use the form without Not.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
)
