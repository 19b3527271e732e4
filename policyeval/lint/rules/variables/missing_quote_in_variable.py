"""V102: a default without its quotes."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="V102",
    name="missing-quote-in-variable",
    severity=Severity.ERROR,
    access_analyzer="MISSING_QUOTE_IN_VARIABLE",
    level=Level.FAULT,
    check=reported(Kind.VARIABLE_QUOTE),
    summary="The default of a policy variable is not in single quotes.",
    why="AWS refuses the policy.",
    instead="Write `${key, 'default'}`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-quote-in-variable",
)
