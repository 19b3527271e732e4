"""W202: PassRole by a wildcard, on every resource."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.permissive._delegated import PASS_ROLE, by_star, delegation, every_resource
from policyeval.model.policy import PolicyType

RULE = Rule(
    code="W202",
    name="pass-role-star-in-action-and-resource",
    severity=Severity.SECURITY_WARNING,
    access_analyzer="PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
    level=Level.STATEMENT,
    check=delegation(PASS_ROLE, by_star, every_resource),
    types=frozenset({PolicyType.IDENTITY, PolicyType.SESSION}),
    services=frozenset({"iam"}),
    summary="A wildcard in Action allows `iam:PassRole` on every role.",
    why=(
        "Whoever may pass any role to a service runs code under the most powerful of them: a function "
        "started with an administrator's role is an administrator. It is the commonest way from a small "
        "permission to a whole account. A wildcard takes it in without its name standing anywhere in the "
        "policy."
    ),
    instead=("Name the roles that may be passed, and the service with `iam:PassedToService`."),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-pass-role-with-star-in-action-and-resource",
)
