"""X201: a suppression without a finding."""

from policyeval.lint.finding import Severity
from policyeval.lint.kinds import FileKind
from policyeval.lint.rule import Level, Rule, reported

RULE = Rule(
    code="X201",
    name="unused-suppression",
    severity=Severity.WARNING,
    level=Level.FAULT,
    check=reported(FileKind.UNUSED_SUPPRESSION),
    summary="A suppression suppresses nothing.",
    why=(
        "What it was for is mended, or has moved: left in place it hides the next finding of that kind without "
        "anybody having looked at it."
    ),
    instead="Delete it from the settings.",
    source="docs/lint.md",
)
