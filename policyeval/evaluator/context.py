"""The request as conditions see it (S34, K6–K9); key_values.py finds the value of a condition key in it.

A value is text, a tuple of texts for a multi-valued key, or None when the request has no such
key. Keys are folded to lower case once, when a policy is compiled; what the caller gave is
folded when the request comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from policyeval.evaluator.key_names import POINT_KEYS
from policyeval.model.records import AccountRecord, EndpointRecord

Value: TypeAlias = str | tuple[str, ...] | None
Values: TypeAlias = Mapping[str, Value]
NOTHING: Values = MappingProxyType({})
NO_PAIRS: Mapping[str, str] = MappingProxyType({})


class CallerFacts:
    """Who calls, as statements see it.

    Attributes:
        account: the account id; "" for services, identity providers and anonymous callers.
        account_arn: the account as a principal, its root ARN; account numbers are per partition.
        name: the caller as a Principal element names it: a user's or role's ARN, a service name, …;
            "" for a root user, whom only the account names.
        session_arn: a role session's or federated session's own ARN, None where it is not known.
        unique_id: the user's or role's unique id.
        caller_type: the key of the Principal element that can name the caller, "" for anonymous.
        is_session: whether `name` is a role, or a user whose federated session calls (S8).
        temporary: whether temporary credentials sign the request.
        has_boundary: whether a permissions boundary limits the caller (S13).
        described: whether a key that the caller does not have is known to be absent.
        organization_known: whether an organization of the caller's would be known if there were one.
        keys: the condition keys that come from the principal.

    """

    __slots__ = (
        "account",
        "account_arn",
        "caller_type",
        "described",
        "has_boundary",
        "is_session",
        "keys",
        "name",
        "organization_known",
        "session_arn",
        "temporary",
        "unique_id",
    )

    account: str
    account_arn: str
    name: str
    session_arn: str | None
    unique_id: str | None
    caller_type: str
    is_session: bool
    temporary: bool
    has_boundary: bool
    described: bool
    organization_known: bool
    keys: Values

    @property
    def session_name(self) -> str:
        """The name of the session, "" where it is not known."""
        return (self.session_arn or "").rpartition("/")[2]

    def is_without(self, key: str) -> bool:
        """Tell whether a folded key of the principal's that is not in `keys` is known to be absent.

        Where it is not, the key may be told as context (S34).
        """
        if key.startswith("aws:principalorg"):
            return self.organization_known
        return self.described and (key != "aws:userid" or self.unique_id is not None)


class TargetFacts:
    """What is asked for, as statements see it: its ARN (or `*`), its Region, its condition keys.

    `untold` are families of keys of which nothing is known though the resource is `described`.
    """

    __slots__ = ("arn", "described", "is_key", "keys", "organization_known", "region", "untold")

    arn: str
    region: str
    is_key: bool
    described: bool
    organization_known: bool
    untold: tuple[str, ...]
    keys: Values

    def is_without(self, key: str) -> bool:
        """Tell likewise of a folded key of the resource's."""
        if key in POINT_KEYS or (key.startswith("aws:resourceorg") and not self.organization_known):
            return False
        return self.described and not key.startswith(self.untold) and (self.is_key or not key.startswith("kms:"))


class CallFacts(NamedTuple):
    """What action and resource together settle of a call.

    `defaults` stand in for request parameters that are left out (K9). `has_caller_account`,
    `has_via_service` and `has_for_service` (`kms:GrantIsForAWSResource`) tell whether requests for
    the action carry those kms: keys at all (K7); on an alias there are none (K4). An encryption
    context belongs to symmetric operations and grants (K8). `service` is the one that is called, by the prefix of its
    actions. `lacks` are keys that AWS leaves out of requests for the action, though it could tell their values (S34).
    """

    defaults: Mapping[str, str] = NO_PAIRS
    has_caller_account: bool = False
    has_via_service: bool = False
    takes_encryption_context: bool = False
    has_for_service: bool = False
    service: str = ""
    lacks: frozenset[str] = frozenset()


class EvaluationContext:
    """Everything that statements may look at. One per decision, never shared.

    Attributes:
        caller, target, call: who calls, on what, and what kind of call it is.
        given: condition keys of the request itself, folded.
        encryption_context: the encryption context by folded name, `pairs` as written.
        via_service: the service that calls on the caller's behalf.
        endpoint: the VPC endpoint; `endpoint_owner` is its account, `endpoint_keys` are the condition keys that
            the account gives.
        origin: the account of what makes a service call, where it is known (`aws:SourceAccount`).
        alias: the alias name the caller used (K6).
        moment: the request's time, None until somebody looks; `clock` then tells it.
        faults: what could not be evaluated.

    """

    # Most requests have few of these: what is not set costs nothing to make.
    given: Values = NOTHING
    encryption_context: Values = NOTHING
    pairs: Mapping[str, str] = NO_PAIRS
    via_service: str | None = None
    endpoint: EndpointRecord | None = None
    endpoint_owner: AccountRecord | None = None
    endpoint_keys: Values = NOTHING
    origin: AccountRecord | None = None
    alias: str | None = None
    moment: datetime | None = None
    faults: list[str] | None = None

    def __init__(
        self, caller: CallerFacts, target: TargetFacts, call: CallFacts, clock: Callable[[], datetime]
    ) -> None:
        self.caller = caller
        self.target = target
        self.call = call
        self.clock = clock

    def telling(self, given: Values) -> EvaluationContext:
        """Give the context of the same request with these condition keys told, and no others."""
        other = copy(self)
        other.given = given
        return other

    def time(self) -> datetime:
        """Give the request's time; it does not move while one request is decided."""
        if self.moment is None:
            self.moment = self.clock()
        return self.moment

    def fault(self, why: str) -> None:
        """Note that something could not be evaluated."""
        if self.faults is None:
            self.faults = []
        if why not in self.faults:
            self.faults.append(why)
