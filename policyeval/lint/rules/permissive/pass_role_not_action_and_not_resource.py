"""W206: PassRole by NotAction and NotResource."""

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.permissive._delegated import PASS_ROLE, by_exclusion, delegation, excluded_resources
from policyeval.model.policy import PolicyType

RULE = Rule(
    code="W206",
    name="pass-role-not-action-and-not-resource",
    severity=Severity.SECURITY_WARNING,
    access_analyzer="PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE",
    level=Level.STATEMENT,
    check=delegation(PASS_ROLE, by_exclusion, excluded_resources),
    types=frozenset({PolicyType.IDENTITY, PolicyType.SESSION}),
    services=frozenset({"iam"}),
    summary="NotAction and NotResource together allow `iam:PassRole` on all roles but some.",
    why=(
        "Whoever may pass any role to a service runs code under the most powerful of them: a function "
        "started with an administrator's role is an administrator. It is the commonest way from a small "
        "permission to a whole account. An action that is left out of NotAction is allowed, those of "
        "services to come included."
    ),
    instead=("Name the roles that may be passed, and the service with `iam:PassedToService`."),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-pass-role-with-notaction-and-notresource",
)
