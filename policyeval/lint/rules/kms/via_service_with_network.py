"""K304: a service's call that is meant to come from the caller's network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_positive
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.kms._key_policy import positive_on
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


_VIA: Final = "kms:viaservice"
_NETWORK: Final = frozenset(
    {"aws:sourceip", "aws:sourcevpc", "aws:sourcevpcarn", "aws:sourcevpce", "aws:vpceaccount", "aws:vpcsourceip"}
)


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for conditions on the service and on the network of one request."""
    if not any(positive_on(statement, _VIA)):
        return
    for condition in statement.conditions:
        if condition.folded in _NETWORK and is_positive(condition):
            yield Flaw(
                condition.key_place(),
                f"a call by a service does not come from the caller's network: {ticked(condition.key)} is not theirs",
                "make two statements, one for calls by the service and one for direct calls",
            )


RULE = Rule(
    code="K304",
    name="via-service-with-network",
    severity=Severity.WARNING,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Condition"}),
    summary="A statement has conditions both on `kms:ViaService` and on the network of the caller.",
    why=(
        "When Amazon EBS or S3 uses a key for a user, the request comes from the service: `aws:SourceIp` is an "
        "address of AWS's, and `aws:SourceVpce` is not there. Together with `kms:ViaService` such a condition is "
        "never met, and volumes do not attach."
    ),
    instead="Restrict the network for direct calls only, in a statement of their own.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service",
)
