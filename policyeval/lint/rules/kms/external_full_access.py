"""K203: `kms:*` for another account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import values_covering
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.kms._key_policy import home_account, named, principals
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView


_ALL: Final = frozenset({"*", "kms:*"})


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look for principals of other accounts in an Allow of everything."""
    home = home_account(policy)
    if home is None:
        return
    for statement in policy.statements:
        if not statement.allows or not any(value.text.lower() in _ALL for value in values_covering(statement, "kms:*")):
            continue
        for value in principals(statement):
            principal = named(value.text)
            if principal is not None and principal.account != home:
                yield Flaw(
                    value.place(),
                    f"{ticked(value.text)} is of another account than the key's, {ticked(home)}, and has `kms:*`",
                    "allow the cryptographic operations that it needs, and `kms:DescribeKey`",
                )


RULE = Rule(
    code="K203",
    name="external-full-access",
    severity=Severity.SECURITY_WARNING,
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.KEY}),
    summary="A key policy gives another account every operation.",
    why=(
        "What manages a key has no effect across accounts, so `kms:*` gives no more than it seems to: but it does "
        "give CreateGrant, with which the other account hands the key on to anybody, in a way that the key policy "
        "does not show."
    ),
    instead=(
        "List what the other account does with the key, such as Encrypt, Decrypt, GenerateDataKey* and DescribeKey."
    ),
    source="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html",
)
