"""X202: a suppression past its last day."""

from policyeval.lint.finding import Severity
from policyeval.lint.kinds import FileKind
from policyeval.lint.rule import Level, Rule, reported

RULE = Rule(
    code="X202",
    name="expired-suppression",
    severity=Severity.WARNING,
    level=Level.FAULT,
    check=reported(FileKind.EXPIRED_SUPPRESSION),
    summary="A suppression is past its last day.",
    why="Whoever wrote it meant to look again by then. What it was for is a finding again.",
    instead="Mend what it was for; or look at it again, and give it another day.",
    source="docs/lint.md",
)
