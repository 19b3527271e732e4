"""Who an access key belongs to, and who can tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

from policyeval.kms.caller import Caller
from policyeval.model.request import ContextValue, Session

__all__ = ["Credentials", "Identity"]

_NOTHING: Final[Mapping[str, ContextValue]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Identity:
    """A principal as its access key makes it known; the same object as long as nothing about it changes.

    Args:
        access_key_id: the key's id, `AKIA…` or `ASIA…`.
        secret: its secret access key.
        principal: an ARN: a user, an account's root, or an `assumed-role` session. For a federated session it is
            the user or root user that made it, whose permissions it has; its name is the session's.
        session: what an STS session brings along beside its name: policies, tags, a source identity. None for
            long-term keys, and where the ARN says all there is.
        token: the session token that belongs to the key, None for long-term keys.
        expires: when the session ends, None for long-term keys; from that second on it has ended.
        context: the condition keys that credentials of this kind bring, such as `aws:MultiFactorAuthPresent`.

    """

    access_key_id: str
    secret: str = field(repr=False)
    principal: str
    session: Session | None = None
    token: str | None = field(default=None, repr=False)
    expires: datetime | None = None
    context: Mapping[str, ContextValue] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """What AWS calls the caller: a session by its own ARN."""
        return self.caller().label

    def caller(
        self,
        *,
        region: str | None = None,
        source_ip: str | None = None,
        user_agent: str | None = None,
        vpc_endpoint: str | None = None,
        context: Mapping[str, ContextValue] = _NOTHING,
    ) -> Caller:
        """Make the caller of requests that this key signs; `Caller` says what the arguments are.

        What the key's own kind of credentials says goes before what `context` does.
        """
        return Caller(
            self.principal,
            region=region,
            session=self.session,
            source_ip=source_ip,
            user_agent=user_agent,
            vpc_endpoint=vpc_endpoint,
            context={**context, **self.context},
            access_key=self.access_key_id,
        )


class Credentials(Protocol):
    """What knows access keys."""

    def find(self, access_key_id: str, token: str | None) -> Identity | None:
        """Give who a key belongs to; None when it is not known, or the token is not this key's.

        Whether a session has ended is not looked at: that is said only to who can sign (KMS 28).
        """
        ...
