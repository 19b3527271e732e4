"""C122: a KMS key that is not named by its ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.patterns import overlap
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.conditions._keys import find_key, operand_type
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_KEY_ARN: Final = "arn:*:kms:*:*:key/*"


def check(condition: Condition) -> Iterator[Flaw]:
    """Look at the values of keys of type ARN that have `kms` in their names, but for those of KMS itself."""
    if "kms" not in condition.folded or condition.folded.startswith(("kms:", "aws:")):
        return
    key = find_key(condition.folded)
    if key is None or key.type != "Arn" or operand_type(condition.base) not in {"Arn", "String"}:
        return
    for value in condition.values:
        if "${" not in value.text and not overlap(value.text, _KEY_ARN):
            yield Flaw(
                value.place(),
                f"{ticked(condition.key)} is the ARN of a KMS key, which {ticked(value.text)} is not",
                "write `arn:aws:kms:REGION:ACCOUNT:key/ID`",
            )


RULE = Rule(
    code="C122",
    name="invalid-kms-key-value",
    severity=Severity.ERROR,
    access_analyzer="INVALID_KMS_KEY_VALUE",
    level=Level.CONDITION,
    check=check,
    summary="A key that holds the ARN of a KMS key is compared with something else.",
    why="The request has the ARN of the key: key ids and aliases never match it.",
    instead="Write `arn:aws:kms:REGION:ACCOUNT:key/ID`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-kms-key-value",
)
