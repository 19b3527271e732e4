"""KMS actions: what each is asked on, who may use it across accounts, what its requests carry.

Sources, read 2026-11-23: "AWS KMS permissions"
(kms/latest/developerguide/kms-api-permissions-reference.html), "AWS KMS condition keys"
(conditions-kms.html), "Condition keys for NitroTPM" (conditions-nitro-tpm.html), "ABAC for
AWS KMS" (abac.html) and the KMS page of the service authorization reference.
Where the service reference lists a key that the guide leaves out (kms:CallerAccount on
ListKeys), the request carries it. Everything here is keyed by folded name.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

__all__ = [
    "ALIAS_ACTIONS",
    "CROSS_ACCOUNT_ACTIONS",
    "GRANT_OPERATIONS",
    "IAM_POLICY_ONLY_KEYS",
    "IDENTITY_ONLY_ACTIONS",
    "OPERATIONS",
    "SYMMETRIC_SPECS",
    "AskedOn",
    "KmsAction",
]

AskedOn = Literal["key", "alias", "none", "principal"]

_NO_DEFAULTS: Final[Mapping[str, str]] = MappingProxyType({})

_CALL: Final = frozenset({"kms:calleraccount", "kms:viaservice"})
_SPEC: Final = frozenset(
    {
        "kms:customermasterkeyspec",
        "kms:customermasterkeyusage",
        "kms:keyorigin",
        "kms:keyspec",
        "kms:keyusage",
        "kms:multiregion",
        "kms:multiregionkeytype",
    }
)
_LABELS: Final = frozenset({"aws:resourcetag/", "kms:resourcealiases"})
_TAGGING: Final = frozenset({"aws:requesttag/", "aws:tagkeys"})
_CONTEXT: Final = frozenset({"kms:encryptioncontext:", "kms:encryptioncontextkeys"})
_STORE: Final = frozenset({"kms:calleraccount"})

_ON_KEY: Final = _CALL | _SPEC | _LABELS
_CRYPTO: Final = _ON_KEY | {"kms:requestalias"}
_SYMMETRIC: Final = _CRYPTO | _CONTEXT | {"kms:encryptionalgorithm"}
_ATTESTED: Final = frozenset({"kms:recipientattestation:"})

_ALGORITHM: Final[Mapping[str, str]] = MappingProxyType({"kms:encryptionalgorithm": "SYMMETRIC_DEFAULT"})
_RAW: Final[Mapping[str, str]] = MappingProxyType({"kms:messagetype": "RAW"})
_POLICY: Final[Mapping[str, str]] = MappingProxyType({"kms:policyname": "default"})


class KmsAction(NamedTuple):
    """One IAM action of KMS.

    ``asked_on`` lists the kinds of resource on which the permission is asked, ``none`` for ``*``; an
    alias action is asked on both, and on the alias itself no kms: key is set (K4). ``condition_keys`` are
    folded, a family ending in ``:`` or ``/``. ``defaults`` are the values of those that are
    set even when the caller leaves the parameter out (K9). ``always`` are those that every request
    has without a default, for their parameters are required: of each group at least one.
    ``symmetric_cryptographic`` actions take an encryption context; GenerateRandom uses no key and
    so counts as neither.
    """

    name: str
    asked_on: tuple[AskedOn, ...] = ("key",)
    cross_account: bool = False
    grantable: bool = False
    condition_keys: frozenset[str] = _ON_KEY
    defaults: Mapping[str, str] = _NO_DEFAULTS
    always: tuple[frozenset[str], ...] = ()
    symmetric_cryptographic: bool = False
    cryptographic: bool = False


def _each(*keys: str) -> tuple[frozenset[str], ...]:
    """Make a group of each key."""
    return tuple(frozenset({key}) for key in keys)


def _symmetric(name: str, *more: str, always: tuple[str, ...] = ()) -> KmsAction:
    return KmsAction(
        name,
        cross_account=True,
        grantable=True,
        condition_keys=_SYMMETRIC.union(more, always),
        defaults=_ALGORITHM,
        always=_each("kms:encryptionalgorithm", *always),  # the default is that of symmetric keys
        symmetric_cryptographic=True,
        cryptographic=True,
    )


def _cryptographic(name: str, always: str, *more: str, defaults: Mapping[str, str] = _NO_DEFAULTS) -> KmsAction:
    return KmsAction(
        name,
        cross_account=True,
        grantable=True,
        condition_keys=_CRYPTO.union({always}, more),
        defaults=defaults,
        always=_each(always),
        cryptographic=True,
    )


_ACTIONS: Final[tuple[KmsAction, ...]] = (
    # cryptographic, with an encryption context
    _symmetric("kms:Decrypt", *_ATTESTED),
    _symmetric("kms:Encrypt"),
    _symmetric("kms:GenerateDataKey", *_ATTESTED),
    _symmetric("kms:GenerateDataKeyPair", *_ATTESTED, always=("kms:datakeypairspec",)),
    _symmetric("kms:GenerateDataKeyPairWithoutPlaintext", always=("kms:datakeypairspec",)),
    _symmetric("kms:GenerateDataKeyWithoutPlaintext"),
    _symmetric("kms:ReEncryptFrom", always=("kms:reencryptonsamekey",)),
    _symmetric("kms:ReEncryptTo", always=("kms:reencryptonsamekey",)),
    # cryptographic, without one
    _cryptographic("kms:Decapsulate", "kms:encapsulationalgorithm"),
    _cryptographic("kms:DeriveSharedSecret", "kms:keyagreementalgorithm", *_ATTESTED),
    _cryptographic("kms:Encapsulate", "kms:encapsulationalgorithm"),
    _cryptographic("kms:GenerateMac", "kms:macalgorithm"),
    _cryptographic("kms:Sign", "kms:signingalgorithm", "kms:messagetype", defaults=_RAW),
    _cryptographic("kms:Verify", "kms:signingalgorithm", "kms:messagetype", defaults=_RAW),
    _cryptographic("kms:VerifyMac", "kms:macalgorithm"),
    # others that work across accounts
    KmsAction(
        "kms:CreateGrant",
        cross_account=True,
        grantable=True,
        condition_keys=_ON_KEY
        | _CONTEXT
        | {
            "kms:grantconstraintsourcearn",
            "kms:grantconstrainttype",
            "kms:granteeprincipal",
            "kms:granteeserviceprincipal",
            "kms:grantisforawsresource",
            "kms:grantoperations",
            "kms:retiringprincipal",
            "kms:retiringserviceprincipal",
        },
        always=(
            frozenset({"kms:grantoperations"}),
            frozenset({"kms:granteeprincipal", "kms:granteeserviceprincipal"}),
        ),
    ),
    KmsAction("kms:DescribeKey", cross_account=True, grantable=True, condition_keys=_CRYPTO),
    KmsAction("kms:GetKeyRotationStatus", cross_account=True),
    KmsAction("kms:GetPublicKey", cross_account=True, grantable=True, condition_keys=_CRYPTO),
    KmsAction(
        "kms:ListGrants",
        cross_account=True,
        condition_keys=_ON_KEY | {"kms:grantisforawsresource"},
    ),
    # The guide's table gives it neither spec, usage, origin nor Region keys.
    KmsAction(
        "kms:RetireGrant",
        cross_account=True,
        grantable=True,
        condition_keys=_CALL | _LABELS | _CONTEXT | {"kms:grantconstrainttype"},
    ),
    KmsAction(
        "kms:RevokeGrant",
        cross_account=True,
        condition_keys=_ON_KEY | {"kms:grantisforawsresource"},
    ),
    # asked on a key of the caller's own account
    KmsAction("kms:CancelKeyDeletion"),
    KmsAction("kms:DeleteImportedKeyMaterial"),
    KmsAction("kms:DisableKey", condition_keys=_ON_KEY | {"kms:trailingdayswithoutkeyusage"}),
    KmsAction("kms:DisableKeyRotation"),
    KmsAction("kms:EnableKey"),
    # A default by the guide's general rule, which names no example for these two windows.
    KmsAction(
        "kms:EnableKeyRotation",
        condition_keys=_ON_KEY | {"kms:rotationperiodindays"},
        defaults=MappingProxyType({"kms:rotationperiodindays": "365"}),
    ),
    KmsAction(
        "kms:ScheduleKeyDeletion",
        condition_keys=_ON_KEY | {"kms:schedulekeydeletionpendingwindowindays", "kms:trailingdayswithoutkeyusage"},
        defaults=MappingProxyType({"kms:schedulekeydeletionpendingwindowindays": "30"}),
    ),
    KmsAction("kms:GetKeyLastUsage"),
    KmsAction("kms:GetKeyPolicy", condition_keys=_ON_KEY | {"kms:policyname"}, defaults=_POLICY),
    KmsAction(
        "kms:GetParametersForImport",
        condition_keys=_ON_KEY | {"kms:wrappingalgorithm", "kms:wrappingkeyspec"},
        always=_each("kms:wrappingalgorithm", "kms:wrappingkeyspec"),
    ),
    # No default: the guide tests the omitted ExpirationModel with Null.
    KmsAction("kms:ImportKeyMaterial", condition_keys=_ON_KEY | {"kms:expirationmodel", "kms:validto"}),
    KmsAction("kms:ListKeyPolicies"),
    KmsAction("kms:ListKeyRotations"),
    KmsAction("kms:ListResourceTags"),
    # BypassPolicyLockoutSafetyCheck too is null when omitted; the guide's example relies on it.
    KmsAction(
        "kms:PutKeyPolicy",
        condition_keys=_ON_KEY | {"kms:bypasspolicylockoutsafetycheck", "kms:policyname"},
        defaults=_POLICY,
    ),
    KmsAction("kms:ReplicateKey", condition_keys=_ON_KEY | {"kms:replicaregion"}, always=_each("kms:replicaregion")),
    KmsAction("kms:RotateKeyOnDemand"),
    # CreateKey and ReplicateKey with tags ask it on all keys: the key is not there yet.
    KmsAction("kms:TagResource", ("key", "none"), condition_keys=_ON_KEY | _TAGGING, always=_each("aws:tagkeys")),
    # An untagging request has tag keys and no values.
    KmsAction("kms:UntagResource", condition_keys=_ON_KEY | {"aws:tagkeys"}, always=_each("aws:tagkeys")),
    KmsAction("kms:UpdateKeyDescription"),
    KmsAction(
        "kms:UpdatePrimaryRegion", condition_keys=_ON_KEY | {"kms:primaryregion"}, always=_each("kms:primaryregion")
    ),
    # aliases
    KmsAction("kms:CreateAlias", ("alias", "key")),
    KmsAction("kms:DeleteAlias", ("alias", "key")),
    KmsAction("kms:UpdateAlias", ("alias", "key")),
    # identity policies alone
    KmsAction(
        "kms:CreateKey",
        ("none",),
        condition_keys=_CALL | _SPEC | _TAGGING | {"aws:resourcetag/", "kms:bypasspolicylockoutsafetycheck"},
        defaults=MappingProxyType(
            {
                "kms:customermasterkeyspec": "SYMMETRIC_DEFAULT",
                "kms:customermasterkeyusage": "ENCRYPT_DECRYPT",
                "kms:keyorigin": "AWS_KMS",
                "kms:keyspec": "SYMMETRIC_DEFAULT",
                "kms:keyusage": "ENCRYPT_DECRYPT",
                "kms:multiregion": "false",
            }
        ),
    ),
    KmsAction("kms:GenerateRandom", ("none",), condition_keys=_STORE | _ATTESTED),
    KmsAction("kms:ListAliases", ("none",), condition_keys=_CALL),
    KmsAction("kms:ListKeys", ("none",), condition_keys=_CALL),
    KmsAction("kms:ListRetirableGrants", ("principal",), condition_keys=frozenset()),
    KmsAction("kms:ConnectCustomKeyStore", ("none",), condition_keys=_STORE),
    KmsAction("kms:CreateCustomKeyStore", ("none",), condition_keys=_STORE),
    KmsAction("kms:DeleteCustomKeyStore", ("none",), condition_keys=_STORE),
    KmsAction("kms:DescribeCustomKeyStores", ("none",), condition_keys=_STORE),
    KmsAction("kms:DisconnectCustomKeyStore", ("none",), condition_keys=_STORE),
    KmsAction("kms:UpdateCustomKeyStore", ("none",), condition_keys=_STORE),
)

OPERATIONS: Final[Mapping[str, KmsAction]] = MappingProxyType({action.name.lower(): action for action in _ACTIONS})
"""Every KMS action by folded name; ReEncrypt is an API operation and no action."""

CROSS_ACCOUNT_ACTIONS: Final[frozenset[str]] = frozenset(
    folded for folded, action in OPERATIONS.items() if action.cross_account
)
"""Folded actions that have any effect on another account's key (K3)."""

IDENTITY_ONLY_ACTIONS: Final[frozenset[str]] = frozenset(
    folded for folded, action in OPERATIONS.items() if not {"key", "alias"} & {*action.asked_on}
)
"""Folded actions that no key policy governs (K3)."""

ALIAS_ACTIONS: Final[frozenset[str]] = frozenset(
    folded for folded, action in OPERATIONS.items() if "alias" in action.asked_on
)
"""Folded actions asked on an alias and on its key (K4)."""

GRANT_OPERATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {action.name.partition(":")[2]: folded for folded, action in OPERATIONS.items() if action.grantable}
)
"""Names valid in a grant's Operations, as the API spells them, to their folded action."""

SYMMETRIC_SPECS: Final[frozenset[str]] = frozenset({"SYMMETRIC_DEFAULT"})
"""Key specs whose cryptographic operations take an encryption context; HMAC ones do not."""

IAM_POLICY_ONLY_KEYS: Final[frozenset[str]] = _LABELS
"""Folded keys that AWS supports in IAM policies and not in key policies (K6)."""
