"""C111: only private addresses for `aws:SourceIp`."""

from __future__ import annotations

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.conditions._addresses import only_private

RULE = Rule(
    code="C111",
    name="private-ip-address",
    severity=Severity.ERROR,
    access_analyzer="PRIVATE_IP_ADDRESS",
    level=Level.CONDITION,
    check=only_private("IpAddress", "never holds"),
    summary="The key `aws:SourceIp` is compared with private addresses only.",
    why=(
        "The key holds the public address that AWS sees, and through a VPC endpoint it is missing: the "
        "condition never holds."
    ),
    instead="Compare private addresses with `aws:VpcSourceIp`, beside `aws:SourceVpc`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-private-ip-address",
)
