"""The authorizer: a policy source, compiled as it is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from policyeval.authorizer.access import AccountAccess, Query
from policyeval.authorizer.decide import decide
from policyeval.authorizer.decision import Decision
from policyeval.authorizer.plans import Plans
from policyeval.authorizer.prepared import PreparedRequest
from policyeval.authorizer.situation import Situation
from policyeval.evaluator.layers import Compiler, View
from policyeval.model.decision import Access
from policyeval.model.records import PolicySource
from policyeval.model.request import Request

_NO_DELAY = timedelta(0)


def _now() -> datetime:
    return datetime.now(UTC)


class Authorizer:
    """Decides requests over what a policy source knows.

    Policies are compiled when first met and again when the source gives a new record. What caller,
    action and resource settle is kept as long as the records are; a decision is never kept. Safe to
    use from several threads.

    Args:
        source: `Entities`, or anything else that speaks `PolicySource`.
        grant_delay: how long a new grant stays unseen by those who do not show its token (G6).
        clock: gives the time of requests that do not say theirs.

    """

    def __init__(
        self, source: PolicySource, *, grant_delay: timedelta = _NO_DELAY, clock: Callable[[], datetime] = _now
    ) -> None:
        self.source = source
        self._made_with: dict[str, Any] = {"grant_delay": grant_delay, "clock": clock}
        compiler = Compiler()
        self._exact = Situation(source, compiler, View.EXACT, grant_delay, clock)
        self._plans = Plans(self._exact)
        self._generous = Situation(source, compiler, View.GENEROUS, grant_delay, clock)
        self._strict = Situation(source, compiler, View.STRICT, grant_delay, clock)

    def __reduce__(self) -> tuple[Callable[..., Authorizer], tuple[PolicySource]]:
        """Give what it was made of, for another process: that compiles the policies anew."""
        return partial(type(self), **self._made_with), (self.source,)

    def authorize(self, request: Request) -> Decision:
        """Decide a request.

        Raises:
            RequestError: the request is malformed or contradicts what is known (S34).
            UnknownEntityError: it names a principal, key, account or endpoint that is not described.

        """
        try:
            plan = self._plans.find(request)
            if plan is not None and (decision := plan.decide(request)) is not None:
                return decision
        except (AttributeError, TypeError):  # malformed; deciding without a plan says how
            pass
        return self._plainly(request)

    def _plainly(self, request: Request) -> Decision:
        """Decide a request without a plan."""
        case = self._exact.case(request)
        return Decision.of_case(case, decide(case))

    def prepare(self, request: Request) -> PreparedRequest:
        """Read a request once, to decide it often: `authorize` spends half of its time on reading.

        Raises:
            RequestError: as `authorize`.
            UnknownEntityError: likewise.

        """
        return PreparedRequest(request, self._plainly, self._plans)

    def account_access(self, account: str, action: str, resource: str) -> AccountAccess:
        """Tell whether a resource's side lets an account in, and which of its principals get through.

        Raises:
            RequestError: the action or resource is malformed.
            UnknownEntityError: the key is not described. The account need not be.

        """
        return self._query(action, resource).of_account(account)

    def who_can(self, action: str, resource: str) -> tuple[Access, ...]:
        """Tell of every described principal whether it can do an action on a resource.

        What depends on the context of the request is `conditional`, with the conditions.

        Raises:
            RequestError: the action or resource is malformed.
            UnknownEntityError: the key is not described.

        """
        return self._query(action, resource).of_principals(self.source.principals())

    def services_that_can(self, action: str, resource: str) -> tuple[Access, ...]:
        """Tell of every service that the resource's policy or its grants name whether it can, as `who_can` does.

        Of a role that is to be assumed with a token or an assertion, tell it of identity providers.

        Raises:
            RequestError: the action or resource is malformed.
            UnknownEntityError: the key is not described.

        """
        return self._query(action, resource).of_services()

    def undescribed_accounts(self, action: str, resource: str) -> tuple[str, ...]:
        """Give the accounts that `who_can` knows nothing of and whom the resource's own side lets in, or could.

        Its policy or grants name them; `*` stands for any other account. `account_access` asks about one of them.

        Raises:
            RequestError: the action or resource is malformed.
            UnknownEntityError: the key is not described.

        """
        return self._query(action, resource).undescribed()

    def _query(self, action: str, resource: str) -> Query:
        return Query(self._generous, self._strict, action, resource)
