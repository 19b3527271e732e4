"""A policy source with everything met so far compiled; requests become cases here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from policyeval.authorizer.actions import RETIRE_GRANT, ActionFacts
from policyeval.authorizer.callers import Calling, facts_of, identify
from policyeval.authorizer.case import Case
from policyeval.authorizer.grants import GrantIndex, MatchedGrant, is_visible, retiring_doors, sessions_doors
from policyeval.authorizer.inputs import type_faults
from policyeval.authorizer.intake import Intake
from policyeval.authorizer.policies import session_policies
from policyeval.authorizer.profiles import Caller, ProfileMaker, Target
from policyeval.errors import RequestError
from policyeval.evaluator.layers import Compiler, PolicyLayer, View, keep
from policyeval.evaluator.principals import Door, session_prefix
from policyeval.model.arn import Arn, is_account_id, split_arn
from policyeval.model.decision import Layer
from policyeval.model.grant import Grant
from policyeval.model.policy import PolicyType
from policyeval.model.records import EndpointRecord, PolicySource, PrincipalRecord, ResourceRecord
from policyeval.model.request import Request
from policyeval.model.source import Diagnostic


class Situation:
    """Profiles of what a source describes, each made for the record it holds."""

    def __init__(
        self,
        source: PolicySource,
        compiler: Compiler,
        view: View,
        grant_delay: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self.source = source
        self.maker = ProfileMaker(compiler, view)
        self._delay = grant_delay
        self._intake = Intake(clock)
        self._actions: dict[str, ActionFacts] = {}
        self._callers: dict[str, Caller] = {}
        self._callings: dict[str, Calling] = {}
        self._targets: dict[str, Target] = {}
        self._grants: dict[tuple[str, str], GrantIndex] = {}
        self._endpoints: dict[str, tuple[EndpointRecord, PolicyLayer | None]] = {}

    def case(self, request: Request) -> Case:
        """Gather everything that bears on a request.

        Raises:
            RequestError: the request is malformed or contradicts what is known.

        """
        try:
            action = self._actions.get(request.action) or self.action(request.action)
            if request.session is None:
                # Most callers are users and roles met before: look no further than whether they changed.
                known = self._callings.get(request.principal)
                if known is not None and known.caller.record is self.source.principal(request.principal):
                    return self._assemble(request, action, known)
            return self._assemble(request, action, identify(request.principal, request.session, action, self))
        except (AttributeError, TypeError) as error:
            # Looking at types first would cost every well-formed request.
            faults = type_faults(request)
            if faults:
                raise RequestError(faults) from error
            raise

    def case_of(self, calling: Calling, request: Request) -> Case:
        """Gather everything for a caller that is already known; the request's own principal does not count."""
        return self._assemble(request, self.action(request.action), calling)

    def _assemble(self, request: Request, action: ActionFacts, calling: Calling) -> Case:
        target, alias = self._target(request, action, calling)
        if request.resource_account is not None and request.resource_account != target.account:
            raise _elsewhere(request, target)
        endpoint = endpoint_policy = None
        if request.vpc_endpoint is not None:
            endpoint, endpoint_policy = self._endpoint(request.vpc_endpoint)
        facts = calling.caller if calling.session is None else facts_of(calling, calling.session)
        context = self._intake.context(request, action, facts, target, endpoint, alias)
        case = Case(request, action, calling.caller, target, context)
        # A service that calls on someone's behalf does not come through their endpoint.
        if endpoint_policy is not None and context.via_service is None:
            case.endpoint = endpoint_policy
        if calling.session is not None:
            case.session = self._session(calling)
        if target.is_key:
            self._put_grants(case, calling)
        return case

    def action(self, name: str) -> ActionFacts:
        """Look an action up once."""
        found = self._actions.get(name)
        if found is None:
            found = ActionFacts(name)
            keep(self._actions, name, found)
        return found

    # Callers: the protocol of callers.py.

    def user_or_root(self, arn: str) -> Caller:
        """Give a user's, a role's or a root user's profile."""
        return self._caller(self.source.principal(arn))

    def role_named(self, arn: Arn, name: str) -> Caller:
        """Give a role's profile by the name its sessions carry."""
        return self._caller(self.source.role(arn.account, name))

    def user_named(self, arn: Arn, name: str) -> Caller:
        """Give the user that a federated session is named after; without one there are no policies (ours)."""
        record = self.source.user(arn.account, name)
        if record is not None:
            return self._caller(record)
        account = self.source.account(arn.account)
        user = f"arn:{arn.partition}:iam::{arn.account}:user/{name}"
        caller = self.maker.caller(PrincipalRecord(user, "user", account, name))
        caller.identity = None
        return caller

    def _caller(self, record: PrincipalRecord) -> Caller:
        known = self._callers.get(record.arn)
        if known is None or known.record is not record:
            known = self.maker.caller(record)
            keep(self._callers, record.arn, known)
            keep(self._callings, record.arn, Calling(known))
        return known

    # Resources.

    def _target(self, request: Request, action: ActionFacts, calling: Calling) -> tuple[Target, str | None]:
        """Find the resource; a KMS alias stands for its key (K5), but for actions on aliases (K4)."""
        arn = request.resource
        if arn == "*" or (action.identity_only and action.service == "kms"):
            return self._without_resource(request, action, calling), None
        if action.service == "kms" and ":alias/" in arn:
            return self._alias(request, action, arn)
        record = self.source.resource(arn)
        known = self._targets.get(arn)
        if known is not None and known.record is record:
            return known, None
        if record is not None:
            return self._described(record), None
        parts = split_arn(arn)
        if parts is None:
            raise _no_resource(arn)
        if action.service == "sts" and parts.service == "iam" and parts.resource.startswith("role/"):
            self.source.principal(arn)  # says that it is not described
        bucket = self._bucket(parts)
        return (self._inside(bucket, arn, parts) if bucket is not None else self._elsewhere(request, parts)), None

    def _alias(self, request: Request, action: ActionFacts, arn: str) -> tuple[Target, str | None]:
        parts = split_arn(arn)
        if parts is None:
            raise _no_resource(arn)
        record = None if action.on_alias else self.source.resource(arn)
        if record is None:
            return self._elsewhere(request, parts), None
        carried = action.carries("kms:requestalias")
        return self._described(record), parts.resource if carried else None

    def _described(self, record: ResourceRecord) -> Target:
        known = self._targets.get(record.arn)
        if known is None or known.record is not record:
            known = self.maker.target(record)
            keep(self._targets, record.arn, known)
        return known

    def _without_resource(self, request: Request, action: ActionFacts, calling: Calling) -> Target:
        """Make the target of an action that is asked on no resource: `*` in the caller's account."""
        arn = request.resource
        parts = split_arn(arn)
        if parts is None and arn != "*":
            raise _no_resource(arn)
        account = calling.caller.account
        if parts is not None and parts.account and parts.account != account:
            return self._elsewhere(request, parts)  # such actions do not reach another account (K3)
        asked_on_principal = action.kms is not None and "principal" in action.kms.asked_on
        target = Target(arn if asked_on_principal else "*", request.resource_account or account, None)
        if target.account:
            self.maker.account_of(target, self.source.account(target.account))
        return target

    def _elsewhere(self, request: Request, parts: Arn) -> Target:
        """Make the target of a resource that is not described: it has no policy of its own."""
        account = parts.account if is_account_id(parts.account) else request.resource_account
        if account is None:
            message = f"whose is `{request.resource}`? its ARN has no account"
            raise RequestError([Diagnostic(message, "give `resource_account`, or describe the resource")])
        target = Target(request.resource, account, parts)
        self.maker.account_of(target, self.source.account(account))
        return target

    def _bucket(self, parts: Arn) -> ResourceRecord | None:
        """Find the bucket whose policy governs an S3 object."""
        if parts.service != "s3" or "/" not in parts.resource:
            return None
        name = parts.resource.partition("/")[0]
        return self.source.resource(str(parts._replace(resource=name)))

    def _inside(self, bucket: ResourceRecord, arn: str, parts: Arn) -> Target:
        whole = self._described(bucket)
        target = Target(arn, whole.account, parts)
        target.policy, target.rcps, target.rcp_exempt = whole.policy, whole.rcps, whole.rcp_exempt
        target.organization_known, target.described = whole.organization_known, False
        target.keys = {key: value for key, value in whole.keys.items() if key.startswith("aws:resource")}
        return target

    # The rest.

    def _endpoint(self, endpoint_id: str) -> tuple[EndpointRecord, PolicyLayer | None]:
        record = self.source.endpoint(endpoint_id)
        known = self._endpoints.get(endpoint_id)
        if known is None or known[0] is not record:
            policies = [record.policy] if record.policy is not None else []
            layer = self.maker.layer(Layer.ENDPOINT, policies, PolicyType.VPC_ENDPOINT) if policies else None
            known = (record, layer)
            keep(self._endpoints, endpoint_id, known)
        return known

    def _session(self, calling: Calling) -> PolicyLayer | None:
        session = calling.session
        if session is None or not (session.policies or calling.federated):
            return None
        policies = session_policies(session.policies, self.source.managed_policy)
        return self.maker.layer(Layer.SESSION, policies, PolicyType.SESSION)

    def _put_grants(self, case: Case, calling: Calling) -> None:
        caller, target = case.caller, case.target
        if case.action.folded == RETIRE_GRANT:
            retirable = list(self._visible(self.source.retirable_grants(target.arn), case))
            tokens = case.request.grant_tokens
            if tokens:  # a request names the grant that it retires
                retirable = [g for g in retirable if g.grant_id in tokens or not g.tokens.isdisjoint(tokens)]
            case.retirable = retiring_doors(retirable, caller, _grantees(calling))
            if self.maker.view is View.GENEROUS and self._session_unknown(calling):
                case.retirable += sessions_doors(retirable, caller.name)
            return
        grantees = _grantees(calling) if calling.session_arn is not None else caller.grantees
        matched: list[MatchedGrant] = []
        for grantee, door in grantees:
            grants = self.source.grants(target.arn, grantee)
            if grants:
                matching = self._matching(self._index(target.arn, grantee, grants), case)
                matched += [MatchedGrant(grant, door) for grant in self._visible(matching, case)]
        if self.maker.view is View.GENEROUS and self._session_unknown(calling):
            matched += self._to_sessions(case)
        if matched:
            case.grants = matched

    def _matching(self, index: GrantIndex, case: Case) -> Iterable[Grant]:
        if self.maker.view is View.GENEROUS:
            return index.possible(case.action)
        if self.maker.view is View.STRICT:
            return index.certain(case.action)
        return index.matching(case.action, case.context)

    def _session_unknown(self, calling: Calling) -> bool:
        """Tell whether any session of a role may be the one that calls."""
        return calling.caller.is_role and calling.session_arn is None

    def _to_sessions(self, case: Case) -> list[MatchedGrant]:
        """Give the grants to single sessions of a role of which it is not known which session calls."""
        prefix = session_prefix(case.caller.name)
        grants = [
            grant
            for grant in self.source.retirable_grants(case.target.arn)
            if prefix is not None and (grant.grantee_principal or "").startswith(prefix)
        ]
        return [MatchedGrant(grant, Door.DIRECT) for grant in GrantIndex(grants).possible(case.action)]

    def _index(self, key_arn: str, grantee: str, grants: Sequence[Grant]) -> GrantIndex:
        known = self._grants.get((key_arn, grantee))
        if known is None or known.grants is not grants:
            known = GrantIndex(grants)
            keep(self._grants, (key_arn, grantee), known)
        return known

    def _visible(self, grants: Iterable[Grant], case: Case) -> Iterable[Grant]:
        if not self._delay:
            return grants
        now, tokens = case.context.time(), case.request.grant_tokens
        return [grant for grant in grants if is_visible(grant, self._delay, tokens, now)]


def _grantees(calling: Calling) -> Sequence[tuple[str, Door]]:
    """Give the names a grant can give a caller; one of the user behind a federated session is limited (S8)."""
    grantees = calling.caller.grantees
    if calling.session_arn is None:
        return grantees
    if calling.federated:
        grantees = tuple((name, min(door, Door.LIMITED)) for name, door in grantees)
    return ((calling.session_arn, Door.DIRECT), *grantees)


def _elsewhere(request: Request, target: Target) -> RequestError:
    message = f"`{request.resource}` belongs to account `{target.account}`, not to `{request.resource_account}`"
    return RequestError([Diagnostic(message, "leave `resource_account` out: it is known")])


def _no_resource(arn: str) -> RequestError:
    message = f"`{arn}` is no resource"
    return RequestError([Diagnostic(message, "give an ARN, or `*` for actions that have no resource")])
