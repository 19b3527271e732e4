"""C403: a range whose address has more bits than its mask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.fixes import replace_value
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._addresses import read_network
from policyeval.lint.rules.conditions._keys import operand_type
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


def check(condition: Condition) -> Iterator[Flaw]:
    """Compare each range with its first address."""
    if operand_type(condition.base) != "IpAddress":
        return
    for value in condition.values:
        address, slash, mask = value.text.partition("/")
        network, bare = read_network(value.text), read_network(address)
        if slash and network is not None and bare and network.network_address != bare.network_address:
            better = f"{network.network_address}/{mask}"
            yield Flaw(
                value.place(),
                f"{ticked(value.text)} is the range {ticked(better)}",
                f"write `{better}`",
                fix=replace_value(value, better),
            )


RULE = Rule(
    code="C403",
    name="improve-ip-range",
    severity=Severity.SUGGESTION,
    access_analyzer="IMPROVE_IP_RANGE",
    level=Level.CONDITION,
    check=check,
    summary="The address of a range has bits behind its mask.",
    why="AWS ignores them; who reads the policy may think of another range.",
    instead="Write the first address of the range.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-improve-ip-range",
)
