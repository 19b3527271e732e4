"""K207: an Allow to decrypt with any key."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.kms._broad import on_every_key
from policyeval.model.policy import PolicyType

RULE = Rule(
    code="K207",
    name="broad-decrypt",
    severity=Severity.SECURITY_WARNING,
    level=Level.STATEMENT,
    check=on_every_key(
        ("kms:decrypt", "kms:reencryptfrom"),
        "opens whatever the account or others share with it",
        "name the keys, or add a condition such as `kms:ViaService` or `kms:EncryptionContext:…`",
    ),
    types=frozenset({PolicyType.IDENTITY}),
    services=frozenset({"kms"}),
    summary="The policy allows decrypting with every key.",
    why=(
        "Encryption protects data from those who reach the storage and not the key. With Decrypt on `*` whoever "
        "reads a bucket, snapshot or queue reads the data too, with keys of other accounts included that let the "
        "account in."
    ),
    instead="Name the keys of the application, or narrow it by `kms:ViaService`, the encryption context or a tag.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html#kms-1",
)
