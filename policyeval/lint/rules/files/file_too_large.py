"""X102: a file of more bytes than any policy has."""

from policyeval.lint.finding import Severity
from policyeval.lint.kinds import FileKind
from policyeval.lint.rule import Level, Rule, reported

RULE = Rule(
    code="X102",
    name="file-too-large",
    severity=Severity.SUGGESTION,
    level=Level.FAULT,
    check=reported(FileKind.FILE_TOO_LARGE),
    summary="A file is too large to be a policy.",
    why="No policy of AWS has a thousandth of 10,000,000 bytes; such a file is data, and is left alone.",
    instead="Name the files that hold policies, or the folder they are in.",
    source="docs/lint.md",
)
