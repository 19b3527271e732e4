"""W303: CreateServiceLinkedRole by a NotAction that leaves it in."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.permissive._delegated import CREATE_SLR, by_exclusion, delegation, every_resource
from policyeval.model.policy import PolicyType

RULE = Rule(
    code="W303",
    name="create-slr-not-action-and-star-in-resource",
    severity=Severity.WARNING,
    access_analyzer="CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
    level=Level.STATEMENT,
    check=delegation(CREATE_SLR, by_exclusion, every_resource),
    types=frozenset({PolicyType.IDENTITY, PolicyType.SESSION}),
    services=frozenset({"iam"}),
    summary="A NotAction that does not list `iam:CreateServiceLinkedRole` allows it on every role.",
    why=(
        "A service-linked role lets its service act in the account, with permissions that the service "
        "chose. Whoever may make all of them lets any service in, also one that nobody uses or has looked "
        "at. An action that is left out of NotAction is allowed, those of services to come included."
    ),
    instead=(
        "Name the service in the role's path, `arn:aws:iam::*:role/aws-service-role/SERVICE/*`, or with "
        "`iam:AWSServiceName`."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-create-slr-with-star-in-resource-and-notaction",
)
