"""W305: CreateServiceLinkedRole by a wildcard, with NotResource."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.permissive._delegated import CREATE_SLR, by_star, delegation, excluded_resources
from policyeval.model.policy import PolicyType

RULE = Rule(
    code="W305",
    name="create-slr-star-in-action-and-not-resource",
    severity=Severity.WARNING,
    access_analyzer="CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
    level=Level.STATEMENT,
    check=delegation(CREATE_SLR, by_star, excluded_resources),
    types=frozenset({PolicyType.IDENTITY, PolicyType.SESSION}),
    services=frozenset({"iam"}),
    summary="A wildcard in Action allows `iam:CreateServiceLinkedRole` on all roles but some.",
    why=(
        "A service-linked role lets its service act in the account, with permissions that the service "
        "chose. Whoever may make all of them lets any service in, also one that nobody uses or has looked "
        "at. NotResource names what is spared: a role made tomorrow is not among it."
    ),
    instead=(
        "Name the service in the role's path, `arn:aws:iam::*:role/aws-service-role/SERVICE/*`, or with "
        "`iam:AWSServiceName`."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-create-slr-with-star-in-action-and-notresource",
)
