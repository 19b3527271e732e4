"""C405: some private addresses to keep out of `aws:SourceIp`."""

from __future__ import annotations

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.conditions._addresses import some_private

RULE = Rule(
    code="C405",
    name="private-not-ip-address-subset",
    severity=Severity.SUGGESTION,
    access_analyzer="PRIVATE_NOT_IP_ADDRESS_SUBSET",
    level=Level.CONDITION,
    check=some_private("NotIpAddress"),
    summary="The operator `NotIpAddress` on `aws:SourceIp` names private addresses among others.",
    why="The key holds the public address that AWS sees: the private ones spare nobody, and look as if they did.",
    instead="Compare private addresses with `aws:VpcSourceIp`, beside `aws:SourceVpc`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-private-not-ip-address-subset",
)
