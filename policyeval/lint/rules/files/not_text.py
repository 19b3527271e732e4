"""X103: a file that is binary or in another encoding."""

from policyeval.lint.finding import Severity
from policyeval.lint.kinds import FileKind
from policyeval.lint.rule import Level, Rule, reported

RULE = Rule(
    code="X103",
    name="not-text",
    severity=Severity.ERROR,
    level=Level.FAULT,
    check=reported(FileKind.NOT_TEXT),
    summary="A file is not UTF-8 text.",
    why="JSON and YAML are UTF-8. AWS refuses other encodings, and what is read in a wrong one may look right.",
    instead="Save the file as UTF-8.",
    source="docs/lint.md",
)
