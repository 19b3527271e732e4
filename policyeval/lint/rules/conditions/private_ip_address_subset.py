"""C404: some private addresses for `aws:SourceIp`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._addresses import private_sources
from policyeval.lint.words import listed
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Look at the ranges of `IpAddress` on `aws:SourceIp`."""
    found = private_sources(condition, "IpAddress")
    if found is not None and condition.complete and not found[1]:
        private = found[0]
        yield Flaw(
            private[0].place(),
            f"{ticked(condition.key)} never is a private address, such as of {listed(private)}",
            "compare private addresses with `aws:VpcSourceIp`",
            tuple(value.place() for value in private[1:]),
        )


RULE = Rule(
    code="C404",
    name="private-ip-address-subset",
    severity=Severity.SUGGESTION,
    access_analyzer="PRIVATE_IP_ADDRESS_SUBSET",
    level=Level.CONDITION,
    check=check,
    summary="The key `aws:SourceIp` is compared with private addresses among others.",
    why="The key holds the public address that AWS sees: the private ones never match, and look as if they did.",
    instead="Compare private addresses with `aws:VpcSourceIp`, beside `aws:SourceVpc`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-private-ip-address-subset",
)
