"""K107: more text than a key policy may have."""

from __future__ import annotations

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.size import larger_than
from policyeval.model.policy import PolicyType

RULE = Rule(
    code="K107",
    name="key-policy-size",
    severity=Severity.ERROR,
    level=Level.POLICY,
    check=larger_than(32_768, "a key policy", "match many principals by a condition, or use grants"),
    types=frozenset({PolicyType.KEY}),
    summary="A key policy is larger than AWS KMS takes.",
    why=(
        "PutKeyPolicy refuses it with `LimitExceededException`. It is the end of policies that get a statement "
        "for each new tenant or role, and it comes on the day of the next one."
    ),
    instead="Match principals by `aws:PrincipalOrgID`, `aws:PrincipalArn` or a tag, or give each of them a grant.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html#key-policy-limit",
)
