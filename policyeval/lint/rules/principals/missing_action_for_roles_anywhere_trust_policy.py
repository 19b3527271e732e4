"""P112: IAM Roles Anywhere without all that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import covers_action
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import PolicyView

_SERVICE: Final = "rolesanywhere.amazonaws.com"
_NEEDED: Final = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")


def check(policy: PolicyView) -> Iterator[Flaw]:
    """Look at all statements that allow the service something, together."""
    named = [
        value
        for statement in policy.statements
        if statement.allows
        for element in statement.principals
        if element.kind == "Service" and not element.negated
        for value in element.values
        if value.text == _SERVICE
    ]
    actions = [value.statement.action for value in named]
    if not named or not policy.complete or any(action is None or not action.complete for action in actions):
        return
    missing = [name for name in _NEEDED if not any(covers_action(value.statement, name.lower()) for value in named)]
    if missing:
        shown = " and ".join(f"`{name}`" for name in missing)
        yield Flaw(named[0].place(), f"{ticked(_SERVICE)} also needs {shown}", "add it to the actions")


RULE = Rule(
    code="P112",
    name="missing-action-for-roles-anywhere-trust-policy",
    severity=Severity.ERROR,
    access_analyzer="MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY",
    level=Level.POLICY,
    check=check,
    types=frozenset({PolicyType.TRUST}),
    summary="A trust policy for IAM Roles Anywhere lacks an action.",
    why="The service sets the source identity and tags of each session: without the permissions no session is made.",
    instead="Allow `sts:AssumeRole`, `sts:SetSourceIdentity` and `sts:TagSession`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-action-for-roles-anywhere-trust-policy",
)
