"""P102: a principal that does not say of which kind it is."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="P102",
    name="invalid-principal-format",
    severity=Severity.ERROR,
    access_analyzer="INVALID_PRINCIPAL_FORMAT",
    level=Level.FAULT,
    check=reported(Kind.BARE_PRINCIPAL),
    summary="A principal is written without its kind.",
    why='AWS refuses it: a string alone can only be `"*"`.',
    instead='Write `{"AWS": "arn:…"}` or `{"Service": "…"}`.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-principal-format",
)
