"""Condition keys: their canonical names, value types and whether they hold a list.

Sources, read 2026-11-23: "AWS global condition context keys"
(IAM/latest/UserGuide/reference_policies_condition-keys.html), "AWS KMS condition keys"
(kms/latest/developerguide/conditions-kms.html), and the service authorization reference of
KMS and STS (list_awskeymanagementservice.html, list_awssecuritytokenservice.html).
Keys compare without regard to case (S33), so the tables are keyed by folded name.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

__all__ = [
    "CONDITION_KEYS",
    "PREFIX_KEYS",
    "SENSITIVE_KEYS",
    "ConditionKey",
    "ValueType",
    "lookup",
]

ValueType = Literal["String", "Bool", "Date", "Numeric", "Arn", "IpAddress", "Binary"]


class ConditionKey(NamedTuple):
    """One condition key, or one family of keys when its name ends in ``/`` or ``:``.

    ``also`` lists further types that AWS accepts for the same key.
    """

    name: str
    type: ValueType
    multivalued: bool = False
    also: tuple[ValueType, ...] = ()


_Row = tuple[ValueType, tuple[ValueType, ...], tuple[str, ...]]

_GLOBAL_SINGLE: Final[tuple[_Row, ...]] = (
    (
        "String",
        (),
        (
            # of the principal
            "aws:PrincipalAccount",
            "aws:PrincipalOrgID",
            "aws:PrincipalServiceName",
            "aws:PrincipalType",
            "aws:userid",
            "aws:username",
            # of the role session
            "aws:Ec2InstanceSourceVpc",
            "aws:SourceIdentity",
            # of the network
            "aws:SourceVpc",
            "aws:SourceVpce",
            "aws:VpceAccount",
            "aws:VpceOrgID",
            # of the resource
            "aws:ResourceAccount",
            "aws:ResourceOrgID",
            # of the request
            "aws:CalledViaAWSMCP",
            "aws:CalledViaFirst",
            "aws:CalledViaLast",
            "aws:referer",
            "aws:RequestedRegion",
            "aws:SourceAccount",
            "aws:SourceOrgID",
            "aws:UserAgent",
            # other services' keys that the page lists as cross-service
            "glue:CredentialIssuingService",
            "glue:RoleAssumedBy",
            "identitystore:UserId",
        ),
    ),
    (
        "Bool",
        (),
        (
            "aws:AssumedRoot",
            "aws:IsMcpServiceAction",
            "aws:MultiFactorAuthPresent",
            "aws:PrincipalIsAWSService",
            "aws:SecureTransport",
            "aws:ViaAWSMCPService",
            "aws:ViaAWSService",
        ),
    ),
    (
        "Arn",
        (),
        (
            "aws:ChatbotSourceArn",
            "aws:PrincipalArn",
            "aws:SignInSessionArn",
            "aws:SourceArn",
            "aws:SourceVpcArn",
            "codebuild:BuildArn",
            "codebuild:ProjectArn",
            "ec2:SourceInstanceArn",
            "lambda:SourceFunctionArn",
            "ssm:SourceInstanceArn",
        ),
    ),
    ("IpAddress", (), ("aws:Ec2InstanceSourcePrivateIPv4", "aws:SourceIp", "aws:VpcSourceIp")),
    ("Date", (), ("aws:CurrentTime", "aws:TokenIssueTime")),
    ("Date", ("Numeric",), ("aws:EpochTime",)),
    ("Numeric", (), ("aws:MultiFactorAuthAge", "ec2:RoleDelivery")),
    # An ARN for providers created in the account, a plain name for those built into AWS.
    ("String", ("Arn",), ("aws:FederatedProvider",)),
)

_GLOBAL_MULTI: Final[tuple[_Row, ...]] = (
    (
        "String",
        (),
        (
            "aws:CalledVia",
            "aws:PrincipalOrgPaths",
            "aws:PrincipalServiceNamesList",
            "aws:ResourceOrgPaths",
            "aws:SourceOrgPaths",
            "aws:TagKeys",
            "aws:VpceOrgPaths",
        ),
    ),
)

_KMS_SINGLE: Final[tuple[_Row, ...]] = (
    (
        "String",
        (),
        (
            "kms:CallerAccount",
            "kms:CustomerMasterKeySpec",
            "kms:CustomerMasterKeyUsage",
            "kms:DataKeyPairSpec",
            # Not on AWS's pages yet; named by the service model with Encapsulate.
            "kms:EncapsulationAlgorithm",
            "kms:EncryptionAlgorithm",
            "kms:ExpirationModel",
            "kms:GrantConstraintType",
            "kms:GranteeServicePrincipal",
            "kms:KeyAgreementAlgorithm",
            "kms:KeyOrigin",
            "kms:KeySpec",
            "kms:KeyUsage",
            "kms:MacAlgorithm",
            "kms:MessageType",
            "kms:MultiRegionKeyType",
            # Not on AWS's pages; kept because K9 names it.
            "kms:PolicyName",
            "kms:PrimaryRegion",
            "kms:ReplicaRegion",
            "kms:RequestAlias",
            "kms:RetiringServicePrincipal",
            "kms:SigningAlgorithm",
            "kms:ViaService",
            "kms:WrappingAlgorithm",
            "kms:WrappingKeySpec",
        ),
    ),
    # AWS types these two String, though their values are ARNs.
    ("String", ("Arn",), ("kms:GranteePrincipal", "kms:RetiringPrincipal")),
    (
        "Bool",
        (),
        (
            "kms:BypassPolicyLockoutSafetyCheck",
            "kms:GrantIsForAWSResource",
            "kms:MultiRegion",
            "kms:ReEncryptOnSameKey",
        ),
    ),
    (
        "Numeric",
        (),
        (
            "kms:RotationPeriodInDays",
            "kms:ScheduleKeyDeletionPendingWindowInDays",
            "kms:TrailingDaysWithoutKeyUsage",
        ),
    ),
    # The KMS guide's example compares it with a Numeric operator; the reference says Date.
    ("Numeric", ("Date",), ("kms:ValidTo",)),
    ("Arn", (), ("kms:GrantConstraintSourceArn",)),
)

_KMS_MULTI: Final[tuple[_Row, ...]] = (
    ("String", (), ("kms:EncryptionContextKeys", "kms:GrantOperations", "kms:ResourceAliases")),
)

_STS_SINGLE: Final[tuple[_Row, ...]] = (
    (
        "String",
        (),
        (
            "sts:AWSServiceName",
            "sts:ExternalId",
            "sts:RoleSessionName",
            "sts:SigningAlgorithm",
            "sts:SourceIdentity",
        ),
    ),
    ("Bool", (), ("sts:RoleAuthorizedByIdp",)),
    ("Numeric", (), ("sts:DurationSeconds",)),
    ("Arn", (), ("sts:TaskPolicyArn",)),
)

_STS_MULTI: Final[tuple[_Row, ...]] = (
    ("String", (), ("sts:IdentityTokenAudience", "sts:TransitiveTagKeys")),
    ("Arn", (), ("sts:RequestContextProviders",)),
)

_PREFIXES: Final[tuple[_Row, ...]] = (
    (
        "String",
        (),
        (
            "aws:PrincipalTag/",
            "aws:RequestTag/",
            "aws:ResourceTag/",
            "kms:EncryptionContext:",
            # PCR0 to PCR31, ImageSha384, NitroTPMPCR0 to NitroTPMPCR23
            "kms:RecipientAttestation:",
            "sts:RequestContext/",
        ),
    ),
)

SENSITIVE_KEYS: Final[frozenset[str]] = frozenset(
    {
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:vpceaccount",
        "aws:vpceorgid",
    }
)
"""Folded keys in whose values AWS sees no valid use of a wildcard ("Sensitive condition keys")."""


def _expand(rows: tuple[_Row, ...], *, multivalued: bool) -> Iterator[tuple[str, ConditionKey]]:
    for kind, also, names in rows:
        for name in names:
            yield name.lower(), ConditionKey(name, kind, multivalued, also)


CONDITION_KEYS: Final[Mapping[str, ConditionKey]] = MappingProxyType(
    dict(
        (
            *_expand(_GLOBAL_SINGLE, multivalued=False),
            *_expand(_GLOBAL_MULTI, multivalued=True),
            *_expand(_KMS_SINGLE, multivalued=False),
            *_expand(_KMS_MULTI, multivalued=True),
            *_expand(_STS_SINGLE, multivalued=False),
            *_expand(_STS_MULTI, multivalued=True),
        )
    )
)
"""Every key of fixed name, by folded name."""

PREFIX_KEYS: Final[Mapping[str, ConditionKey]] = MappingProxyType(dict(_expand(_PREFIXES, multivalued=False)))
"""Families of keys, by folded prefix; what follows the prefix is a tag key or the like."""


def lookup(folded_key: str) -> ConditionKey | None:
    """Return what AWS says of a key given in folded form, or None when it is not known here.

    A bare prefix (``aws:resourcetag/``) names no key.
    """
    found = CONDITION_KEYS.get(folded_key)
    if found is not None:
        return found
    for prefix, key in PREFIX_KEYS.items():
        if folded_key.startswith(prefix) and len(folded_key) > len(prefix):
            return key
    return None
