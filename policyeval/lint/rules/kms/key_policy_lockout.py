"""K101: a key policy that nobody can change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.reach import covers_action, unconditional
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.kms._key_policy import (
    PUT_KEY_POLICY,
    is_known,
    is_whole,
    keepers,
    named,
    principals,
    reaches_the_key,
)
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView, Statement


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look for somebody who may put the key policy, and whom no Deny without conditions stops."""
    if not is_known(policy) or not is_whole(policy) or not policy.statements:
        return
    keeping = {value.text for value in keepers(policy)}
    stops = [statement for statement in policy.statements if _stops(statement)]
    if not any(all(_spares(statement, keeper) for statement in stops) for keeper in keeping):
        why = "a Deny stops everyone whom it allows that" if keeping else "it allows that to nobody"
        yield Flaw(
            policy.entries["Statement"][0].place(f"{policy.pointer}/Statement"),
            f"nobody can change this key policy: `kms:PutKeyPolicy` is not possible for anyone, {why}",
            "allow `kms:*` to the account, `arn:aws:iam::ACCOUNT:root`",
        )


def _stops(statement: Statement) -> bool:
    return (
        statement.denies
        and unconditional(statement)
        and covers_action(statement, PUT_KEY_POLICY)
        and reaches_the_key(statement)
    )


def _spares(statement: Statement, keeper: str) -> bool:
    """Tell whether a Deny leaves a principal in peace; one in doubt is left."""
    denied = {value.text for value in principals(statement)}
    if any(element.negated for element in statement.principals):
        return True  # whom NotPrincipal spares depends on sessions (S13)
    if "*" in denied or keeper in denied:
        return False
    who, key = named(keeper), statement.policy.key.arn
    # Of `*` only the key's own account can put a key policy (K3).
    account = who.account if who is not None else key.account if key is not None and keeper == "*" else None
    return account not in {each.account for each in map(named, denied) if each is not None and each.whole}


RULE = Rule(
    code="K101",
    name="key-policy-lockout",
    severity=Severity.ERROR,
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.KEY}),
    summary="Nobody can change the key policy any more.",
    why=(
        "The key goes on working as it is until something has to change, and then nobody can: no administrator, "
        "no root user. Only AWS Support can help, after proof of who owns the account. PutKeyPolicy refuses such "
        "a policy unless BypassPolicyLockoutSafetyCheck is set, which templates and scripts like to do."
    ),
    instead="Keep a statement that allows `kms:*` to the account, or `kms:PutKeyPolicy` to administrators who stay.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#prevent-unmanageable-key",
)
