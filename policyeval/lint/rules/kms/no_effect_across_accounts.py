"""K306: an action that works in the key's own account only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.catalog.kms import CROSS_ACCOUNT_ACTIONS, IDENTITY_ONLY_ACTIONS, OPERATIONS
from policyeval.lint.finding import Severity
from policyeval.lint.reach import named_actions
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.kms._key_policy import home_account, named, principals
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView, Statement


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look for Allows to other accounts alone of actions that have no effect there (K3)."""
    home = home_account(policy)
    if home is None:
        return
    for statement in policy.statements:
        guests = _guests(statement, home) if statement.allows else set()
        for value, action in named_actions(statement, "kms") if guests else ():
            if action in OPERATIONS and action not in CROSS_ACCOUNT_ACTIONS | IDENTITY_ONLY_ACTIONS:
                who = ", ".join(map(ticked, sorted(guests)))
                yield Flaw(
                    value.place(),
                    f"{ticked(value.text)} has no effect for another account, and {who} is another than {ticked(home)}",
                    "take it out; who is to do this takes on a role in the key's account",
                )


def _guests(statement: Statement, home: str) -> set[str]:
    """Give the accounts of the principals if all are of other accounts, else nothing."""
    found = [named(value.text) for value in principals(statement)]
    if any(element.kind != "AWS" or element.negated for element in statement.principals):
        return set()
    accounts = {principal.account for principal in found if principal is not None}
    return accounts if None not in found and home not in accounts else set()


RULE = Rule(
    code="K306",
    name="no-effect-across-accounts",
    severity=Severity.WARNING,
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.KEY}),
    summary="A key policy allows another account what only the key's own account can do.",
    why=(
        "Across accounts only using a key works, describing it, and its grants. `kms:ScheduleKeyDeletion` or "
        "`kms:PutKeyPolicy` for another account does nothing today: whoever relies on it finds out in the "
        "emergency that it was meant for."
    ),
    instead="Let the other account take on a role in the key's account for that.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html",
)
