"""Condition keys that AWS does not put into every request that could have them.

Source, read 2026-11-30: "AWS global condition context keys"
(IAM/latest/UserGuide/reference_policies_condition-keys.html), the availability of `aws:ResourceAccount` and of
`aws:VpceAccount`, and of those that stand beside them; of tags of objects, the service authorization reference of S3.
"""

from typing import Final

__all__ = ["lacking"]

_OWNER: Final = frozenset({"aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths"})
# And events:PutEvents where a bus became another account's target before 2023-03-02, which nobody tells.
_WITHOUT_OWNER: Final = frozenset(
    {
        "auditmanager:updateassessmentframeworkshare",
        "detective:acceptinvitation",
        "ds:acceptshareddirectory",
        "ec2:accepttransitgatewaypeeringattachment",
        "ec2:acceptvpcendpointconnections",
        "ec2:acceptvpcpeeringconnection",
        "ec2:createtransitgatewaypeeringattachment",
        "ec2:createvpcendpoint",
        "ec2:createvpcpeeringconnection",
        "es:acceptinboundconnection",
        "guardduty:acceptadministratorinvitation",
        "macie2:acceptinvitation",
        "route53:associatevpcwithhostedzone",
        "route53:createvpcassociationauthorization",
        "securityhub:acceptadministratorinvitation",
    }
)
_SERVICES_WITHOUT_OWNER: Final = frozenset({"ebs"})

_WITH_ENDPOINT: Final = frozenset(
    {
        "acm-pca", "apprunner", "applicationinsights", "athena", "cloudformation", "comprehendmedical",
        "compute-optimizer", "datasync", "discovery", "dynamodb", "ebs", "ecr", "ecs", "firehose", "gamelift",
        "healthlake", "iam", "iotfleetwise", "iotwireless", "kinesisanalytics", "kms", "lambda", "medical-imaging",
        "omics", "payment-cryptography", "polly", "rbin", "rekognition", "route53", "s3", "scheduler",
        "servicediscovery", "servicequotas", "shield", "ssm-contacts", "storagegateway", "textract", "transcribe",
        "transfer",
    }
)  # fmt: skip
_WITH_ENDPOINT_ORGANIZATION: Final = _WITH_ENDPOINT | {
    "b2bi", "cassandra", "cognito-identity", "dms", "ds-data", "identitystore", "iottwinmaker", "network-firewall",
    "pricing", "ses", "sms-voice", "sqs", "workmail",
}  # fmt: skip
_WITH_VPC_ARN: Final = _WITH_ENDPOINT - {"dynamodb", "gamelift", "shield"}
# Services that say whose VPC endpoint a request comes through, and whose VPC, by the key that says it.
_ENDPOINT_KEYS: Final = {
    "aws:sourcevpcarn": _WITH_VPC_ARN,
    "aws:vpceaccount": _WITH_ENDPOINT,
    "aws:vpceorgid": _WITH_ENDPOINT_ORGANIZATION,
    "aws:vpceorgpaths": _WITH_ENDPOINT,
}
_WITHOUT_ENDPOINT: Final = "iam:passrole"

# Actions that look up the tags an object has already (service authorization reference).
_WITH_OBJECT_TAGS: Final = frozenset(
    {
        "s3:deleteobjectannotation",
        "s3:deleteobjecttagging",
        "s3:deleteobjectversionannotation",
        "s3:deleteobjectversiontagging",
        "s3:getobject",
        "s3:getobjectacl",
        "s3:getobjectannotation",
        "s3:getobjectattributes",
        "s3:getobjecttagging",
        "s3:getobjectversion",
        "s3:getobjectversionacl",
        "s3:getobjectversionannotation",
        "s3:getobjectversionattributes",
        "s3:getobjectversiontagging",
        "s3:listobjectannotations",
        "s3:listobjectversionannotations",
        "s3:putobjectacl",
        "s3:putobjectannotation",
        "s3:putobjecttagging",
        "s3:putobjectversionacl",
        "s3:putobjectversionannotation",
        "s3:putobjectversiontagging",
        "s3:updateobjectencryption",
    }
)
_OBJECT_TAG: Final = "s3:existingobjecttag/"


def lacking(folded_action: str) -> frozenset[str]:
    """Give the folded keys, or families of keys, that requests for an action lack, whatever resource it is asked on."""
    service = folded_action.partition(":")[0]
    keys = [
        key for key, services in _ENDPOINT_KEYS.items() if service not in services or folded_action == _WITHOUT_ENDPOINT
    ]
    if service in _SERVICES_WITHOUT_OWNER or folded_action in _WITHOUT_OWNER:
        keys += _OWNER
    if folded_action not in _WITH_OBJECT_TAGS:
        keys.append(_OBJECT_TAG)
    return frozenset(keys)
