"""A policy source with everything met so far compiled; requests become cases here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from policyeval.authorizer.actions import RETIRE_GRANT, ActionFacts
from policyeval.authorizer.callers import Calling, facts_of, identify
from policyeval.authorizer.case import Case
from policyeval.authorizer.finding import Finder, Profiles
from policyeval.authorizer.grants import (
    GrantIndex,
    GrantSearch,
    MatchedGrant,
    is_shown,
    retiring_doors,
    sessions_doors,
    visible,
)
from policyeval.authorizer.inputs import type_faults
from policyeval.authorizer.intake import Intake
from policyeval.authorizer.plan import Plan
from policyeval.authorizer.policies import of_gateway, session_policies
from policyeval.authorizer.profiles import Caller, ProfileMaker, Target
from policyeval.authorizer.recorded import Recorded
from policyeval.catalog.services import ROOT_KEEPS
from policyeval.errors import RequestError
from policyeval.evaluator.layers import Compiler, PolicyLayer, View
from policyeval.evaluator.principals import Door, session_prefix
from policyeval.model.decision import Layer
from policyeval.model.grant import Grant
from policyeval.model.keeping import keep
from policyeval.model.policy import PolicyType
from policyeval.model.records import EndpointRecord, PolicySource, Records
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
        self._intake = Intake(clock, source)
        self._profiles = Profiles(self.maker)
        self._finder = Finder(source, self._profiles)
        self._actions: dict[str, ActionFacts] = {}
        self._grants: dict[tuple[str, str], GrantIndex] = {}
        self._endpoints: dict[str, tuple[EndpointRecord, PolicyLayer | None]] = {}

    def case(self, request: Request) -> Case:
        """Gather everything that bears on a request.

        Raises:
            RequestError: the request is malformed or contradicts what is known.

        """
        try:
            action = self.action(request.action)
            if request.session is None:
                # Most callers are users and roles met before: look no further than whether they changed.
                known = self._profiles.callings.get(request.principal)
                if known is not None and known.caller.record is self.source.principal(request.principal):
                    return self._assemble(request, action, known)
            return self._assemble(request, action, identify(request.principal, request.session, action, self._finder))
        except (AttributeError, TypeError) as error:
            # Looking at types first would cost every well-formed request.
            faults = type_faults(request)
            if faults:
                raise RequestError(faults) from error
            raise

    def case_of(self, caller: Caller, action: str, resource: str) -> Case:
        """Gather everything for a caller that is made up."""
        return self._assemble(Request(caller.label, action, resource), self.action(action), Calling(caller))

    def plan(self, request: Request) -> Plan | None:
        """Settle what caller, action and resource do for all requests that share them; None where little is.

        The request has no session, endpoint or `resource_account` of its own.
        """
        action = self.action(request.action)
        source = Recorded(self.source)
        finder = Finder(source, self._profiles)
        calling = identify(request.principal, None, action, finder)
        rare = action.folded == RETIRE_GRANT or (calling.caller.is_root and action.folded in ROOT_KEEPS)
        somewhere = action.tags_on_creation and request.resource == "*"  # in the Region that the request tells
        if calling.federated or rare or somewhere:  # and decided by other layers and grants
            return None
        target, alias = finder.target(request, action, calling)
        asked = Request(request.principal, request.action, request.resource)  # of the rest nothing is kept
        context = self._intake.bare(action, facts_of(calling), target, alias)
        case = Case(asked, action, calling.caller, target, context)
        grants = self._indexes(source, target, calling) if target.is_key else ()
        return Plan(case, self._intake, GrantSearch(grants, action, self._delay), source.answers)

    def _assemble(self, request: Request, action: ActionFacts, calling: Calling) -> Case:
        target, alias = self._finder.target(request, action, calling)
        owner = request.resource_account
        if owner is not None and owner != target.account:
            if not isinstance(owner, str):
                raise TypeError  # `case` says what is wrong with it
            raise _elsewhere(request, target)
        context = self._intake.context(request, action, facts_of(calling), target, alias)
        if action.tags_on_creation and request.resource == "*":
            target.settle_region(context.given.get("aws:requestedregion"))
        case = Case(request, action, calling.caller, target, context)
        # A service that calls on someone's behalf does not come through their endpoint.
        if context.endpoint is not None and context.via_service is None:
            case.endpoint = self._endpoint_policy(context.endpoint)
        if calling.session is not None:
            case.session = self._session(calling)
        if target.is_key and action.folded == RETIRE_GRANT:
            case.retirable = self._retirable(case, calling)
        elif target.is_key:
            self._put_grants(case, calling)
        return case

    def action(self, name: str) -> ActionFacts:
        """Look an action up once."""
        found = self._actions.get(name)
        if found is None:
            found = ActionFacts(name)
            keep(self._actions, name, found)
        return found

    def _endpoint_policy(self, record: EndpointRecord) -> PolicyLayer | None:
        known = self._endpoints.get(record.id)
        if known is None or known[0] is not record:
            policies = [record.policy] if record.policy is not None else []
            if record.gateway:
                policies = [of_gateway(policy) for policy in policies]
            layer = self.maker.layer(Layer.ENDPOINT, policies, PolicyType.VPC_ENDPOINT) if policies else None
            known = (record, layer)
            keep(self._endpoints, record.id, known)
        return known[1]

    def _session(self, calling: Calling) -> PolicyLayer | None:
        session = calling.session
        if session is None or not (session.policies or calling.federated):
            return None
        policies = session_policies(session.policies, self.source.managed_policy)
        return self.maker.layer(Layer.SESSION, policies, PolicyType.SESSION)

    def _retirable(self, case: Case, calling: Calling) -> list[MatchedGrant]:
        """Find the grants that the caller may retire (G5)."""
        grants = list(self._visible(self.source.retirable_grants(case.target.arn), case))
        tokens = case.request.grant_tokens
        if tokens:  # a request names the grant that it retires
            grants = [grant for grant in grants if is_shown(grant, tokens)]
        found = retiring_doors(grants, case.caller, _grantees(calling))
        if self.maker.view is View.GENEROUS:  # nobody asks it of a session
            found += sessions_doors(grants, case.caller.name)
        return found

    def _put_grants(self, case: Case, calling: Calling) -> None:
        matched: list[MatchedGrant] = []
        found = self._indexes(self.source, case.target, calling)
        case.indexes = [index for index, _ in found]
        for index, door in found:
            matching = self._matching(index, case)
            matched += [MatchedGrant(grant, door) for grant in self._visible(matching, case)]
        if self.maker.view is View.GENEROUS:
            matched += self._to_sessions(case)
        if matched:
            case.grants = matched

    def _indexes(self, source: Records, target: Target, calling: Calling) -> list[tuple[GrantIndex, Door]]:
        """Look up the key's grants to the caller, by the names it goes by."""
        found = []
        for grantee, door in _grantees(calling):
            grants = source.grants(target.arn, grantee)
            if grants:
                found.append((self._index(target.arn, grantee, grants), door))
        return found

    def _matching(self, index: GrantIndex, case: Case) -> Iterable[Grant]:
        if self.maker.view is View.GENEROUS:
            return index.possible(case.action)
        if self.maker.view is View.STRICT:
            return index.certain(case.action)
        return index.matching(case.action, case.context)

    def _to_sessions(self, case: Case) -> list[MatchedGrant]:
        """Give the grants to single sessions of a role of which it is not known which session calls."""
        prefix = session_prefix(case.caller.name)
        if prefix is None:
            return []
        grants = [
            grant
            for grant in self.source.retirable_grants(case.target.arn)
            if grant.grantee_principal is not None and grant.grantee_principal.startswith(prefix)
        ]
        return [MatchedGrant(grant, Door.DIRECT) for grant in GrantIndex(grants).possible(case.action)]

    def _index(self, key_arn: str, grantee: str, grants: Sequence[Grant]) -> GrantIndex:
        known = self._grants.get((key_arn, grantee))
        if known is None or known.grants is not grants:
            known = GrantIndex(grants)
            keep(self._grants, (key_arn, grantee), known)
        return known

    def _visible(self, grants: Iterable[Grant], case: Case) -> Iterable[Grant]:
        return visible(grants, self._delay, case.request.grant_tokens, case.context)


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
