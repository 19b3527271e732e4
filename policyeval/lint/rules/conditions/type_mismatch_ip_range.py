"""C120: a value that is no range of addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.evaluator import values
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._values import flaws, misread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Read the values."""
    yield from flaws(
        misread(condition, "IpAddress", values.network),
        "no IP address or range",
        "write a range such as `203.0.113.0/24`",
    )


RULE = Rule(
    code="C120",
    name="type-mismatch-ip-range",
    severity=Severity.WARNING,
    access_analyzer="TYPE_MISMATCH_IP_RANGE",
    level=Level.CONDITION,
    check=check,
    summary="A value under an IP address operator is no address and no range.",
    why="What cannot be read never compares: an Allow does nothing, a Deny hits whoever has the key.",
    instead="Write an address or a range in CIDR notation.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-type-mismatch-ip-range",
)
