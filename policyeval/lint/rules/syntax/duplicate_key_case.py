"""S106: two condition keys or operators that differ in case only."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S106",
    name="duplicate-key-case",
    severity=Severity.ERROR,
    access_analyzer="DUPLICATE_KEYS_WITH_DIFFERENT_CASE",
    level=Level.FAULT,
    check=reported(Kind.DUPLICATE_KEY_CASE),
    summary="Two keys of an object differ in case only.",
    why="Condition operators and keys do not tell upper from lower case, so the two are one key given twice.",
    instead="Keep one key, with the values of both.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
)
