"""K301: a key policy that leaves IAM policies without effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.kms._key_policy import PUT_KEY_POLICY, allowing, is_known, is_whole, named, principals
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look for an Allow that names the account, for whatever action (K1, S10)."""
    if not is_known(policy) or not is_whole(policy) or not any(allowing(policy, PUT_KEY_POLICY)):
        return
    home = policy.key.arn.account if policy.key.arn is not None else None
    for statement in policy.statements:
        for value in principals(statement) if statement.allows else ():
            principal = named(value.text)
            if value.text == "*" or (principal is not None and principal.whole and home in {None, principal.account}):
                return
    yield Flaw(
        policy.entries["Statement"][0].place(f"{policy.pointer}/Statement"),
        "no statement lets the key's account in: IAM policies cannot allow anything on this key",
        "allow `kms:*` to `arn:aws:iam::ACCOUNT:root`, or leave it so if every user of the key is named here",
    )


RULE = Rule(
    code="K301",
    name="no-account-delegation",
    severity=Severity.WARNING,
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.KEY}),
    summary="A key policy does not let its account in, so that IAM policies are inert.",
    why=(
        "IAM policies count for a key only as far as its key policy lets the account in. Without that, "
        "`kms:Decrypt` in the policy of a role does nothing, not even an administrator's or the root user's, and "
        "when the users who are named are deleted, nobody is left."
    ),
    instead=(
        "Keep the statement that every new key has: `kms:*` for the account. It allows nobody anything by itself."
    ),
    source="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-default-allow-root-enable-iam",
)
