"""Facts about services that the authorizer needs beyond their own actions.

Sources, read 2026-11-23: "Resource control policies (RCPs)"
(organizations/latest/userguide/orgs_manage_policies_rcps.html, the copy of 2026-09-26), and
"How AWS enforcement code logic evaluates requests"
(IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html). Of indexes and what a domain
holds, read 2026-11-29: "PutResourcePolicy" of the DynamoDB API reference, and "Identity and Access Management in
Amazon OpenSearch Service" (opensearch-service/latest/developerguide/ac.html), and "Configuring IAM policies for using
access points" (AmazonS3/latest/userguide/access-points-policies.html). Read 2026-11-30: of APIs, "API Gateway resource
policy examples" (apigateway/latest/developerguide/apigateway-resource-policies-examples.html); of what has policies of
its own, "AWS services that work with IAM" (IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html).
"""

import re
from typing import Final, NamedTuple

__all__ = [
    "MAKING_ACTIONS",
    "RCP_EXEMPT_ACTIONS",
    "RCP_SERVICES",
    "RCP_SERVICES_DATE",
    "ROOT_KEEPS",
    "governing",
    "may_have_policy",
    "own_policy_required",
]

RCP_SERVICES_DATE: Final = "2026-09-26"
"""The day of AWS's list below."""

RCP_SERVICES: Final[frozenset[str]] = frozenset(
    {
        "aoss",
        "appconfig",
        "appstream",
        "autoscaling",
        "autoscaling-plans",
        "budgets",
        "clouddirectory",
        "cloudfront",
        "cloudsearch",
        "cloudtrail-data",
        "codeartifact",
        "codebuild",
        "codecommit",
        "codepipeline",
        "cognito-identity",
        "cognito-idp",
        "comprehend",
        "comprehendmedical",
        "compute-optimizer",
        "cost-optimization-hub",
        "dax",
        "dsql",
        "dynamodb",
        "ecr",
        "ecr-public",
        "events",
        "firehose",
        "fis",
        "fms",
        "gamelift",
        "health",
        "inspector-scan",
        "kendra",
        "kinesisvideo",
        "kms",
        "logs",
        "memorydb",
        "networkmonitor",
        "notifications",
        "opensearch",
        "pca-connector-ad",
        "personalize",
        "polly",
        "pricing",
        "resource-groups",
        "rolesanywhere",
        "s3",
        "secretsmanager",
        "servicediscovery",
        "signin",
        "sqs",
        "sts",
        "support",
        "swf",
        "textract",
        "timestream-influxdb",
        "transcribe",
        "transfer",
        "translate",
        "wafv2",
        "workspaces",
        "xray",
    }
)
"""Service prefixes whose actions resource control policies bind (S3)."""

RCP_EXEMPT_ACTIONS: Final[frozenset[str]] = frozenset({"kms:retiregrant"})
"""Folded actions that no resource control policy restricts, though their service is bound."""


ROOT_KEEPS: Final[frozenset[str]] = frozenset({"s3:deletebucketpolicy", "s3:getbucketpolicy", "s3:putbucketpolicy"})
"""Folded actions that a bucket's policy cannot take from its account's root user (Amazon S3 API reference)."""


class _OwnPolicy(NamedTuple):
    """A kind of resource whose own policy must say yes: actions of a service on its ARNs."""

    action_service: str
    arn_service: str
    resource_prefix: str


_OWN_POLICY_REQUIRED: Final[tuple[_OwnPolicy, ...]] = (
    _OwnPolicy("kms", "kms", "key/"),
    # The trust policy answers for assuming a role, not for iam: actions on it.
    _OwnPolicy("sts", "iam", "role/"),
)
"""Where an identity policy's Allow is not enough in one account (S5); a row to add another."""


def own_policy_required(folded_action: str, arn_service: str, resource: str) -> bool:
    """Tell whether an Allow needs the resource's own policy, even in its own account.

    ``arn_service`` and ``resource`` are the third and the sixth part of the resource's ARN.
    """
    service = folded_action.partition(":")[0]
    return any(
        service == row.action_service and arn_service == row.arn_service and resource.startswith(row.resource_prefix)
        for row in _OWN_POLICY_REQUIRED
    )


