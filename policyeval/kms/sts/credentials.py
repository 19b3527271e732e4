"""Access keys: whose they are, and those of sessions, which are made here and kept nowhere.

A session's token carries all there is to know of it (issued.py), sealed; so sessions outlive a restart,
and whoever holds the root key can read them. What a token opened to is kept for as long as the principals
are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from policyeval.authorizer.policies import session_policies
from policyeval.entities.values import AccessKey
from policyeval.errors import UnknownEntityError
from policyeval.kms.crypto.sealing import SealError
from policyeval.kms.crypto.sessions import new_access_key_id, open_session, padding, seal_session, session_secret
from policyeval.kms.sts.identity import Identity
from policyeval.kms.sts.issued import Issued, Kind
from policyeval.kms.sts.names import arn_of
from policyeval.kms.sts.source import IamSource
from policyeval.model.arn import role_session_arn
from policyeval.model.keeping import keep
from policyeval.model.records import PrincipalRecord
from policyeval.model.request import Session
from policyeval.model.source import Diagnostic

__all__ = ["LONGEST_TOKEN", "AccessKeys", "SessionCredentials"]

LONGEST_TOKEN: Final = 4096
"""AWS's own limit of a session token, in bytes."""

_KEPT: Final = 4096


class SessionCredentials(NamedTuple):
    """The credentials of a session, as STS hands them out."""

    access_key_id: str
    secret: str
    token: str

    def __repr__(self) -> str:
        """Name the key alone."""
        return f"SessionCredentials({self.access_key_id})"


class _Known(NamedTuple):
    """What a token opened to, and what stood for everything IAM knew then."""

    identity: Identity
    revision: object


class AccessKeys:
    """Finds whose an access key is, and makes those of sessions. Safe to use from several threads.

    Args:
        iam: who knows long-term keys and principals.
        key: 32 bytes of its own, derived from the root key.
        entropy: gives random bytes.

    """

    def __init__(self, iam: IamSource, key: bytes, entropy: Callable[[int], bytes]) -> None:
        self._iam = iam
        self._key = key
        self._entropy = entropy
        self._long_term: dict[str, tuple[AccessKey, Identity]] = {}
        self._sessions: dict[str, _Known] = {}

    def __repr__(self) -> str:
        """Name it; it holds a key."""
        return "AccessKeys()"

    def issue(self, issued: Issued, least: int = 0) -> SessionCredentials:
        """Make credentials of a session; the token has at least so many characters."""
        access_key_id = new_access_key_id(self._entropy)
        payload = issued.pack()
        payload += bytes(padding(payload, least))
        token = seal_session(self._key, access_key_id, payload, self._entropy)
        return SessionCredentials(access_key_id, session_secret(self._key, access_key_id), token)

    def find(self, access_key_id: str, token: str | None) -> Identity | None:
        """Give who an access key belongs to, None when it is not known; `Credentials` says more."""
        if token is None:
            return self._find_long_term(access_key_id)
        # Found by the hash of the whole token: how long it takes tells nothing of how much of it is right.
        known = self._sessions.get(token)
        if known is not None and known.revision is self._revision() and known.revision is not None:
            return known.identity if known.identity.access_key_id == access_key_id else None
        return self._find_session(access_key_id, token)

    def session(self, identity: Identity) -> Issued | None:
        """Give the session of an identity, None for long-term keys.

        Raises:
            SealError: its token is none of ours.

        """
        return self._open(identity.access_key_id, identity.token) if identity.token is not None else None

    def _find_long_term(self, access_key_id: str) -> Identity | None:
        key = self._iam.access_key(access_key_id)
        if key is None:
            return None
        known = self._long_term.get(access_key_id)
        if known is None or known[0] is not key:
            known = (key, Identity(key.id, key.secret, key.principal_arn))
            keep(self._long_term, access_key_id, known)
        return known[1]

    def _find_session(self, access_key_id: str, token: str) -> Identity | None:
        revision = self._revision()  # before anything is looked up under it
        try:
            identity = self._identity(access_key_id, token, self._open(access_key_id, token))
        except (SealError, UnknownEntityError):
            return None
        if identity is not None:
            keep(self._sessions, token, _Known(identity, revision), _KEPT)
        return identity

    def _open(self, access_key_id: str, token: str) -> Issued:
        if len(token) > LONGEST_TOKEN:
            raise SealError([Diagnostic("a session token is not so long")])
        packed = open_session(self._key, access_key_id, token)
        try:
            return Issued.unpack(packed)
        except ValueError as error:
            raise SealError([Diagnostic(f"this cannot be read here: {error}")]) from None

    def _identity(self, access_key_id: str, token: str, issued: Issued) -> Identity | None:
        """Tell who has a session; None when who made it is not there any more, or is another one by now (S12)."""
        record = self._record(issued)
        if record.arn != issued.issuer or record.unique_id != issued.unique_id:
            return None
        inline = [issued.policy] if issued.policy is not None else []
        # A managed policy that is gone could have denied: without it there is no session (ours).
        policies = session_policies([*inline, *issued.policy_arns], self._iam.managed_policy)
        session: Session | None = Session(issued.name, tuple(policies), issued.tags, issued.source_identity)
        principal = issued.issuer
        if issued.kind is Kind.ROLE and issued.name is not None:
            principal = role_session_arn(arn_of(issued.issuer), issued.name)
            if not (policies or issued.tags or issued.source_identity):
                session = None  # the ARN says it all
        return Identity(
            access_key_id,
            session_secret(self._key, access_key_id),
            principal,
            session,
            token,
            issued.expires,
            {
                "aws:TokenIssueTime": issued.issued_at,
                # No MFA device is described, so that nobody has used one.
                "aws:MultiFactorAuthPresent": "false",
            },
        )

    def _record(self, issued: Issued) -> PrincipalRecord:
        if issued.kind is not Kind.ROLE:
            return self._iam.principal(issued.issuer)
        arn = arn_of(issued.issuer)
        return self._iam.role(arn.account, arn.resource.rpartition("/")[2])

    def _revision(self) -> object:
        return getattr(self._iam, "revision", None)
