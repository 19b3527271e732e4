"""X104: a template that is no YAML, or no JSON, yet."""

from policyeval.lint.finding import Severity
from policyeval.lint.kinds import FileKind
from policyeval.lint.rule import Level, Rule, reported

RULE = Rule(
    code="X104",
    name="unrendered-template",
    severity=Severity.WARNING,
    level=Level.FAULT,
    check=reported(FileKind.UNRENDERED_TEMPLATE),
    summary="A file is a template of Helm, Jinja or Terraform, and no YAML or JSON before it is filled in.",
    why="What it makes of its directives is not known before it is rendered: the policies in it are not linted.",
    instead="Render it, and lint what comes: `helm template chart | policyeval lint -`.",
    source="docs/lint.md",
)
