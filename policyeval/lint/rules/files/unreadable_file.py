"""X101: a file that cannot be opened."""

from policyeval.lint.finding import Severity
from policyeval.lint.kinds import FileKind
from policyeval.lint.rule import Level, Rule, reported

RULE = Rule(
    code="X101",
    name="unreadable-file",
    severity=Severity.ERROR,
    level=Level.FAULT,
    check=reported(FileKind.UNREADABLE_FILE),
    summary="A file cannot be read.",
    why="What is not read is not linted, and a run that says nothing of it looks clean.",
    instead="Give the linter the right to read the file, or take it off the list.",
    source="docs/lint.md",
)
