"""S102: a byte order mark in a JSON text."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule, reported
from policyeval.syntax.faults import Kind

RULE = Rule(
    code="S102",
    name="byte-order-mark",
    severity=Severity.ERROR,
    level=Level.FAULT,
    check=reported(Kind.BYTE_ORDER_MARK),
    summary="The text begins with a byte order mark.",
    why=(
        "JSON has none (RFC 8259), and the AWS CLI sends it along with the policy, which AWS then refuses as malformed."
    ),
    instead="Save the file as UTF-8 without a byte order mark.",
    source="https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html",
)
