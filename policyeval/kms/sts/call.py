"""One call of STS under way: who calls, and what may be asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeAlias

from policyeval.authorizer import Authorizer, Decision
from policyeval.errors import UnknownEntityError
from policyeval.kms.caller import Caller
from policyeval.kms.crypto.sealing import SealError
from policyeval.kms.errors import KmsError
from policyeval.kms.recording import Recorder
from policyeval.kms.records import Key
from policyeval.kms.sts.credentials import AccessKeys
from policyeval.kms.sts.identity import Identity
from policyeval.kms.sts.issued import Issued
from policyeval.kms.sts.names import arn_of
from policyeval.kms.sts.source import IamSource
from policyeval.model.arn import Arn
from policyeval.model.decision import Layer
from policyeval.model.records import PrincipalRecord
from policyeval.model.request import ContextValue, Request

# The API's own members, held against the service model.
Params: TypeAlias = Mapping[str, Any]
Response: TypeAlias = dict[str, Any]
Conditions: TypeAlias = Mapping[str, ContextValue]

DENIED: Final = "AccessDenied"
"""STS's code of a refusal by policy."""


class Core(NamedTuple):
    """What calls share; `veiled` decides as if there were no roles."""

    iam: IamSource
    authorizer: Authorizer
    veiled: Authorizer
    access_keys: AccessKeys
    recorder: Recorder
    clock: Callable[[], datetime]


class Call:
    """One call of an operation.

    Attributes:
        core: what the operations work with.
        caller, identity, region: who calls, by which access key, and the Region called.
        operation: its name; `params` its parameters, checked.
        now: the time of the call.
        event_id, request_id: the ids under which the trail keeps it.
        decisions: what the authorizer said so far.
        keys: none; STS has no KMS keys for the trail.

    """

    keys: Sequence[Key] = ()

    def __init__(  # noqa: PLR0913, PLR0917 - the request's facts
        self,
        core: Core,
        caller: Caller,
        identity: Identity,
        operation: str,
        params: Params,
        region: str,
        ids: tuple[str, str],
    ) -> None:
        self.core = core
        self.caller = caller
        self.identity = identity
        self.operation = operation
        self.region = region
        self.params = params
        self.now = core.clock()
        self.event_id, self.request_id = ids
        self.decisions: list[Decision] = []

    @cached_property
    def issued(self) -> Issued | None:
        """The session that calls, None for long-term keys.

        Raises:
            KmsError: `InvalidClientTokenId`.

        """
        try:
            return self.core.access_keys.session(self.identity)
        except SealError:
            raise not_known() from None

    @cached_property
    def principal(self) -> PrincipalRecord:
        """The user, root user or role whose permissions the caller has.

        Raises:
            KmsError: `InvalidClientTokenId` when it is not there any more.

        """
        arn, iam = self.arn, self.core.iam
        try:
            if arn.service == "sts":  # assumed-role/ROLE/SESSION
                return iam.role(arn.account, arn.resource.split("/")[1])
            return iam.principal(self.identity.principal)
        except UnknownEntityError:
            raise not_known() from None

    @property
    def is_root(self) -> bool:
        """Whether an account's root user calls, or a session of it."""
        return self.arn.resource == "root"

    @cached_property
    def arn(self) -> Arn:
        """The principal's ARN."""
        return arn_of(self.identity.principal)

    def ask(self, action: str, resource: str, conditions: Conditions) -> None:
        """Ask whether the caller may do an action.

        Raises:
            KmsError: `AccessDenied` with AWS's sentence, `InvalidClientTokenId` where the caller is not there any more.

        """
        caller = self.caller
        request = Request(
            caller.principal,
            action,
            resource,
            context={**caller.conditions, "aws:RequestedRegion": self.region, **conditions},
            session=caller.session,
            vpc_endpoint=caller.vpc_endpoint,
            at=self.now,
        )
        try:
            decision = self.core.authorizer.authorize(request)
        except UnknownEntityError:
            raise not_known() from None
        self.decisions.append(decision)
        if not decision.allowed:
            told = self.core.veiled.authorize(request) if self._is_closed(resource, decision) else decision
            raise KmsError(DENIED, told.message, decision)

    def _is_closed(self, resource: str, decision: Decision) -> bool:
        """Tell whether another account's role says nothing of the caller.

        What is said then must not depend on the role: who denies himself something by its tags would learn of them.
        """
        if arn_of(resource).account == self.arn.account:
            return False
        said = next((each.verdict for each in decision.layers if each.layer is Layer.TRUST), None)
        return said not in {"allow", "explicit_deny"}

    def never(self, action: str, resource: str) -> KmsError:
        """Say no to what no policy could allow."""
        words = f"User: {self.caller.label} is not authorized to perform: {action} on resource: {resource}"
        return KmsError(DENIED, words)


def not_known() -> KmsError:
    """Say that nobody has such credentials, or not any more."""
    return KmsError("InvalidClientTokenId", "The security token included in the request is invalid.")
