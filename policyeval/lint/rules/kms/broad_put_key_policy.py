"""K206: an Allow to rewrite any key policy."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.kms._broad import on_every_key
from policyeval.model.policy import PolicyType

RULE = Rule(
    code="K206",
    name="broad-put-key-policy",
    severity=Severity.SECURITY_WARNING,
    level=Level.STATEMENT,
    check=on_every_key(
        ("kms:putkeypolicy",),
        "lets its holder give themselves everything that a key can do",
        "name the keys that are theirs to manage",
    ),
    types=frozenset({PolicyType.IDENTITY}),
    services=frozenset({"kms"}),
    summary="The policy allows changing the policy of every key.",
    why=(
        "Who may put key policies may put one that names them for every operation: it is as good as `kms:*` on "
        "all keys, and takes the rightful owners out in the same call."
    ),
    instead="Allow it on named keys, to the administrators of each.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying.html",
)
