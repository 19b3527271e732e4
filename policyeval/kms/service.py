"""The KMS: one way in for every operation, and the authorizer asked before each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from itertools import count
from types import TracebackType
from typing import Self

from policyeval.authorizer import Authorizer
from policyeval.entities import Entities
from policyeval.kms.acts import settle_and_tell
from policyeval.kms.adoption import adopt, has_new_keys
from policyeval.kms.call import NO_RESOURCE, Call, Response
from policyeval.kms.caller import Caller
from policyeval.kms.client import Client
from policyeval.kms.core import Core
from policyeval.kms.errors import DamageError, KmsError, StorageError
from policyeval.kms.operations.row import Asked, Operation
from policyeval.kms.operations.table import OPERATIONS
from policyeval.kms.principals import Names
from policyeval.kms.recording import Recorder
from policyeval.kms.records import KeyUse
from policyeval.kms.root import prove, token_key
from policyeval.kms.settings import Settings
from policyeval.kms.source import KmsSource
from policyeval.kms.states import check_state
from policyeval.kms.storage import system
from policyeval.kms.storage.memory import MemoryStore
from policyeval.kms.storage.root_key import ROOT_KEY_SIZE, RootKey
from policyeval.kms.storage.store import Store
from policyeval.kms.tokens import Tokens
from policyeval.kms.trail.trail import NO_TRAIL, Trail
from policyeval.kms.uses import Uses
from policyeval.kms.validation import validate
from policyeval.kms.vault import Vault
from policyeval.model.keeping import keep
from policyeval.model.records import PolicySource
from policyeval.model.source import Diagnostic

_DEFAULTS = Settings()


class KeyManagementService:
    """A KMS over a store, for the principals that IAM describes. Safe to use from several threads.

    Keys of an entities file are created the first time, with fresh material; from then on the store
    owns keys, their policies and grants, and the file owns accounts and principals.

    Args:
        iam: who there is: `Entities`, or another `PolicySource`.
        store: where keys are kept; in memory when None.
        root_key: what wraps key material. It may be left out for a store in memory only.
        region: the Region of callers that do not say theirs.
        trail: where every call is recorded.
        clock: gives the time, aware.
        entropy: gives random bytes.
        settings: quotas.

    Raises:
        StorageError: the store was made under another root key, or has material and no root key is given.

    """

    def __init__(  # noqa: PLR0913 - settings, all by name
        self,
        iam: PolicySource,
        store: Store | None = None,
        *,
        root_key: RootKey | None = None,
        region: str = "us-east-1",
        trail: Trail = NO_TRAIL,
        clock: Callable[[], datetime] = system.now,
        entropy: Callable[[int], bytes] = system.entropy,
        settings: Settings = _DEFAULTS,
    ) -> None:
        if store is not None and root_key is None:
            raise StorageError([Diagnostic("a store needs the root key that wraps what it keeps", "give `root_key`")])
        root = root_key.read() if root_key is not None else entropy(ROOT_KEY_SIZE)
        self.region = region
        self.store: Store = store if store is not None else MemoryStore()
        self.trail = trail
        prove(self.store, root)
        names = Names(iam)
        self._core = Core(
            iam=iam,
            store=self.store,
            authorizer=Authorizer(KmsSource(iam, self.store, names), grant_delay=settings.grant_delay, clock=clock),
            vault=Vault(root, entropy, system.new_id),
            tokens=Tokens(token_key(root), entropy),
            recorder=Recorder(trail, iam),
            settings=settings,
            clock=clock,
            entropy=entropy,
            ids=_ids(),
            uses=Uses(self.store),
            names=names,
        )
        self._callers: dict[str, Caller] = {}
        self._adopt(iam)

    @property
    def authorizer(self) -> Authorizer:
        """What decides; ask it who can use a key as it stands now. `describe` puts another in its place."""
        return self._core.authorizer

    def client(self, caller: str | Caller) -> Client:
        """Give the common operations as methods, for one caller."""
        return Client(self, self._caller(caller))

    def describe(self, iam: PolicySource) -> None:
        """Take another description of who there is; its keys that are new are created.

        It is one step: a call under way ends with the description that it began with.

        Raises:
            EntitiesError: a key cannot be created as it is described; the old one stays.
            StorageError: the store cannot be written; likewise.

        """
        self._adopt(iam)
        old = self._core
        names, recorder = Names(iam), Recorder(self.trail, iam)
        source, delay = KmsSource(iam, self.store, names), old.settings.grant_delay
        authorizer = Authorizer(source, grant_delay=delay, clock=old.clock)
        self._core = old._replace(iam=iam, authorizer=authorizer, recorder=recorder, names=names)

    def call(
        self,
        caller: str | Caller,
        operation: str,
        params: Mapping[str, object] | None = None,
        *,
        request_id: str | None = None,
    ) -> Response:
        """Do one operation of the API.

        Args:
            caller: who calls; an ARN alone calls in the service's own Region.
            operation: the API's name, `Encrypt`.
            params: the API's members; blobs are bytes, times datetimes.
            request_id: the id that the caller is told, for the trail; one is made when None.

        Raises:
            KmsError: refused, with the API's code and AWS's words.
            RequestError: the caller is not described, or contradicts what is.
            StorageError: the store cannot be read or written, or the trail cannot be written; nothing was done.

        """
        row = OPERATIONS.get(operation)
        if row is None:
            raise KmsError("UnknownOperationException")
        if not isinstance(caller, Caller):
            caller = self._caller(caller)
        # What is no mapping `validate` refuses. An abstract class asks for much, and nearly all are dicts.
        known = params if params.__class__ is dict or isinstance(params, Mapping) else {}
        call = Call(self._core, caller, operation, known, caller.region or self.region)
        if request_id is not None:
            call.request_id = request_id
        try:
            call.params = validate(operation, params or {})
            if row.prepare is not None:
                row.prepare(call)
            if row.writes:
                with call.writing():
                    response = _perform(row, call)
                    # Before it is committed: what the trail cannot tell is not done.
                    _tell(call, response)
            else:
                response = _perform(row, call)
                _tell(call, response)
        except KmsError as error:
            call.core.recorder.record(call, None, error)
            raise
        except StorageError:
            call.event_id, _ = call.core.ids()  # it may be told already, as done
            call.core.recorder.record(call, None, KmsError("KMSInternalException"))
            raise
        if row.cryptographic:
            for key in call.keys:
                self._core.uses.add(key.arn, KeyUse(operation, call.now, call.event_id, call.request_id))
        return response

    def sweep(self) -> int:
        """Do what is due to all keys (deletion, rotation, expiry), note their uses, and make the trail durable.

        Returns:
            To how many keys something was done.

        Raises:
            StorageError: the trail or the store cannot be written; or keys are damaged, and to the others it is done.

        """
        count, damaged = self._settle()
        self._core.uses.note()
        self.trail.flush()
        if damaged:
            raise DamageError(damaged)
        return count

    def flush(self) -> None:
        """Make the trail durable, and note the use of keys of which none is noted within the last hour.

        Raises:
            StorageError: the trail or the store cannot be written.

        """
        self.trail.flush()
        self._core.uses.note_first()

    def close(self) -> None:
        """Note what is not noted yet, and close store and trail; closing twice does nothing.

        Raises:
            StorageError: not all could be kept; both are closed all the same.

        """
        with ExitStack() as closing:
            for close in (self._core.uses.forget, self.store.close, self.trail.close):
                closing.callback(close)
            self._core.uses.note()

    def __enter__(self) -> Self:
        """Use it as a context manager: it is closed at the end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _adopt(self, iam: PolicySource) -> None:
        """Create the keys of a description that are new; what keys had whose end has come is free for them."""
        if isinstance(iam, Entities) and has_new_keys(iam, self.store):
            self._settle()
            adopt(iam, self.store, self._core.vault, self._core.clock())

    def _settle(self) -> tuple[int, list[Diagnostic]]:
        """Do what is due to all keys that are not damaged: the others do not outlive their date for one that is.

        Gives how many of them changed, as a disabled one waits with its rotation, and what is damaged.
        """
        core = self._core
        now, count, damaged = core.clock(), 0, list[Diagnostic]()
        for arn in self.store.due(now):
            try:
                with self.store.transaction() as transaction:
                    settled = settle_and_tell(arn, now, transaction, core.vault)
                    core.recorder.record_acts(settled.acts, now, core.ids)
            except DamageError as error:
                fault = error.diagnostics[0]
                damaged.append(Diagnostic(f"what is due to `{arn}` cannot be done: {fault.message}", fault.hint))
            else:
                count += len({act.key.arn for act in settled.acts})
        return count, damaged

    def _caller(self, caller: str | Caller) -> Caller:
        if isinstance(caller, Caller):
            return caller
        known = self._callers.get(caller)
        if known is None:
            known = Caller(caller)
            keep(self._callers, caller, known)
        return known


