"""P304: a Deny that spares a role and not its account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._forms import account, account_of
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Compare the accounts of those that are spared with the accounts that are."""
    values = [value for element in statement.principals if element.negated for value in element.values]
    if not statement.denies or not all(element.complete for element in statement.principals):
        return
    spared = {account(value.text) for value in values}
    for value in values:
        home = account_of(value.text)
        if home is not None and home not in spared:
            yield Flaw(
                value.place(),
                f"{ticked(value.text)} is not spared unless its account {ticked(home)} is too",
                'deny `"*"` with `ArnNotEquals` on `aws:PrincipalArn`',
            )


RULE = Rule(
    code="P304",
    name="not-principal-without-account",
    severity=Severity.WARNING,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Principal", "NotPrincipal"}),
    summary="A Deny with NotPrincipal spares a user, role or session without its account.",
    why=(
        "The account stands for everybody in it: where it is not spared itself, the Deny hits the principal "
        "after all (S13)."
    ),
    instead='Deny `"Principal": "*"` with `ArnNotEquals` on `aws:PrincipalArn`, or add the account.',
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html",
)
