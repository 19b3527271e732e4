"""C112: only private addresses to keep out of `aws:SourceIp`."""

from __future__ import annotations

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.conditions._addresses import only_private

RULE = Rule(
    code="C112",
    name="private-not-ip-address",
    severity=Severity.ERROR,
    access_analyzer="PRIVATE_NOT_IP_ADDRESS",
    level=Level.CONDITION,
    check=only_private("NotIpAddress", "always holds"),
    summary="The operator `NotIpAddress` on `aws:SourceIp` names private addresses only.",
    why="The key holds the public address that AWS sees, so the condition always holds: a Deny hits everybody.",
    instead="Compare private addresses with `aws:VpcSourceIp`, beside `aws:SourceVpc`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-private-not-ip-address",
)
