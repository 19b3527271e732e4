"""Which kind of policy a document is, when nobody says: by what its statements have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from policyeval.lint.view import PolicyView

_ASSUMING: Final = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext")


def infer_type(policy: PolicyView) -> PolicyType | None:
    """Name the likely type; None where there is no statement to tell by.

    Without principals it is an identity policy (a service control policy looks the same). With principals: a
    role's trust policy if it only lets roles be assumed and names no resource, a key policy if it only speaks
    of KMS, else the policy of some other resource.
    """
    statements = policy.statements
    if not statements:
        return None
    if not any(statement.principals for statement in statements):
        return PolicyType.IDENTITY
    actions = [
        value.text.lower()
        for statement in statements
        if statement.action is not None
        for value in statement.action.values
    ]
    named = any(statement.resource is not None for statement in statements)
    if actions and not named and all(action.startswith(_ASSUMING) for action in actions):
        return PolicyType.TRUST
    if actions and all(action.startswith("kms:") for action in actions):
        return PolicyType.KEY
    return PolicyType.RESOURCE
