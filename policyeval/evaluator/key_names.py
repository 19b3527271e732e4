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
# In S3 the key itself tells what kind of resource the tag is of.
BUCKET_TAG = "s3:buckettag/"
ACCESS_POINT_TAG = "s3:accesspointtag/"
OBJECT_TAG = "s3:existingobjecttag/"
# So it does in a few other services, by the word with which the resource part of an ARN begins.
_KINDS = {
    "dms": (
        "assessment-run", "cert", "data-migration", "data-provider", "endpoint", "es", "individual-assessment",
        "instance-profile", "migration-project", "rep", "replication-config", "subgrp", "task",
    ),
    "rds": (
        "cluster", "cluster-pg", "cluster-snapshot", "db", "es", "og", "pg", "ri", "secgrp", "snapshot", "subgrp",
    ),
}  # fmt: skip
TAGS_OF_KINDS = {(service, kind): f"{service}:{kind}-tag/" for service, kinds in _KINDS.items() for kind in kinds} | {
    ("s3express", "accesspoint"): "s3express:accesspointtag/",
    ("s3express", "bucket"): "s3express:buckettag/",
    ("s3tables", "bucket"): "s3tables:tablebuckettag/",
    ("s3vectors", "bucket"): "s3vectors:vectorbuckettag/",
}
OWN_FAMILIES = (BUCKET_TAG, ACCESS_POINT_TAG, OBJECT_TAG, *TAGS_OF_KINDS.values())
RESOURCE_TAGS = (RESOURCE_TAG, *OTHER_FAMILIES, *OWN_FAMILIES)
REQUEST_TAG = "aws:requesttag/"
SOURCE_ACCOUNT = "aws:sourceaccount"
# Whose service-linked role is to be made.
SERVICE_NAME = "iam:awsservicename"
# S3 has its own names for the resource's account beside that of all (service authorization reference).
OTHER_OWNER_KEYS = {service: f"{service}:resourceaccount" for service in ("s3", "s3express")}
# By any of them a request tells whose a resource is.
ACCOUNT_KEYS = frozenset({"aws:resourceaccount", *OTHER_OWNER_KEYS.values()})
# The access point that a request to S3 comes through: of what is asked on a bucket the request may tell it.
POINT_ARN = {service: f"{service}:dataaccesspointarn" for service in ("s3", "s3-outposts", "s3express")}
POINT_ACCOUNT = {service: f"{service}:dataaccesspointaccount" for service in POINT_ARN}
POINT_KEYS = frozenset((*POINT_ARN.values(), *POINT_ACCOUNT.values()))
OWNER_KEYS = frozenset({"aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths"})
# Keys that the resource gives.
TARGET_KEYS = OWNER_KEYS | frozenset(
    {
        *POINT_KEYS,
        *OTHER_OWNER_KEYS.values(),
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
# What no unique id, no session name and no type of principal can be.
UNKNOWN_ID = "<id>"
UNKNOWN_TYPE = "<type>"
UNKNOWN_SESSION = "<session>"
