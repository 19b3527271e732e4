"""Who calls: a principal's name and its session turned into a profile and a session (S14, S15)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple, Protocol

from policyeval.authorizer.actions import ASSUME_ROLE_WITH_SAML, ROLE_EXTRAS, WEB_IDENTITY_ACTIONS, ActionFacts
from policyeval.authorizer.derived import tag_keys
from policyeval.authorizer.inputs import session_faults
from policyeval.authorizer.profiles import SERVICE_ACCOUNT, Caller
from policyeval.errors import RequestError
from policyeval.evaluator.context import CallerFacts, Value
from policyeval.evaluator.key_names import PRINCIPAL_TAG, UNKNOWN_ID, UNKNOWN_TYPE
from policyeval.evaluator.principals import Door
from policyeval.model.arn import Arn, federated_session_arn, is_account_id, role_session_arn, root_arn, split_arn
from policyeval.model.request import Session
from policyeval.model.source import Diagnostic

ANONYMOUS = "anonymous"
_PROVIDERS = ("oidc-provider/", "saml-provider/")
_SERVICE = re.compile(r"[a-z0-9.-]+\.(amazonaws\.com|amazonaws\.com\.cn|aws\.internal|amazon\.com|aws\.dev)")
_WEB_PROVIDERS = frozenset({"accounts.google.com", "graph.facebook.com", "www.amazon.com"})
# Every request has them (S15): with what no customer's principal has, …IfExists opens nothing.
_OF_NO_CUSTOMER: Mapping[str, Value] = {"aws:principaltype": UNKNOWN_TYPE, "aws:userid": UNKNOWN_ID}
# GovCloud's pools and China's go by names of their own.
_POOLS = re.compile(r"cognito-identity(-us-gov|\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?")


class Calling(NamedTuple):
    """A caller with its session.

    `session_arn` is the session's own ARN, None where it is not known; `federated` tells that the
    session was made by GetFederationToken.
    """

    caller: Caller
    session: Session | None = None
    session_arn: str | None = None
    federated: bool = False


class CallerSource(Protocol):
    """Where profiles come from: a policy source, or the policies handed to `simulate`."""

    def principal(self, arn: str) -> Caller:
        """Give a user's, a role's or a root user's profile by IAM ARN."""
        ...

    def role_named(self, arn: Arn, name: str) -> Caller:
        """Give a role's profile by the name a session ARN tells."""
        ...

    def user_named(self, arn: Arn, name: str) -> Caller:
        """Give the profile of the user that a federated session is named after."""
        ...


def identify(principal: str, session: Session | None, action: ActionFacts, source: CallerSource) -> Calling:
    """Find out who calls.

    Raises:
        RequestError: the principal is none, or the session contradicts it or holds what is no text.

    """
    if session is not None and (faults := session_faults(session)):
        raise RequestError(faults)
    principal = str.__str__(principal)  # some become values of condition keys: a text alone, no enumeration's member
    if principal.startswith("arn:"):
        arn = split_arn(principal)
        if arn is None or arn.region:  # no principal has one, and no Deny would know a session by such a name
            raise _bad(principal)
        return _by_arn(principal, arn, session, source)
    calling = _by_name(principal, action)
    if session is not None:
        raise RequestError([Diagnostic(f"`{principal}` has no sessions")])
    return calling


def _by_name(principal: str, action: ActionFacts) -> Calling:
    if principal == ANONYMOUS:
        keys = {"aws:principalaccount": ANONYMOUS, "aws:principaltype": "Anonymous", "aws:userid": ANONYMOUS}
        return Calling(Caller(ANONYMOUS, "", keys))
    if _is_provider(principal, action):
        return Calling(_provider(principal))
    if is_service(principal):
        return Calling(_service(principal))
    raise _bad(principal)


def _is_provider(name: str, action: ActionFacts) -> bool:
    """Tell whether a name without an ARN is an identity provider's; a pool of Cognito's looks like a service's."""
    built_in = name in _WEB_PROVIDERS or _POOLS.fullmatch(name) is not None
    if action.folded in WEB_IDENTITY_ACTIONS:
        return built_in or not is_service(name)
    return action.folded in ROLE_EXTRAS and built_in


def calls_as_provider(name: str, action: ActionFacts) -> bool:
    """Tell whether a principal is an identity provider by which an action makes sessions of a role (S35)."""
    arn, by_saml = split_arn(name), action.folded == ASSUME_ROLE_WITH_SAML
    if action.folded not in WEB_IDENTITY_ACTIONS:
        return False
    if arn is None:
        return not by_saml and (name in _WEB_PROVIDERS or _POOLS.fullmatch(name) is not None)
    kind = "saml-provider/" if by_saml else "oidc-provider/"
    return arn.service == "iam" and not arn.region and arn.resource.startswith(kind)


def is_service(name: str) -> bool:
    """Tell whether a name is one that services have."""
    return _SERVICE.fullmatch(name) is not None


