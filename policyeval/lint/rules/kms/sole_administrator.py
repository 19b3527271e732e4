"""K302: a key that depends on one role or user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.kms._key_policy import is_known, is_whole, keepers, named
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Count who may put the key policy; an account counts for all of its principals."""
    if not is_known(policy) or not is_whole(policy):
        return
    keeping = list(keepers(policy))
    texts = {value.text for value in keeping}
    if len(texts) == 1 and "*" not in texts:
        principal = named(keeping[0].text)
        if principal is None or not principal.whole:
            yield Flaw(
                keeping[0].place(),
                f"only {ticked(keeping[0].text)} can change this key policy",
                "allow `kms:PutKeyPolicy` to the account too, or to a second administrator",
            )


RULE = Rule(
    code="K302",
    name="sole-administrator",
    severity=Severity.WARNING,
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.KEY}),
    summary="Only one role or user can change the key policy.",
    why=(
        "Principals are stored by their unique ids: when that role is deleted, as a stack that is made anew does, "
        "the new one of the same name is another, and nobody can change the key policy. Then only AWS Support can "
        "help."
    ),
    instead="Let the account in with `kms:*`, or name a second administrator.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-default-allow-administrators",
)
