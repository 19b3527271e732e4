"""Which kind of policy a document is, when nobody says: by what its statements have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.catalog.kms import IDENTITY_ONLY_ACTIONS
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from policyeval.lint.view import PolicyView

_KEY: Final = re.compile(r"arn:[^:*?]+:kms:[^:*?]+:\d{12}:key/[^*?]+")
_ASSUMING: Final = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext")


def infer_type(policy: PolicyView) -> PolicyType | None:
    """Name the likely type; None where there is no statement to tell by.

    Without principals it is an identity policy (a service control policy looks the same). With principals: a
    role's trust policy if it only lets roles be assumed and names no resource, a key policy if it only speaks
    of KMS (and neither lets everybody do what is about no key nor names several keys alone, as one of a VPC endpoint
    may), else the policy of some other resource.
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
    if actions and all(action.startswith("kms:") for action in actions) and not _of_endpoint(policy, actions):
        return PolicyType.KEY
    return PolicyType.RESOURCE


def _of_endpoint(policy: PolicyView, actions: list[str]) -> bool:
    # A key policy is about one key, which most call `*`.
    named = [statement.resource for statement in policy.statements if statement.resource is not None]
    resources = {value.text for element in named for value in element.values}
    if len(resources) > 1 and all(element.complete for element in named) and all(map(_KEY.fullmatch, resources)):
        return True
    # A policy of a VPC endpoint lets everybody through, and also to what no key policy is asked about (K3).
    kinds = [element for statement in policy.statements for element in statement.principals]
    everybody = all(value.text == "*" for element in kinds for value in element.values)
    return everybody and not IDENTITY_ONLY_ACTIONS.isdisjoint(actions)
