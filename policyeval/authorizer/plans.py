"""Plans of what is asked again and again; each holds as long as the source's records do (docs/adr/0008)."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeAlias

from policyeval.authorizer.plan import Plan
from policyeval.authorizer.recorded import still
from policyeval.authorizer.situation import Situation
from policyeval.errors import PolicyEvalError
from policyeval.model.keeping import keep
from policyeval.model.request import Request

# Principal, action and resource, as a request writes them.
_Key: TypeAlias = tuple[str, str, str]

# A plan costs as much as a few decisions without one.
_ASKED_BEFORE = 2
# Where no plan can be made, it is tried again after so many decisions.
_PATIENCE = 100
# A plan is some kilobytes.
_PLANS = 16384


class Plans:
    """Finds the plan of a request, and makes those that are worth it. Safe to use from several threads."""

    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self.source = situation.source
        self._plans: dict[_Key, Plan] = {}
        self._asked: dict[_Key, int] = {}

    def find(self, request: Request) -> Plan | None:
        """Give a plan that holds, None where there is none."""
        if request.session is not None or request.vpc_endpoint is not None or request.resource_account is not None:
            return None
        if request.via_service is not None and request.via_service.__class__ is not str:
            return None
        key = (request.principal, request.action, request.resource)
        plan = self._plans.get(key)
        if plan is None:
            asked = self._asked.get(key, 0)
            if asked >= _ASKED_BEFORE:
                return self._make(key, request)
            keep(self._asked, key, asked + 1)
            return None
        if plan.revision is not None and plan.revision is self.source.revision:
            return plan
        return self._look_again(key, plan, request)

    def ready(self, request: Request) -> Plan | None:
        """Give a plan as `find` does, and make one that was never asked for."""
        keep(self._asked, (request.principal, request.action, request.resource), _ASKED_BEFORE)
        return self.find(request)

    def _look_again(self, key: _Key, plan: Plan, request: Request) -> Plan | None:
        revision = self._revision()
        with suppress(PolicyEvalError):  # what it was made of may be gone
            if still(self.source, plan.answers):
                self._stamp(plan, revision)
                return plan
        return self._make(key, request)

    def _make(self, key: _Key, request: Request) -> Plan | None:
        revision = self._revision()
        with suppress(PolicyEvalError):  # deciding without a plan says what is wrong
            plan = self._situation.plan(request)
            if plan is not None:
                self._stamp(plan, revision)
                keep(self._plans, key, plan, _PLANS)
                return plan
        keep(self._asked, key, _ASKED_BEFORE - _PATIENCE)
        return None

    def _revision(self) -> object:
        return getattr(self.source, "revision", None)

    def _stamp(self, plan: Plan, revision: object) -> None:
        """Note under which revision a plan holds, unless that changed while the records were looked at."""
        plan.revision = revision if self._revision() is revision else None
