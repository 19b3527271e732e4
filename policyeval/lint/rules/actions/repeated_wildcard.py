"""A407: two stars in a row."""

from __future__ import annotations

from policyeval.lint.finding import Severity
from policyeval.lint.redundant import repeated_stars
from policyeval.lint.rule import Level, Rule

RULE = Rule(
    code="A407",
    name="repeated-wildcard",
    severity=Severity.SUGGESTION,
    level=Level.ACTION_TEXT,
    check=repeated_stars,
    summary="Two stars stand side by side in an action.",
    why="They mean one star. Whoever reads them takes them for something else, as in file patterns.",
    instead="Write one star.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html",
)
