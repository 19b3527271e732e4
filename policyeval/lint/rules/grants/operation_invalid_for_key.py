"""G102: an operation that the key does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.kms import GRANT_OPERATIONS
from policyeval.catalog.kms_grants import grant_operations
from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.grants._parts import operations
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.grant_view import GrantView


def check(grant: GrantView) -> Iterator[Flaw]:
    """Compare the operations with what the key, described beside its grants, is for."""
    spec, usage = grant.key.spec, grant.key.usage
    if spec is None or spec not in KEY_SPECS or (usage is not None and usage not in KEY_SPECS[spec].usages):
        return
    able = grant_operations(spec, usage)
    for operation in operations(grant):
        if operation.name in GRANT_OPERATIONS and operation.name not in able:
            what = f"`{spec}`" + (f" for `{usage}`" if usage is not None else "")
            yield Flaw(
                operation.place,
                f"the key is {what}, which has no operation {ticked(operation.name)}",
                f"its grants can allow {', '.join(map(ticked, sorted(able)))}",
            )


RULE = Rule(
    code="G102",
    name="operation-invalid-for-key",
    severity=Severity.ERROR,
    level=Level.GRANT,
    check=check,
    summary="A grant allows an operation that its key does not have.",
    why=(
        "CreateGrant refuses it with a ValidationException: a symmetric key never signs, and a key for signing "
        "has no data keys."
    ),
    instead="Grant what keys of this type do, or use the key that was meant.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/grants.html#terms-grant-operations",
)
