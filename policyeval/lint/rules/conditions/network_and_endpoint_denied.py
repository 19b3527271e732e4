"""C314: two denials that leave no way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._sparing import MOST, are_of_the_same, sole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView

_ADDRESS: Final = frozenset({"aws:sourceip"})
_ENDPOINTS: Final = frozenset({"aws:sourcevpc", "aws:sourcevpcarn", "aws:sourcevpce", "aws:vpceaccount"})


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look for a Deny of all other addresses beside a Deny of all other endpoints, of the same requests."""
    by_endpoint = [(each, found) for each in policy.statements if (found := sole(each, _ENDPOINTS)) is not None]
    for statement in policy.statements if by_endpoint else ():
        condition = sole(statement, _ADDRESS)
        if condition is None:
            continue
        other = next((found for each, found in by_endpoint[:MOST] if are_of_the_same(each, statement)), None)
        if other is not None:
            yield Flaw(
                condition.key_place(),
                "every request is denied: through an endpoint none has such an address, and the others use no endpoint",
                "put both conditions into one Deny",
                (other.key_place(),),
            )


RULE = Rule(
    code="C314",
    name="network-and-endpoint-denied",
    severity=Severity.WARNING,
    level=Level.POLICY,
    check=check,
    summary="One Deny spares some addresses, another one some VPC endpoints, and so each denies what the other spares.",
    why=(
        "Requests through a VPC endpoint have no `aws:SourceIp`, and all others have no `aws:SourceVpce`: a negated "
        "condition holds where its key is missing. Nobody gets through, the administrators included."
    ),
    instead="Put both conditions into one Deny, which then spares who meets either.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip",
)
