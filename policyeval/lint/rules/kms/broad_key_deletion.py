"""K205: an Allow to delete any key."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.kms._broad import on_every_key
from policyeval.model.policy import PolicyType

RULE = Rule(
    code="K205",
    name="broad-key-deletion",
    severity=Severity.SECURITY_WARNING,
    level=Level.STATEMENT,
    check=on_every_key(
        ("kms:schedulekeydeletion", "kms:deleteimportedkeymaterial"),
        "destroys data: nothing that is encrypted under it can be read again",
        "name the keys, or require a window with `kms:ScheduleKeyDeletionPendingWindowInDays`",
    ),
    types=frozenset({PolicyType.IDENTITY}),
    services=frozenset({"kms"}),
    summary="The policy allows deleting every key.",
    why=(
        "When a key is gone, so is everything that was ever encrypted under it, backups included. After the "
        "waiting period, seven days at the least, nobody brings it back: ransomware for clouds works this way."
    ),
    instead="Allow it on named keys, and deny it to all but a role that nobody uses day by day.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
)
