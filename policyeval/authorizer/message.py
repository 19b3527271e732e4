"""AWS's own sentences, word for word: people search for them.

Source: IAM user guide, "Troubleshoot access denied error messages".
"""

from __future__ import annotations

from policyeval.authorizer.case import Case
from policyeval.authorizer.decide import Outcome
from policyeval.model.decision import Layer

_EXPLICIT = {
    Layer.RCP: "a resource control policy",
    Layer.SCP: "a service control policy",
    Layer.ENDPOINT: "a VPC endpoint policy",
    Layer.RESOURCE: "a resource-based policy",
    Layer.TRUST: "the role trust policy",
    Layer.IDENTITY: "an identity-based policy",
    Layer.BOUNDARY: "a permissions boundary",
    Layer.SESSION: "a session policy",
}
_IMPLICIT = {
    Layer.RCP: "resource control policy",
    Layer.SCP: "service control policy",
    Layer.ENDPOINT: "VPC endpoint policy",
    Layer.RESOURCE: "resource-based policy",
    Layer.TRUST: "role trust policy",
    Layer.GRANT: "resource-based policy",
    Layer.IDENTITY: "identity-based policy",
    Layer.BOUNDARY: "permissions boundary",
    Layer.SESSION: "session policy",
}
# KMS says no more to a caller who must not learn whether the key exists.
_VEILED = (
    "User: {who} is not authorized to perform: {action} on this resource because the resource does not exist "
    "in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"
)


def sentence(case: Case, outcome: Outcome) -> str:
    """Write the sentence for an outcome; AWS has none for an allow."""
    who, action = case.label, case.action.kms.name if case.action.kms is not None else case.action.name
    arn = case.request.resource
    # KMS names no resource for a key that is not there yet.
    on = "" if arn == "*" or (case.action.tags_on_creation and not case.target.is_key) else f" on resource: {arn}"
    if outcome.reason == "allowed":
        return f"User: {who} is authorized to perform: {action}{on}"
    if _is_veiled(case, outcome):
        return veiled_sentence(who, action)
    start = f"User: {who} is not authorized to perform: {action}{on}"
    if outcome.rule == "S35":  # no policy could allow it
        return start
    layer = outcome.layer if outcome.layer is not None else case.theirs.layer
    if outcome.reason == "explicit_deny":
        return f"{start} with an explicit deny in {_EXPLICIT[layer]}"
    return f"{start} because no {_IMPLICIT[layer]} allows the {action} action"


def veiled_sentence(who: str, action: str) -> str:
    """Write the sentence for a caller from elsewhere, who must not learn whether there is such a key."""
    return _VEILED.format(who=who, action=action)


def _is_veiled(case: Case, outcome: Outcome) -> bool:
    """Tell whether the key's own side lacks, for a caller from elsewhere."""
    keys_side = outcome.layer in {Layer.RESOURCE, None}
    return case.action.service == "kms" and keys_side and case.caller.account != case.target.account
