"""K403: a condition key under its old name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Fix, Severity
from policyeval.lint.fixes import replace_node
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition


# Both names of a key have the same value (K9).
_NEW_NAMES: Final = MappingProxyType(
    {"kms:customermasterkeyspec": "kms:KeySpec", "kms:customermasterkeyusage": "kms:KeyUsage"}
)


def check(condition: Condition) -> Iterator[Flaw]:
    """Look for the two keys that have new names."""
    new = _NEW_NAMES.get(condition.folded)
    if new is not None:
        yield Flaw(
            condition.key_place(),
            f"{ticked(condition.key)} is the old name of `{new}`",
            f"write `{new}`",
            fix=_rename(condition, new),
        )


def _rename(condition: Condition, new: str) -> Fix | None:
    node = condition.key_node
    if node.source is None or any(_is_beside(condition, other, new) for other in condition.statement.conditions):
        return None
    return replace_node(node, new)


def _is_beside(condition: Condition, other: Condition, new: str) -> bool:
    # The new name may be there already, with values of its own.
    return other.operator == condition.operator and other.folded == new.lower()


RULE = Rule(
    code="K403",
    name="old-condition-key",
    severity=Severity.SUGGESTION,
    level=Level.CONDITION,
    check=check,
    summary="A condition uses a key that AWS KMS has renamed.",
    why=(
        "`kms:CustomerMasterKeySpec` and `kms:CustomerMasterKeyUsage` still work, and AWS calls them deprecated. "
        "Readers look for the names that the guide has."
    ),
    instead="Write `kms:KeySpec` and `kms:KeyUsage`.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-key-spec",
)
