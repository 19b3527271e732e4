"""Calls that are settled before any policy is looked at: nobody can make them, or everybody may (K3, S35)."""

from __future__ import annotations

from policyeval.authorizer.actions import (
    ASSUME_ROLE,
    ASSUME_ROLE_WITH_SAML,
    ASSUME_ROOT,
    PASS_ROLE,
    ROLE_EXTRAS,
    SERVICE_BEARER_TOKEN,
    SET_CONTEXT,
    WEB_IDENTITY_ACTIONS,
)
from policyeval.authorizer.case import Case
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.key_values import getter
from policyeval.model.arn import split_arn

# AssumeRole of the STS reference, and "Compare AWS STS credentials" of the IAM guide; by aws:PrincipalType.
_ASSUME_NO_ROLE = frozenset({"Account", "FederatedUser", "Anonymous"})
_FOR_LONG_TERM_CREDENTIALS = frozenset({"sts:getfederationtoken", "sts:getsessiontoken"})
# "No permissions are required", and no Deny takes them: GetCallerIdentity of the STS reference, and "Permissions for
# GetSessionToken" of the IAM guide.
_NEED_NO_PERMISSION = frozenset({"sts:getcalleridentity", "sts:getsessiontoken"})
# Other services ask them of their own callers ("Service bearer tokens" of the IAM guide), and AssumeRole those.
_NO_CALLS = frozenset({PASS_ROLE, SERVICE_BEARER_TOKEN})
_TO_ASSUME = ROLE_EXTRAS | {ASSUME_ROLE, SET_CONTEXT}


def needs_no_permission(case: Case) -> bool:
    """Tell whether everybody with credentials that the call takes may make it."""
    action, caller = case.action.folded, case.context.caller
    if action not in _NEED_NO_PERMISSION or caller.caller_type != "AWS":
        return False
    return not (caller.temporary and action in _FOR_LONG_TERM_CREDENTIALS)


def rule_against(case: Case) -> str | None:
    """Name the rule by which no policy opens a call, None where the policies decide."""
    if case.cross_account and not case.action.crosses_accounts:
        return "K3"
    if (case.action.service == "sts" or case.caller.caller_type == "Federated") and _never_asks(case):
        return "S35"
    if case.context.caller.temporary and case.action.service in {"iam", "sts"} and _is_kept_from(case):
        return "S35"
    return None


def _is_kept_from(case: Case) -> bool:
    """Tell whether temporary credentials of a user, or of a root user, are not for such a call to IAM or STS.

    Those of GetSessionToken are for IAM with a second factor only.
    """
    action, context = case.action.folded, case.context
    kind = context.caller.keys.get("aws:principaltype")
    if kind == "AssumedRole" or action in _NO_CALLS:
        return False
    if case.action.service == "sts":
        return kind == "FederatedUser" or action not in _TO_ASSUME
    if context.via_service is not None:
        return False
    return kind == "FederatedUser" or not _has_second_factor(context)


def _has_second_factor(context: EvaluationContext) -> bool:
    return str(getter("aws:multifactorauthpresent")(context)).lower() == "true"


def _never_asks(case: Case) -> bool:
    """Tell whether no request of the action comes from such a caller: a token or an assertion makes it, or credentials.

    Who has a token of an OIDC provider or a SAML assertion has no AWS credentials until it has become a role.
    """
    action, caller = case.action.folded, case.context.caller
    if case.caller.caller_type == "Federated":
        if _lives_elsewhere(case):
            return True
        if action in WEB_IDENTITY_ACTIONS:
            return (action == ASSUME_ROLE_WITH_SAML) is not (":saml-provider/" in case.caller.name)
        return action == ASSUME_ROLE or not case.action.on_role
    if action in {ASSUME_ROLE, ASSUME_ROOT} and caller.keys.get("aws:principaltype") in _ASSUME_NO_ROLE:
        return True
    if action == ASSUME_ROOT:
        return not _manages(case)
    return action in WEB_IDENTITY_ACTIONS or (caller.temporary and action in _FOR_LONG_TERM_CREDENTIALS)


def _manages(case: Case) -> bool:
    """Tell whether the caller's account manages the organization that the resource's account is a member of.

    Delegated administrators, of whom AssumeRoot of the STS reference speaks, too, nobody describes.
    """
    own = case.caller.record.account if case.caller.record is not None else None
    if own is None or not (own.is_management_account and case.cross_account):
        return False
    return own.organization_id is not None and own.organization_id == case.target.keys.get("aws:resourceorgid")


def _lives_elsewhere(case: Case) -> bool:
    """Tell whether a provider is not one of the resource's own account, where alone a role can trust it.

    "Create a SAML identity provider in IAM" and "Create an OpenID Connect (OIDC) identity provider in IAM".
    """
    provider, target = split_arn(case.caller.name), case.target  # those built into AWS have no ARN
    return provider is not None and (provider.partition, provider.account) != (target.partition, target.account)