def _bad(principal: str) -> RequestError:
    hint = "an ARN of a user, role, session or account root, a service such as `s3.amazonaws.com`, or `anonymous`"
    if is_account_id(principal):
        hint = f"the account's root user is `{root_arn(principal)}`"
    return RequestError([Diagnostic(f"`{principal}` is no principal that can call", hint)])


def _service(name: str) -> Caller:
    keys: dict[str, Value] = {
        "aws:principalaccount": SERVICE_ACCOUNT,
        "aws:principalisawsservice": "true",
        "aws:principalservicename": name,
        "aws:principalservicenameslist": (name,),
        **_OF_NO_CUSTOMER,
    }
    caller = Caller(name, "Service", keys)
    caller.grantees = ((name, Door.DIRECT),)
    return caller


def _provider(name: str) -> Caller:
    # The call is not signed: the identity provider vouches for a user without AWS credentials.
    keys: dict[str, Value] = {"aws:principalaccount": ANONYMOUS, **_OF_NO_CUSTOMER}
    if ":saml-provider/" not in name:  # OIDC providers go by their ARN, those built into AWS by their name
        keys["aws:federatedprovider"] = name
    return Caller(name, "Federated", keys)


def _by_arn(principal: str, arn: Arn, session: Session | None, source: CallerSource) -> Calling:
    kind, _, name = arn.resource.partition("/")
    if arn.service == "iam":
        if arn.resource.startswith(_PROVIDERS) and session is None:
            return Calling(_provider(principal))
        if arn.resource == "root" or (kind in {"user", "role"} and name):
            return _described(principal, arn, session, source)
    if arn.service == "sts" and kind == "assumed-role":
        role, slash, session_name = name.rpartition("/")
        if slash and role and session_name:
            session = _named(principal, session, session_name)
            return Calling(source.role_named(arn, role), session, principal)
    if arn.service == "sts" and kind == "federated-user" and name and "/" not in name:
        session = _of_user(_named(principal, session, name))
        return Calling(source.user_named(arn, name), session, principal, federated=True)
    raise _bad(principal)


def _named(principal: str, session: Session | None, name: str) -> Session:
    """Give the session the name that the caller's ARN says."""
    if session is None:
        return Session(name)
    if session.name not in {None, name}:
        message = f"the session is named `{session.name}`, but `{principal}` calls"
        raise RequestError([Diagnostic(message)])
    return replace(session, name=name)


def _of_user(session: Session) -> Session:
    """Refuse what a user's session cannot have been made with, by GetSessionToken or, with a name, GetFederationToken.

    Source: the STS API reference, the request parameters of both.
    """
    call, faults = "GetFederationToken", list[Diagnostic]()
    if session.name is None:
        call, hint = "GetSessionToken", "a federated session (GetFederationToken) has a name: give the session one"
        given = {"session policy": bool(session.policies), "session tags": bool(session.tags)}
        faults += [Diagnostic(f"{call} takes no {what}", hint) for what, there in given.items() if there]
    if session.source_identity is not None:
        faults.append(Diagnostic(f"{call} takes no source identity", "only a role's session has one"))
    if faults:
        raise RequestError(faults)
    return session


def _described(principal: str, arn: Arn, session: Session | None, source: CallerSource) -> Calling:
    caller = source.principal(principal)
    if caller.is_role:
        name = session.name if session is not None else None
        if name is None:
            return Calling(caller, session)
        return Calling(caller, session, role_session_arn(arn, name))
    if session is None:
        return Calling(caller)
    session = _of_user(session)
    if session.name is None:  # the same user with temporary credentials
        return Calling(caller, session)
    return Calling(caller, session, federated_session_arn(arn, session.name), federated=True)


def facts_of(calling: Calling) -> CallerFacts:
    """Give what statements see of a caller: its profile, with what a session changes (S14, S34)."""
    caller, session = calling.caller, calling.session
    if session is None:
        return caller
    facts = CallerFacts()
    facts.account, facts.account_arn = caller.account, caller.account_arn
    facts.caller_type, facts.name = caller.caller_type, caller.name
    facts.unique_id, facts.has_boundary = caller.unique_id, caller.has_boundary
    facts.described, facts.organization_known = caller.described, caller.organization_known
    facts.session_arn = calling.session_arn
    facts.is_session = caller.is_role or calling.federated
    facts.temporary = True
    facts.keys = _session_keys(calling, session)
    return facts


def _session_keys(calling: Calling, session: Session) -> dict[str, Value]:
    caller = calling.caller
    keys = dict(caller.keys)
    if calling.federated:
        keys.pop("aws:username", None)
        keys["aws:principalarn"] = calling.session_arn
        keys["aws:principaltype"] = "FederatedUser"
        keys["aws:userid"] = f"{caller.account}:{session.name}"
    elif caller.is_role and caller.unique_id is not None and session.name is not None:
        keys["aws:userid"] = f"{caller.unique_id}:{session.name}"
    keys |= tag_keys(PRINCIPAL_TAG, session.tags)
    if session.source_identity is not None:
        keys["aws:sourceidentity"] = session.source_identity
    return keys
