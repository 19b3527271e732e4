"""The fixed policy of an AWS managed key, as K10 describes it."""

from __future__ import annotations

from policyeval.model.policy import (
    CURRENT_VERSION,
    Condition,
    Element,
    NamedPolicy,
    Policy,
    PrincipalElement,
    PrincipalValue,
    Statement,
)

AWS_MANAGED_KEY = NamedPolicy(
    "aws/s3",
    Policy(
        (
            Statement(
                "Allow",
                "Through the service",
                PrincipalElement((PrincipalValue("AWS", "*"),)),
                Element(("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")),
                Element(("*",)),
                (
                    Condition("StringEquals", "kms:CallerAccount", ("111122223333",)),
                    Condition("StringEquals", "kms:ViaService", ("s3.us-east-1.amazonaws.com",)),
                ),
            ),
            Statement(
                "Allow",
                "The account looks",
                PrincipalElement((PrincipalValue("AWS", "arn:aws:iam::111122223333:root"),)),
                Element(("kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant")),
                Element(("*",)),
            ),
        ),
        CURRENT_VERSION,
    ),
)
