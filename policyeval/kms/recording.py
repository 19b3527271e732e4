"""A call as the trail keeps it: who called, what was decided, and on which keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from policyeval.authorizer import Decision
from policyeval.errors import UnknownEntityError
from policyeval.kms.acts import Act
from policyeval.kms.caller import Caller
from policyeval.kms.errors import KmsError
from policyeval.kms.records import Key
from policyeval.kms.trail.event import INTERNAL, LONGEST_AGENT, Decided, Event, Who
from policyeval.kms.trail.trail import NO_TRAIL, Trail
from policyeval.model.arn import split_arn
from policyeval.model.keeping import keep
from policyeval.model.records import PolicySource, PrincipalRecord

# What a decision rests on is kept to be known again, which it mostly is only where there is a plan (ADR 0008).
_BASES: Final = 1_024
# As many as an endpoint tells apart.
_CALLERS: Final = 10_000


class Recorded(Protocol):
    """What a call has to tell of itself, of KMS's or STS's."""

    @property
    def caller(self) -> Caller:
        """Who calls."""
        ...

    @property
    def operation(self) -> str:
        """The API's name."""
        ...

    @property
    def region(self) -> str:
        """The Region called."""
        ...

    @property
    def params(self) -> Mapping[str, Any]:
        """The request's members."""
        ...

    @property
    def now(self) -> datetime:
        """The time of the call."""
        ...

    @property
    def event_id(self) -> str:
        """The record's own id."""
        ...

    @property
    def request_id(self) -> str:
        """The id that the caller is told."""
        ...

    @property
    def decisions(self) -> Sequence[Decision]:
        """What the authorizer said."""
        ...

    @property
    def keys(self) -> Sequence[Key]:
        """The keys concerned."""
        ...


class Recorder:
    """Makes events of calls; what repeats is made once, which the trail relies on."""

    def __init__(self, trail: Trail, iam: PolicySource) -> None:
        self._trail = trail
        self._iam = iam
        self._callers: dict[int, tuple[Caller, Who]] = {}
        self._decided: dict[int, tuple[object, Decided]] = {}
        self._alike: dict[tuple[object, ...], Decided] = {}

    def record_acts(
        self, acts: Iterable[Act], now: datetime, ids: Callable[[], tuple[str, str]], request_id: str | None = None
    ) -> None:
        """Write to the trail what KMS did by itself, under the id of the request in whose change it was done."""
        for act in acts:
            event_id, own = ids()
            who, region = Who(INTERNAL, act.key.account), act.key.region
            self._trail.append(
                Event(now, event_id, request_id or own, act.name, region, who, act.details, None, [act.key])
            )

    def record(self, call: Recorded, response: Mapping[str, Any] | None, error: KmsError | None = None) -> None:
        """Write a call to the trail, however it ended."""
        if self._trail is NO_TRAIL:
            return
        self._trail.append(
            Event(
                call.now,
                call.event_id,
                call.request_id,
                call.operation,
                call.region,
                self._who(call.caller),
                call.params,
                response,
                call.keys,
                [self._decision(decision) for decision in call.decisions],
                error.code if error is not None else None,
                error.message if error is not None else "",
            )
        )

    def _who(self, caller: Caller) -> Who:
        known = self._callers.get(id(caller))
        if known is None or known[0] is not caller:
            known = (caller, self._describe(caller))
            if len(caller.user_agent or "") <= LONGEST_AGENT:
                keep(self._callers, id(caller), known, _CALLERS)
        return known[1]

    def _describe(self, caller: Caller) -> Who:
        record = self._record(caller.principal)
        return Who(
            caller.label,
            caller.account,
            unique_id=record.unique_id if record is not None else None,
            issuer=record.arn if record is not None and record.arn != caller.label else None,
            access_key=caller.access_key,
            source_ip=caller.source_ip,
            user_agent=caller.user_agent,
            via_service=caller.via_service,
            vpc_endpoint=caller.vpc_endpoint,
        )

    def _record(self, principal: str) -> PrincipalRecord | None:
        """Find the user or role that calls, or whose session does."""
        arn = split_arn(principal)
        if arn is None:
            return None
        kind, _, name = arn.resource.partition("/")
        try:
            if kind == "assumed-role":
                return self._iam.role(arn.account, name.partition("/")[0])
            if kind == "federated-user":
                return self._iam.user(arn.account, name)
            return self._iam.principal(principal)
        except UnknownEntityError:
            return None

    def _decision(self, decision: Decision) -> Decided:
        """Give what the trail keeps of a decision; decisions with one basis share it."""
        basis = decision.basis
        known = self._decided.get(id(basis))
        if known is None or known[0] is not basis:
            known = (basis, self._told(decision))
            keep(self._decided, id(basis), known, _BASES)
        return known[1]

    def _told(self, decision: Decision) -> Decided:
        """Give one object for decisions that tell the same: without a plan each has a basis of its own."""
        told = (
            decision.request.action,
            decision.request.resource,
            decision.decision,
            decision.reason,
            decision.layer,
            decision.rule,
            decision.determining_statements,
        )
        found = self._alike.get(told)
        if found is None:
            found = Decided(*told)
            keep(self._alike, told, found)
        return found
