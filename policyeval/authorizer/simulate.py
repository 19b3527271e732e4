"""Decide with policies that are handed over, without describing accounts (`simulate`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TypeVar

from policyeval.authorizer.case import Case
from policyeval.authorizer.decide import decide
from policyeval.authorizer.decision import Decision
from policyeval.authorizer.grants import MatchedGrant
from policyeval.authorizer.policies import as_policies, as_policy, session_policies
from policyeval.authorizer.situation import Situation
from policyeval.catalog.policies import RCP_FULL_AWS_ACCESS, managed_policy
from policyeval.entities.values import NO_GRANTS, KeyGrants
from policyeval.errors import RequestError
from policyeval.evaluator.key_names import ACCOUNT_KEYS
from policyeval.evaluator.layers import Compiler, View
from policyeval.evaluator.principals import Door
from policyeval.model.arn import Arn, is_account_id, split_arn
from policyeval.model.decision import Layer
from policyeval.model.grant import Grant
from policyeval.model.policy import NamedPolicy, PolicyType
from policyeval.model.records import AccountRecord, EndpointRecord, PrincipalRecord, ResourceRecord
from policyeval.model.request import PolicyLike, Request
from policyeval.model.source import Diagnostic
from policyeval.syntax.policy import parse_policy

T = TypeVar("T")
Levels = Sequence[Sequence[PolicyLike]]


class PolicySet:
    """The policies that apply to a request, as `simulate` takes them.

    A policy is parsed, a JSON text, a mapping, or a `NamedPolicy`. A layer left out restricts
    nothing and grants nothing: without a key policy no identity policy opens a key (K1). SCPs and
    RCPs go by level, root first; an empty level denies. A level with RCPs has RCPFullAWSAccess
    too, which AWS attaches everywhere (S3). A grant is a `Grant` or what `aws kms list-grants`
    prints.

    Raises:
        PolicySyntaxError: a policy is none.
        RequestError: one policy or grant, or nothing, where a list belongs.

    """

    def __init__(  # noqa: PLR0913 - the layers there are
        self,
        *,
        identity_policies: Sequence[PolicyLike] = (),
        resource_policy: PolicyLike | None = None,
        permissions_boundary: PolicyLike | None = None,
        session_policies: Sequence[PolicyLike] = (),
        service_control_policies: Levels = (),
        resource_control_policies: Levels = (),
        vpc_endpoint_policy: PolicyLike | None = None,
        grants: Sequence[Grant | Mapping[str, object]] = (),
    ) -> None:
        self.identity_policies = as_policies(identity_policies, "identity policy", PolicyType.IDENTITY)
        # A resource policy's own kind is known only with the resource: KMS takes statements without Action.
        self.resource_policy = _policy(resource_policy, "resource policy")
        self.permissions_boundary = _policy(permissions_boundary, "permissions boundary", PolicyType.IDENTITY)
        self.session_policies = as_policies(session_policies, "session policy", PolicyType.SESSION)
        self.service_control_policies = _levels(service_control_policies, "SCP", PolicyType.SCP)
        self.resource_control_policies = tuple(
            (*level, _rcp_full_access()) if level else ()
            for level in _levels(resource_control_policies, "RCP", PolicyType.RCP)
        )
        self.vpc_endpoint_policy = _policy(vpc_endpoint_policy, "VPC endpoint policy", PolicyType.VPC_ENDPOINT)
        self.grants = tuple(_listed(grants, "grants"))


@cache
def _rcp_full_access() -> NamedPolicy:
    return NamedPolicy("RCPFullAWSAccess", parse_policy(managed_policy(RCP_FULL_AWS_ACCESS) or {}))


def _policy(policy: PolicyLike | None, name: str, policy_type: PolicyType | None = None) -> NamedPolicy | None:
    return as_policy(policy, name, policy_type) if policy is not None else None


def _levels(levels: Levels, name: str, policy_type: PolicyType) -> tuple[tuple[NamedPolicy, ...], ...]:
    return tuple(
        as_policies(level, f"{name} of level {number}, policy", policy_type)
        for number, level in enumerate(_listed(levels, f"levels of {name}s"), 1)
    )


def _listed(given: Iterable[T], what: str) -> Iterable[T]:
    """Give a list as it is. Raises `RequestError` for a single thing, or nothing, in its place."""
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        message = f"a list of {what} belongs there, not {type(given).__name__}"
        raise RequestError([Diagnostic(message, "put a single one in a list")])
    return given


def _now() -> datetime:
    return datetime.now(UTC)


def simulate(request: Request, policies: PolicySet, *, clock: Callable[[], datetime] = _now) -> Decision:
    """Decide a request with the policies given.

    What a request and its ARNs do not tell (organization ids, tags, key specs) may be given as
    context. A principal is taken to have every policy of the set, and a resource whose ARN names no
    account to be the caller's own, as IAM's simulator takes it; an allow says so.

    Raises:
        RequestError: the request is malformed or contradicts itself.
        EntitiesError: a grant is none.

    """
    situation = Situation(_Handed(request, policies), Compiler(), View.EXACT, timedelta(0), clock)
    case = situation.case(request)
    if policies.session_policies:
        own = session_policies(case.request.session.policies) if case.request.session is not None else ()
        both = (*policies.session_policies, *own)
        case.session = situation.maker.layer(Layer.SESSION, both, PolicyType.SESSION)
        if not case.context.caller.is_session:
            _put_in_session(case)
    if policies.vpc_endpoint_policy is not None and case.context.via_service is None:
        layers = [policies.vpc_endpoint_policy]
        case.endpoint = situation.maker.layer(Layer.ENDPOINT, layers, PolicyType.VPC_ENDPOINT)
    return Decision.of_case(case, decide(case))


def _put_in_session(case: Case) -> None:
    """Let a caller with session policies be a session: they limit what names a user, in policies and grants (S8).

    A user's credentials are temporary then: only GetFederationToken takes policies.
    """
    facts = copy(case.context.caller)
    facts.is_session = True
    facts.temporary |= not case.caller.is_root
    case.context.caller = facts
    case.grants = _limited(case.grants)
    if case.retirable is not None:
        case.retirable = _limited(case.retirable)


def _limited(grants: Sequence[MatchedGrant]) -> Sequence[MatchedGrant]:
    return [grant._replace(door=min(grant.door, Door.LIMITED)) for grant in grants]


def _grant(grant: Mapping[str, object], request: Request) -> Grant:
    from policyeval.entities.grants import grant_of  # noqa: PLC0415 - pydantic is heavy

    return grant_of(grant, request.resource, NO_GRANTS)


class _Handed:
    """Policies handed over as a policy source: everyone and everything has them."""

    revision = None  # asked once

    def __init__(self, request: Request, policies: PolicySet) -> None:
        self._request = request
        self._policies = policies
        grants = [grant if isinstance(grant, Grant) else _grant(grant, request) for grant in policies.grants]
        self._grants = KeyGrants.of([grant for grant in grants if grant.key_arn in {"", request.resource}])

    def account(self, account_id: str) -> AccountRecord:
        return AccountRecord(
            account_id,
            organization_known=False,
            service_control_policies=self._policies.service_control_policies,
            resource_control_policies=self._policies.resource_control_policies,
        )

    def principal(self, arn: str) -> PrincipalRecord:
        parts = split_arn(arn)
        if parts is None or not is_account_id(parts.account):
            message = f"`{arn}` has no account id"
            raise RequestError([Diagnostic(message, "an account id has 12 digits")])
        kind, _, name = parts.resource.partition("/")
        account = replace(self.account(parts.account), partition=parts.partition)
        if kind == "root":
            return PrincipalRecord(arn, "root", account, "root", described=False)
        path, _, name = f"/{name}".rpartition("/")
        return PrincipalRecord(
            arn,
            "user" if kind == "user" else "role",
            account,
            name,
            path=f"{path}/",
            identity_policies=self._policies.identity_policies,
            permissions_boundary=self._policies.permissions_boundary,
            described=False,
        )

    def role(self, account_id: str, name: str) -> PrincipalRecord:
        # A session's ARN does not tell its role's path; without one is the common case.
        return self.principal(f"arn:{self._partition()}:iam::{account_id}:role/{name}")

    def user(self, account_id: str, name: str) -> PrincipalRecord:
        return self.principal(f"arn:{self._partition()}:iam::{account_id}:user/{name}")

    def _partition(self) -> str:
        return self._request.principal.split(":")[1]

    def resource(self, arn: str) -> ResourceRecord | None:
        parts = split_arn(arn)
        if parts is None:
            return None
        if parts.service == "kms" and parts.resource.startswith("alias/"):
            message = f"which key `{arn}` points to is not known"
            raise RequestError([Diagnostic(message, "give the key's ARN, and the alias as `kms:RequestAlias`")])
        owner = self.account(self._owner(parts))
        return ResourceRecord(arn, owner, self._policies.resource_policy, described=False)

    def _owner(self, parts: Arn) -> str:
        """Tell whose a resource is: where its ARN has no account (an S3 bucket), the caller's own unless told."""
        if is_account_id(parts.account):
            return parts.account
        caller = split_arn(self._request.principal)
        own = caller.account if caller is not None else ""
        return self._request.resource_account or self._told_owner() or own

    def _told_owner(self) -> str | None:
        """Give the resource's account as the context tells it, where the ARN does not."""
        for name, value in (self._request.context or {}).items():
            if name.lower() in ACCOUNT_KEYS and isinstance(value, str) and is_account_id(value):
                return value
        return None

    def grants(self, _key_arn: str, grantee: str) -> Sequence[Grant]:
        return self._grants.by_grantee.get(grantee) or ()

    def retirable_grants(self, _key_arn: str) -> Sequence[Grant]:
        return self._grants.all

    def endpoint(self, endpoint_id: str) -> EndpointRecord:
        return EndpointRecord(endpoint_id, None, "", self._policies.vpc_endpoint_policy)

    def managed_policy(self, arn: str) -> NamedPolicy:
        document = managed_policy(arn)
        if document is None:
            message = f"managed policy `{arn}` cannot be looked up here"
            raise RequestError([Diagnostic(message, "give the document itself")])
        return NamedPolicy(arn.rpartition("/")[2], parse_policy(document), arn)

    def principals(self, _account_id: str | None = None) -> Iterable[PrincipalRecord]:
        return ()
