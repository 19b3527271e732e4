"""One call under way: what it names is found, asked for and looked at here, in AWS's order (KMS 11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias

from policyeval.authorizer import Authorizer, Decision
from policyeval.authorizer.message import veiled_sentence
from policyeval.errors import UnknownEntityError
from policyeval.kms.acts import Act, settle_and_tell
from policyeval.kms.caller import Caller
from policyeval.kms.core import Core
from policyeval.kms.errors import KmsError
from policyeval.kms.lifecycle import is_due
from policyeval.kms.managed import appears, create_managed
from policyeval.kms.names import Name, missing, read_name
from policyeval.kms.records import Key, Material
from policyeval.kms.storage.store import Reading, Transaction
from policyeval.model.arn import split_arn
from policyeval.model.decision import Layer
from policyeval.model.request import ContextValue, Request

# The API's own members; `validate` has held them against the service model.
Params: TypeAlias = Mapping[str, Any]
Response: TypeAlias = dict[str, Any]
Conditions: TypeAlias = Mapping[str, ContextValue]
# What actions that concern no resource are asked on; then no ARN tells the Region called.
NO_RESOURCE: Final = "*"


class Found(NamedTuple):
    """A key, and the alias by which the caller named it."""

    key: Key
    alias: str | None = None


class Call:
    """One call of an operation.

    Attributes:
        reading: what is stored, with what this call has changed so far.
        core: what the operations work with.
        caller, region: who calls, and the Region called.
        operation: its name; `params` its parameters, checked.
        now: the time of the call; it does not move while the call runs.
        event_id, request_id: the ids under which the trail keeps it.
        decisions: what the authorizer said so far.
        acts: what KMS did to keys by itself in the call's own change, which the trail tells with it.
        keys: the keys concerned so far, for the trail.
        key: for operations on one key, that key.
        material: that of a key which is created.
        shown: what the trail is told instead of the response, where that says too little.

    """

    __slots__ = (
        "_grants",
        "_transaction",
        "acts",
        "caller",
        "core",
        "decisions",
        "event_id",
        "key",
        "keys",
        "material",
        "now",
        "operation",
        "params",
        "reading",
        "region",
        "request_id",
        "shown",
    )

    key: Key
    material: Material | None

    def __init__(self, core: Core, caller: Caller, operation: str, params: Params, region: str) -> None:
        self.core = core
        self.caller = caller
        self.operation = operation
        self.params = params
        self.region = region
        self.now: datetime = core.clock()
        self.event_id, self.request_id = core.ids()
        self.decisions: list[Decision] = []
        self.keys: list[Key] = []
        self.acts: list[Act] = []
        self.shown: Response | None = None
        self._grants: Sequence[str] | None = None
        self._transaction: Transaction | None = None
        self.reading: Reading = core.store

    # Reading and writing.

    @property
    def transaction(self) -> Transaction:
        """The change that this call makes; only operations that write have one."""
        if self._transaction is None:
            message = f"{self.operation} does not write"
            raise RuntimeError(message)
        return self._transaction

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Write: in the call's own change, or where it has none in one of its own."""
        if self._transaction is not None:
            yield self._transaction
            return
        with self.core.store.transaction() as transaction:
            self._transaction = self.reading = transaction
            try:
                yield transaction
            finally:
                self._transaction, self.reading = None, self.core.store

    # Finding.

    def find(self, key_id: str, action: str, *, aliases: bool = False) -> Found:
        """Find what a KeyId names.

        Args:
            key_id: the parameter.
            action: what will be asked: a caller of another account learns nothing but that it is refused.
            aliases: whether the operation takes aliases.

        Raises:
            KmsError: `NotFoundException`, `InvalidArnException`, or `AccessDeniedException` for another account's key;
                `InvalidGrantTokenException`.

        """
        if "GrantTokens" in self.params:
            self._grants_shown()  # a bad token is refused whether there is such a key or not
        caller = self.caller
        name = read_name(key_id, caller.account, caller.partition, self.region, aliases=aliases)
        key = self._named(name)
        if key is None:
            if name.account != caller.account:
                raise self.veiled(action)
            raise missing(key_id, name)
        self.keys.append(key)
        return Found(key, name.alias)

    def veiled(self, action: str, decision: Decision | None = None) -> KmsError:
        """Say no to a caller who must not learn whether there is such a key."""
        return KmsError("AccessDeniedException", veiled_sentence(self.caller.label, action), decision)

    def find_by_id(self, key_id: str) -> Found | None:
        """Find the key that a ciphertext names; None where this Region has none (KMS 8)."""
        self._grants_shown()
        key = self.present(self.reading.key_by_id(self.region, key_id))
        if key is None:
            return None
        self.keys.append(key)
        return Found(key)

    def _named(self, name: Name) -> Key | None:
        arn = name.arn
        if name.alias is not None:
            alias = self.reading.alias(arn)
            if alias is None:
                return self._managed(name)
            arn = alias.target
        return self.present(self.reading.key(arn))

    def present(self, key: Key | None) -> Key | None:
        """Give a key as it is at this time; None when its end has come, or its account has closed."""
        return self.settled(key) if key is not None and self._is_of_open_account(key) else None

    def _is_of_open_account(self, key: Key) -> bool:
        """Tell whether a key's account is described: one that is so no more has closed, and with it all of its keys."""
        if key.account == self.caller.account:
            return True
        try:
            self.core.iam.account(key.account)
        except UnknownEntityError:
            return False
        return True

    def _managed(self, name: Name) -> Key | None:
        """Let an AWS managed key appear, where this call is one that does (K10)."""
        if not appears(name, self.operation, self.caller, self.region):
            return None
        with self.writing() as transaction:
            alias = transaction.alias(name.arn)  # another call may have been first
            if alias is not None:
                return transaction.key(alias.target)
            return create_managed(name, self.region, self.now, transaction, self.core.vault)

    def settled(self, key: Key) -> Key | None:
        """Do to a key what is due at this time; None when that was its deletion."""
        if not is_due(key, self.now, self.reading):
            return key
        core, is_own = self.core, self._transaction is None
        with self.writing() as transaction:
            settled = settle_and_tell(key.arn, self.now, transaction, core.vault)
            if is_own:  # it stays however the call ends
                core.recorder.record_acts(settled.acts, self.now, core.ids)
            else:
                self.acts += settled.acts
        return settled.key

    # Asking.

    def ask(
        self,
        action: str,
        found: Found,
        conditions: Conditions | None = None,
        encryption_context: Mapping[str, str] | None = None,
    ) -> Decision:
        """Ask whether the caller may do an action on a key.

        Args:
            action: the action.
            found: the key.
            conditions: the condition keys that the request sets.
            encryption_context: the request's, or that of the grant it is about.

        Raises:
            KmsError: `AccessDeniedException` with AWS's sentence.

        """
        if found.alias is not None:
            conditions = {"kms:RequestAlias": found.alias, **(conditions or {})}
        return self.ask_on(found.key.arn, action, conditions, encryption_context)

    def ask_on(
        self,
        resource: str,
        action: str,
        conditions: Conditions | None = None,
        encryption_context: Mapping[str, str] | None = None,
    ) -> Decision:
        """Ask whether the caller may do an action on a resource: an ARN, or `*` for none.

        Raises:
            KmsError: `AccessDeniedException` with AWS's sentence.

        """
        return self.decide(self.request(resource, action, conditions, encryption_context))

    def decide(self, request: Request, authorizer: Authorizer | None = None) -> Decision:
        """Ask what a request says, of the KMS's own authorizer when none is given.

        Raises:
            KmsError: `AccessDeniedException` with AWS's sentence.

        """
        try:
            decision = (authorizer or self.core.authorizer).authorize(request)
        except UnknownEntityError:
            if self._is_gone(request.resource):
                raise self.veiled(request.action) from None
            raise
        self.decisions.append(decision)
        if not decision.allowed:
            if self._is_closed(request.resource, decision):
                raise self.veiled(request.action, decision)
            raise KmsError("AccessDeniedException", decision.message, decision)
        return decision

    def _is_gone(self, resource: str) -> bool:
        """Tell whether the end of a key came after it was found: another call did what was due."""
        return any(key.arn == resource for key in self.keys) and self.core.store.key(resource) is None

    def _is_closed(self, resource: str, decision: Decision) -> bool:
        """Tell whether another account's resource lets the caller in nowhere.

        Then what the caller's own side says is left unsaid. It is never asked about a key that does not exist: callers
        who deny themselves something would learn from it which keys do.
        """
        arn = split_arn(resource)
        if arn is None or arn.account == self.caller.account:
            return False
        theirs = {Layer.RESOURCE, Layer.GRANT}
        return not any(verdict.verdict == "allow" for verdict in decision.layers if verdict.layer in theirs)

    def request(
        self,
        resource: str,
        action: str,
        conditions: Conditions | None = None,
        encryption_context: Mapping[str, str] | None = None,
    ) -> Request:
        """Write what is asked: whether this caller, calling as it does, may do an action on a resource."""
        caller = self.caller
        own = caller.conditions
        if resource == NO_RESOURCE:
            conditions = {"aws:RequestedRegion": self.region, **(conditions or {})}
        return Request(
            caller.principal,
            action,
            resource,
            context={**own, **conditions} if conditions else own,
            encryption_context=encryption_context,
            session=caller.session,
            grant_tokens=self._grants_shown(),
            via_service=caller.via_service,
            vpc_endpoint=caller.vpc_endpoint,
            at=self.now,
        )

    def _grants_shown(self) -> Sequence[str]:
        """Give the ids of the grants whose tokens the caller shows (G6)."""
        if self._grants is None:
            tokens = self.params.get("GrantTokens")
            self._grants = [self.core.tokens.grant(token).grant_id for token in tokens] if tokens else ()
        return self._grants

    # Looking.

    def check_usage(self, key: Key, usage: str) -> None:
        """Refuse an operation that a key is not for (KMS 9).

        Raises:
            KmsError: `InvalidKeyUsageException`.

        """
        if key.usage != usage:
            message = f"{key.arn} key usage is {key.usage} which is not valid for {self.operation}."
            raise KmsError("InvalidKeyUsageException", message)

    def would_succeed(self) -> None:
        """End a dry run: everything that could refuse the request has been asked (KMS 12).

        Raises:
            KmsError: `DryRunOperationException`.

        """
        if self.params.get("DryRun"):
            message = "The request would have succeeded, but the DryRun option is set."
            raise KmsError("DryRunOperationException", message)
