"""A request that is read once and decided as often as it is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from policyeval.authorizer.decision import Decision
from policyeval.authorizer.plan import Plan
from policyeval.authorizer.plans import Plans
from policyeval.evaluator.context import Values
from policyeval.model.request import Request


class PreparedRequest:
    """Decides one request again and again, on the policies and grants as they are each time.

    What the request tells is read once, and kept as it was then; statements, conditions and grants are asked every
    time, so that the answer is always that of `Authorizer.authorize`. Safe to use from several threads.

    Attributes:
        request: what is asked, a copy of what was prepared.

    """

    __slots__ = ("_plainly", "_plans", "_ready", "_source", "request")

    def __init__(self, request: Request, plainly: Callable[[Request], Decision], plans: Plans) -> None:
        self.request = request.copy()
        self._plainly = plainly
        self._plans = plans
        self._source = plans.source
        # One value, so that threads see a plan with what was read for it.
        self._ready: tuple[Plan, Values, Values] | None
        plainly(self.request)  # says what is wrong with it, and meets the keys of its context
        self._prepare(plans.ready)

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied, or sent to another process: prepare the request there."""
        message = "a prepared request cannot be pickled or copied: prepare its `request` anew"
        raise TypeError(message)

    def authorize(self) -> Decision:
        """Decide it now.

        Raises:
            RequestError: it contradicts what is known by now.
            UnknownEntityError: it names what is not described any more.

        """
        ready = self._ready
        if ready is not None:
            plan, pairs, given = ready
            revision = plan.revision
            if revision is not None and revision is self._source.revision:
                return plan.settle(self.request, pairs, given)
        decision = self._prepare(self._plans.find)
        return decision if decision is not None else self._plainly(self.request)

    def _prepare(self, find: Callable[[Request], Plan | None]) -> Decision | None:
        """Read the request for the plan that holds now, by deciding it; None where it is decided without one."""
        plan = find(self.request)
        decision = plan.decide(self.request) if plan is not None else None
        self._ready = (plan, *decision.read) if plan is not None and decision is not None else None
        return decision
