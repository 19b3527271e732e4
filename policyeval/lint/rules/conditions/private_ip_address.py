"""C111: only private addresses for `aws:SourceIp`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._addresses import private_sources
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look at the ranges of `IpAddress` on `aws:SourceIp`."""
    found = private_sources(condition, "IpAddress")
    if found is not None and found[1]:
        yield Flaw(
            condition.place(),
            f"{ticked(condition.key)} never is a private address: the condition never holds",
            "compare private addresses with `aws:VpcSourceIp`",
        )


RULE = Rule(
    code="C111",
    name="private-ip-address",
    severity=Severity.ERROR,
    access_analyzer="PRIVATE_IP_ADDRESS",
    level=Level.CONDITION,
    check=check,
    summary="The key `aws:SourceIp` is compared with private addresses only.",
    why=(
        "The key holds the public address that AWS sees, and through a VPC endpoint it is missing: the "
        "condition never holds."
    ),
    instead="Compare private addresses with `aws:VpcSourceIp`, beside `aws:SourceVpc`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-private-ip-address",
)
