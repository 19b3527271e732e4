"""W201: PassRole on every resource."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.permissive._delegated import PASS_ROLE, by_name, delegation, every_resource
from policyeval.model.policy import PolicyType

RULE = Rule(
    code="W201",
    name="pass-role-star-in-resource",
    severity=Severity.SECURITY_WARNING,
    access_analyzer="PASS_ROLE_WITH_STAR_IN_RESOURCE",
    level=Level.STATEMENT,
    check=delegation(PASS_ROLE, by_name, every_resource),
    types=frozenset({PolicyType.IDENTITY, PolicyType.SESSION}),
    services=frozenset({"iam"}),
    summary="It allows `iam:PassRole` on every role.",
    why=(
        "Whoever may pass any role to a service runs code under the most powerful of them: a function "
        "started with an administrator's role is an administrator. It is the commonest way from a small "
        "permission to a whole account."
    ),
    instead=("Name the roles that may be passed, and the service with `iam:PassedToService`."),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-pass-role-with-star-in-resource",
)
