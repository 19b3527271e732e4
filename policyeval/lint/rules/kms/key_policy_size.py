"""K107: more text than a key policy may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.size import characters
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView


_QUOTA: Final = 32_768


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Count the characters that are left when white space goes (KMS 17)."""
    size = characters(policy.node)
    if size > _QUOTA:
        yield Flaw(
            policy.place(),
            f"the policy has {size:,} characters, {size - _QUOTA:,} more than a key policy may have",
            "match many principals by a condition, or use grants",
        )


RULE = Rule(
    code="K107",
    name="key-policy-size",
    severity=Severity.ERROR,
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.KEY}),
    summary="A key policy is larger than AWS KMS takes.",
    why=(
        "PutKeyPolicy refuses it with `LimitExceededException`. It is the end of policies that get a statement "
        "for each new tenant or role, and it comes on the day of the next one."
    ),
    instead="Match principals by `aws:PrincipalOrgID`, `aws:PrincipalArn` or a tag, or give each of them a grant.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html#key-policy-limit",
)