# Tables: Amazon S3 user guide, "Resource-based policies for S3 Tables".
# The part of an ARN's end that is another resource's, whose policy governs what lies in it; by service and by whether
# the ARN has an account, as those of buckets have not.
_GOVERNING: Final = {
    ("s3", False): re.compile(r"[^/]+(?=/)"),  # a bucket, of its objects
    ("s3", True): re.compile(r"accesspoint/[^/]+(?=/object/)"),
    ("dynamodb", True): re.compile(r"table/[^/]+(?=/index/)"),
    ("es", True): re.compile(r"domain/[^/]+(?=/)"),
    ("execute-api", True): re.compile(r"[^/]+(?=/)"),  # an API, of its stages and methods
    ("s3-outposts", True): re.compile(r"outpost/[^/]+/(bucket|accesspoint)/[^/]+(?=/object/)"),
    ("s3tables", True): re.compile(r"bucket/[^/]+(?=/table/)"),  # beside the policy of the table itself
    ("s3vectors", True): re.compile(r"bucket/[^/]+(?=/index/)"),
}


def governing(arn_service: str, account: str, resource: str) -> str | None:
    """Name the resource whose policy governs what lies in it, as a bucket's does its objects; None for other resources.

    ``arn_service``, ``account`` and ``resource`` are the third, the fifth and the sixth part of an ARN.
    """
    pattern = _GOVERNING.get((arn_service, account != ""))
    found = pattern.match(resource) if pattern is not None else None
    return found.group() if found is not None else None


# What people attach policies to, by service: what the end of an ARN looks like.
_POLICY_HOLDERS: Final = {
    "acm-pca": re.compile(r"certificate-authority/"),
    "backup": re.compile(r"backup-vault:"),
    "codeartifact": re.compile(r"(domain|repository)/"),
    "dynamodb": re.compile(r"table/"),
    "ecr": re.compile(r"repository/"),
    "elasticfilesystem": re.compile(r"file-system/"),
    "es": re.compile(r"domain/"),
    "events": re.compile(r"event-bus/"),
    "execute-api": re.compile(r"."),
    "kafka": re.compile(r"cluster/"),
    "kinesis": re.compile(r"stream/"),
    "lambda": re.compile(r"(function|layer):"),
    "s3-object-lambda": re.compile(r"accesspoint/"),
    "s3-outposts": re.compile(r"outpost/[^/]+/(bucket|accesspoint)/"),
    "s3express": re.compile(r"(bucket|accesspoint)/"),
    "s3tables": re.compile(r"bucket/"),
    "s3vectors": re.compile(r"bucket/"),
    "secretsmanager": re.compile(r"secret:"),
    "sns": re.compile(r"[^:]+$"),  # not its subscriptions
    "sqs": re.compile(r"."),
}


def may_have_policy(arn_service: str, account: str, resource: str) -> bool:
    """Tell whether a resource may have a policy of its own, or lie in one that has; arguments as of `governing`."""
    if arn_service == "s3":
        return not account or resource.startswith("accesspoint/")
    pattern = _POLICY_HOLDERS.get(arn_service)
    return pattern is not None and pattern.match(resource) is not None


MAKING_ACTIONS: Final[frozenset[str]] = frozenset(
    {
        "backup:createbackupvault",
        "backup:createlogicallyairgappedbackupvault",
        "backup:createrestoreaccessbackupvault",
        "codeartifact:createdomain",
        "dynamodb:createtable",
        "ecr:createrepository",
        "elasticfilesystem:createfilesystem",
        "es:createdomain",
        "es:createelasticsearchdomain",
        "events:createeventbus",
        "kafka:createcluster",
        "kafka:createclusterv2",
        "kinesis:createstream",
        "lambda:createfunction",
        "s3-outposts:createaccesspoint",
        "s3-outposts:createbucket",
        "s3:createaccesspoint",
        "s3:createaccesspointforobjectlambda",
        "s3:createbucket",
        "s3:createmultiregionaccesspoint",
        "s3express:createaccesspoint",
        "s3express:createbucket",
        "s3tables:createtablebucket",
        "s3vectors:createvectorbucket",
        "secretsmanager:createsecret",
        "sns:createtopic",
        "sqs:createqueue",
    }
)
"""Folded actions that make the resource they are asked on, of a kind that may have a policy: it has none before."""
