"""W306: CreateServiceLinkedRole by NotAction and NotResource."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.permissive._delegated import CREATE_SLR, by_exclusion, delegation, excluded_resources
from policyeval.model.policy import PolicyType

RULE = Rule(
    code="W306",
    name="create-slr-not-action-and-not-resource",
    severity=Severity.WARNING,
    access_analyzer="CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE",
    level=Level.STATEMENT,
    check=delegation(CREATE_SLR, by_exclusion, excluded_resources),
    types=frozenset({PolicyType.IDENTITY, PolicyType.SESSION}),
    services=frozenset({"iam"}),
    summary="NotAction and NotResource together allow `iam:CreateServiceLinkedRole` on all roles but some.",
    why=(
        "A service-linked role lets its service act in the account, with permissions that the service "
        "chose. Whoever may make all of them lets any service in, also one that nobody uses or has looked "
        "at. An action that is left out of NotAction is allowed, those of services to come included."
    ),
    instead=(
        "Name the service in the role's path, `arn:aws:iam::*:role/aws-service-role/SERVICE/*`, or with "
        "`iam:AWSServiceName`."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-create-slr-with-notaction-and-notresource",
)