def _perform(row: Operation, call: Call) -> Response:
    """Ask, look, run (KMS 11)."""
    if row.asked is Asked.ITSELF:
        return row.run(call)
    params = call.params
    action = f"kms:{row.name}"
    conditions = row.conditions(params) if row.conditions is not None else None
    if row.asked is Asked.NOTHING:
        call.ask_on(NO_RESOURCE, action, conditions)
        return row.run(call)
    found = call.find(params["KeyId"], action, aliases=row.aliases)
    call.ask(action, found, conditions, params.get("EncryptionContext"))
    check_state(found.key, row.works_in)
    call.key = found.key
    return row.run(call)


def _tell(call: Call, response: Response) -> None:
    """Write to the trail what a call did, and before it what time did to its keys."""
    recorder = call.core.recorder
    recorder.record_acts(call.acts, call.now, call.core.ids, call.request_id)
    recorder.record(call, response if call.shown is None else call.shown)


def _ids() -> Callable[[], tuple[str, str]]:
    """Give event and request ids: UUIDs whose last part counts, because random ones cost more than they tell."""
    events, requests, numbers = system.new_id()[:24], system.new_id()[:24], count(1)

    def ids() -> tuple[str, str]:
        number = f"{next(numbers):012x}"
        return events + number, requests + number

    return ids
