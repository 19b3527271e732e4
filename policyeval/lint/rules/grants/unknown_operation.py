"""G101: an operation that no grant can allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.kms import GRANT_OPERATIONS
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule, suggestion
from policyeval.lint.rules.grants._parts import operations
from policyeval.syntax.faults import nearest, ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.grant_view import GrantView


def check(grant: GrantView) -> Iterator[Flaw]:
    """Look each operation up by its name in the API."""
    for operation in operations(grant):
        if operation.name not in GRANT_OPERATIONS:
            close = nearest(operation.name, GRANT_OPERATIONS)
            yield Flaw(
                operation.place,
                f"a grant cannot allow {ticked(operation.name)}",
                suggestion(close, "a grant allows cryptographic operations and a few more"),
                meant=close,
            )


RULE = Rule(
    code="G101",
    name="unknown-operation",
    severity=Severity.ERROR,
    level=Level.GRANT,
    check=check,
    summary="A grant names an operation that grants do not have.",
    why=(
        "CreateGrant refuses it. Grants take the names of the API, without `kms:` and without wildcards; "
        "ReEncrypt is two operations, and what manages a key cannot be granted."
    ),
    instead="Use the names of grant operations: `Decrypt`, `GenerateDataKey`, `ReEncryptFrom`.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/grants.html#terms-grant-operations",
)
