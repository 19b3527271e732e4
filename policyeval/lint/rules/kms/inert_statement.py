"""K311: a statement of a key policy that lacks Action or Resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


_NEEDED: Final = ("Action", "Resource")


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for the elements that a statement needs to do anything (S23)."""
    if not statement.complete:
        return
    for name in _NEEDED:
        if name not in statement.entries and f"Not{name}" not in statement.entries:
            yield Flaw(
                statement.place(),
                f"the statement has no `{name}`: AWS KMS takes it, and it does nothing",
                f'add `"{name}": "{"*" if name == "Resource" else "kms:…"}"`',
            )


RULE = Rule(
    code="K311",
    name="inert-statement",
    severity=Severity.WARNING,
    level=Level.STATEMENT,
    check=check,
    types=frozenset({PolicyType.KEY}),
    summary="A statement of a key policy has no Action or no Resource, and does nothing.",
    why=(
        "In most policies AWS refuses such a statement. AWS KMS stores it, shows it, and ignores it: an Allow "
        "lets nobody in, and a Deny that was to protect the key protects nothing."
    ),
    instead='Add `"Resource": "*"`, which means this key, or the actions that are missing.',
    source="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html#key-policy-elements",
)
