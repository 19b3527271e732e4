"""STS: one way in for its operations, and what tells whose an access key is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from policyeval.authorizer import Authorizer
from policyeval.kms.caller import Caller
from policyeval.kms.errors import KmsError
from policyeval.kms.recording import Recorder
from policyeval.kms.root import session_key
from policyeval.kms.storage import system
from policyeval.kms.storage.root_key import ROOT_KEY_SIZE, RootKey
from policyeval.kms.sts.call import Call, Core, Response
from policyeval.kms.sts.credentials import AccessKeys, SessionCredentials
from policyeval.kms.sts.identity import Identity
from policyeval.kms.sts.issued import Issued, Kind
from policyeval.kms.sts.operations import OPERATIONS
from policyeval.kms.sts.source import IamSource, StsSource
from policyeval.kms.sts.validation import validate
from policyeval.kms.trail.trail import NO_TRAIL, Trail

__all__ = ["SecurityTokenService"]


class SecurityTokenService:
    """STS for the principals that IAM describes; it implements `Credentials`. Safe to use from several threads.

    Nothing is stored: a session is what its token carries, sealed under the root key, so that it is good
    again after a restart. It ends with its time, and when its role or user is not there any more.

    Args:
        iam: who there is, and their long-term access keys: `Entities`, or what else knows both.
        root_key: what session tokens are sealed with; another one each start when None.
        region: the Region of callers that do not say theirs.
        trail: where every call is recorded.
        clock: gives the time, aware.
        entropy: gives random bytes.

    Raises:
        StorageError: the root key cannot be read.

    """

    def __init__(  # noqa: PLR0913 - settings, all by name
        self,
        iam: IamSource,
        *,
        root_key: RootKey | None = None,
        region: str = "us-east-1",
        trail: Trail = NO_TRAIL,
        clock: Callable[[], datetime] = system.now,
        entropy: Callable[[int], bytes] = system.entropy,
    ) -> None:
        root = root_key.read() if root_key is not None else entropy(ROOT_KEY_SIZE)
        self.region = region
        self.trail = trail
        self._key = session_key(root)
        self._clock = clock
        self._entropy = entropy
        self.describe(iam)

    def __repr__(self) -> str:
        """Name it; it holds a key."""
        return "SecurityTokenService()"

    def describe(self, iam: IamSource) -> None:
        """Take another description of who there is, in one step: a call under way ends with the one it began with."""
        access_keys = AccessKeys(iam, self._key, self._entropy)
        authorizer, veiled = Authorizer(StsSource(iam)), Authorizer(StsSource(iam, hides=True))
        self._core = Core(iam, authorizer, veiled, access_keys, Recorder(self.trail, iam), self._clock)

    @property
    def iam(self) -> IamSource:
        """Who there is, as it was last described."""
        return self._core.iam

    def find(self, access_key_id: str, token: str | None) -> Identity | None:
        """Give who an access key belongs to; None when it is not known, or the token is not this key's.

        Whether a session has ended is the caller's to look at: `Identity.expires`.
        """
        return self._core.access_keys.find(access_key_id, token)

    def session_of(self, role: str, name: str, seconds: int = 3600) -> SessionCredentials:
        """Make credentials of a role's session without asking anybody, for whoever tests what such a session may do.

        Args:
            role: the role's ARN.
            name: the session's name.
            seconds: how long it is good.

        Raises:
            UnknownEntityError: there is no such role.

        """
        record, start = self._core.iam.principal(role), int(self._clock().timestamp())
        return self._core.access_keys.issue(
            Issued(Kind.ROLE, record.arn, record.unique_id, name, start, start + seconds)
        )

    def call(
        self,
        caller: Caller,
        identity: Identity,
        operation: str,
        params: Mapping[str, object] | None = None,
        *,
        request_id: str | None = None,
    ) -> Response:
        """Do one operation of the API.

        Args:
            caller: who calls and from where, as `identity.caller` makes it.
            identity: by which access key.
            operation: the API's name, `AssumeRole`.
            params: the API's members.
            request_id: the id that the caller is told, for the trail; one is made when None.

        Raises:
            KmsError: refused, with the API's code (`AccessDenied`, `ValidationError`, …) and AWS's words.
            StorageError: the trail cannot be written.

        """
        run = OPERATIONS.get(operation)
        if run is None:
            raise KmsError("InvalidAction", f"Could not find operation {operation} for version 2011-06-15")
        ids = (system.new_id(), request_id or system.new_id())
        known = params if isinstance(params, Mapping) else {}  # what else there is `validate` refuses
        call = Call(self._core, caller, identity, operation, known, caller.region or self.region, ids)
        try:
            call.params = validate(operation, params or {})
            response = run(call)
        except KmsError as error:
            call.core.recorder.record(call, None, error)
            raise
        call.core.recorder.record(call, response)
        return response
