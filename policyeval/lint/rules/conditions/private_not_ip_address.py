"""C112: only private addresses to keep out of `aws:SourceIp`."""

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
    """Look at the ranges of `NotIpAddress` on `aws:SourceIp`."""
    found = private_sources(condition, "NotIpAddress")
    if found is not None and found[1]:
        yield Flaw(
            condition.place(),
            f"{ticked(condition.key)} never is a private address: the condition always holds",
            "compare private addresses with `aws:VpcSourceIp`",
        )


RULE = Rule(
    code="C112",
    name="private-not-ip-address",
    severity=Severity.ERROR,
    access_analyzer="PRIVATE_NOT_IP_ADDRESS",
    level=Level.CONDITION,
    check=check,
    summary="The operator `NotIpAddress` on `aws:SourceIp` names private addresses only.",
    why="The key holds the public address that AWS sees, so the condition always holds: a Deny hits everybody.",
    instead="Compare private addresses with `aws:VpcSourceIp`, beside `aws:SourceVpc`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-private-not-ip-address",
)
