"""Policy documents that AWS writes: managed policies and the policies of keys.

Sources, read 2026-11-23: the AWS managed policy reference (AdministratorAccess,
AWSKeyManagementServicePowerUser), "SCP evaluation" and "RCP syntax" (AWS Organizations),
"Default key policy" (kms/latest/developerguide/key-policy-default.html) and the policy of the
AWS managed key for EBS shown in "AWS KMS condition keys".
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from policyeval.model.arn import root_arn

__all__ = [
    "AWS_MANAGED_POLICIES",
    "FULL_AWS_ACCESS",
    "PREDEFINED",
    "RCP_FULL_AWS_ACCESS",
    "Document",
    "aws_managed_key_policy",
    "default_key_policy",
    "managed_policy",
    "managed_via",
]

Document = Mapping[str, object]

_ADMINISTRATOR_ACCESS: Final = "arn:aws:iam::aws:policy/AdministratorAccess"
_KMS_POWER_USER: Final = "arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser"
FULL_AWS_ACCESS: Final = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
RCP_FULL_AWS_ACCESS: Final = "arn:aws:organizations::aws:policy/resource_control_policy/p-RCPFullAWSAccess"

AWS_MANAGED_POLICIES: Final[Mapping[str, Document]] = MappingProxyType(
    {
        _ADMINISTRATOR_ACCESS: {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
        },
        _KMS_POWER_USER: {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": [
                        "kms:CreateAlias",
                        "kms:CreateKey",
                        "kms:DeleteAlias",
                        "kms:Describe*",
                        "kms:GenerateRandom",
                        "kms:Get*",
                        "kms:List*",
                        "kms:TagResource",
                        "kms:UntagResource",
                        "iam:ListGroups",
                        "iam:ListRoles",
                        "iam:ListUsers",
                    ],
                    "Resource": "*",
                }
            ],
        },
        FULL_AWS_ACCESS: {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
        },
        RCP_FULL_AWS_ACCESS: {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
        },
    }
)
"""The AWS managed policies that ship, by their ARN in the aws partition."""

# The EBS key answers to the service name of EC2; the others to the name after aws/.
_VIA: Final[Mapping[str, str]] = MappingProxyType({"ebs": "ec2"})

# S3 asks for no grants, so its key's policy gives none.
_WITHOUT_GRANTS: Final[frozenset[str]] = frozenset({"s3"})


def managed_policy(arn: str) -> Document | None:
    """Return the document of an AWS managed policy, in whatever partition it is named."""
    prefix, _, rest = arn.partition(":")
    _, _, tail = rest.partition(":")
    return AWS_MANAGED_POLICIES.get(f"{prefix}:aws:{tail}")


def default_key_policy(partition: str, account: str) -> Document:
    """Build the policy of a key that was created without one: the account, and nobody else."""
    return {
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [
            {
                "Sid": "Enable IAM User Permissions",
                "Effect": "Allow",
                "Principal": {"AWS": root_arn(account, partition)},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }


PREDEFINED: Final = frozenset(
    [
        "acm",
        "backup",
        "codecommit",
        "connect",
        "dms",
        "dynamodb",
        "ebs",
        "elasticfilesystem",
        "es",
        "fsx",
        "glue",
        "kinesis",
        "kinesisvideo",
        "lambda",
        "lightsail",
        "mq",
        "rds",
        "redshift",
        "s3",
        "secretsmanager",
        "sns",
        "sqs",
        "ssm",
        "workspaces",
        "xray",
    ]
)
"""Services whose `alias/aws/SERVICE` is there before their AWS managed key is ("predefined" in DescribeKey)."""


def managed_via(service: str, region: str) -> str:
    """Name the service that uses ``alias/aws/SERVICE``, as kms:ViaService does."""
    return f"{_VIA.get(service, service)}.{region}.amazonaws.com"


def aws_managed_key_policy(partition: str, service: str, region: str, account: str) -> Document:
    """Build the fixed policy of the AWS managed key ``alias/aws/SERVICE`` (K10).

    AWS keeps the ``amazonaws.com`` suffix of kms:ViaService names in every partition.
    """
    through = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"]
    if service not in _WITHOUT_GRANTS:
        through.append("kms:CreateGrant")
    through.append("kms:DescribeKey")
    via = managed_via(service, region)
    return {
        "Version": "2012-10-17",
        "Id": f"auto-{service}-2",
        "Statement": [
            {
                "Sid": f"Allow access through {service} for all principals in the account",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": through,
                "Resource": "*",
                "Condition": {"StringEquals": {"kms:ViaService": via, "kms:CallerAccount": account}},
            },
            {
                "Sid": "Allow direct access to key metadata to the account",
                "Effect": "Allow",
                "Principal": {"AWS": root_arn(account, partition)},
                "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
                "Resource": "*",
            },
        ],
    }
