"""Condition keys, folded, by who gives them: the caller, the resource, the request (S34)."""

ENCRYPTION_CONTEXT = "kms:encryptioncontext:"
# Keys that the principal gives (S34); where nothing is known of it, the caller may (`simulate`).
CALLER_KEYS = frozenset(
    {
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principaltype",
        "aws:principalisawsservice",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:userid",
        "aws:username",
        "aws:tokenissuetime",
        "aws:sourceidentity",
        "aws:federatedprovider",
    }
)
PRINCIPAL_TAG = "aws:principaltag/"
RESOURCE_TAG = "aws:resourcetag/"
# Requests to these services have a resource's tags under a key of their own, too, and those to a few others under that
# of the service whose resource it is (service authorization reference).
_WITH_TAGS = (
    "autoscaling", "ec2", "ecr", "ecr-public", "ecs", "elasticloadbalancing", "elasticmapreduce", "glacier", "iam",
    "iotanalytics", "license-manager", "ram", "sagemaker", "secretsmanager", "ssm",
)  # fmt: skip
OTHER_RESOURCE_TAGS = {service: f"{service}:resourcetag/" for service in _WITH_TAGS} | {
    "arc-zonal-shift": "elasticloadbalancing:resourcetag/",
    "ec2-instance-connect": "ec2:resourcetag/",
    "sts": "iam:resourcetag/",
}
OTHER_FAMILIES = tuple(dict.fromkeys(OTHER_RESOURCE_TAGS.values()))
# S3 tells by the key whose tag it is.
BUCKET_TAG = "s3:buckettag/"
ACCESS_POINT_TAG = "s3:accesspointtag/"
OBJECT_TAG = "s3:existingobjecttag/"
S3_TAGS = (BUCKET_TAG, ACCESS_POINT_TAG, OBJECT_TAG)
RESOURCE_TAGS = (RESOURCE_TAG, *OTHER_FAMILIES, *S3_TAGS)
REQUEST_TAG = "aws:requesttag/"
SOURCE_ACCOUNT = "aws:sourceaccount"
OWNER_KEYS = frozenset({"aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths"})
# Keys that the resource gives.
TARGET_KEYS = OWNER_KEYS | frozenset(
    {
        "s3:resourceaccount",
        "kms:resourcealiases",
        "kms:keyspec",
        "kms:keyusage",
        "kms:keyorigin",
        "kms:multiregion",
        "kms:multiregionkeytype",
        "kms:customermasterkeyspec",
        "kms:customermasterkeyusage",
    }
)
