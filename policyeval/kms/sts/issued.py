"""A session as STS issued it, and the bytes of it that its token carries."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Final

__all__ = ["Issued", "Kind"]

_VERSION: Final = 1
_BEST: Final = 9
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Kind(Enum):
    """Which operation made a session."""

    ROLE = "AssumeRole"
    USER = "GetSessionToken"
    FEDERATED = "GetFederationToken"


@dataclass(frozen=True, slots=True)
class Issued:
    """What was settled when a session was made.

    Args:
        kind: by which operation.
        issuer: the ARN of the role, user or root user whose permissions the session has.
        unique_id: the issuer's unique id, where it has one: another role of the same name is not this one (S12).
        name: the session's name; None for GetSessionToken.
        start, end: seconds since the epoch; at `end` it has ended.
        policy: the inline session policy, as it was sent.
        policy_arns: the managed session policies.
        tags: the session tags, inherited ones among them.
        transitive: the keys of those that sessions of a role assumed with this one inherit.
        source_identity: who is behind a chain of sessions.

    """

    kind: Kind
    issuer: str
    unique_id: str | None
    name: str | None
    start: int
    end: int
    policy: str | None = None
    policy_arns: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: tuple[str, ...] = ()
    source_identity: str | None = None

    @property
    def issued_at(self) -> str:
        """When it began, as condition keys write times."""
        return f"{datetime.fromtimestamp(self.start, UTC):%Y-%m-%dT%H:%M:%SZ}"

    @property
    def expires(self) -> datetime:
        """When it ends."""
        return datetime.fromtimestamp(self.end, UTC)

    @property
    def inherited(self) -> dict[str, str]:
        """The tags that the next session of a chain inherits."""
        return {key: self.tags[key] for key in self.transitive}

    def pack(self) -> bytes:
        """Write it, small."""
        rest = (self.issuer, self.unique_id, self.name, self.start, self.end, self.policy, self.policy_arns)
        more = (dict(self.tags), self.transitive, self.source_identity)
        return zlib.compress(_compact([_VERSION, self.kind.value, *rest, *more]).encode(), _BEST)

    @classmethod
    def unpack(cls, packed: bytes) -> Issued:
        """Read what `pack` wrote; bytes after it are padding.

        Raises:
            ValueError: another version wrote it.

        """
        version, *fields = json.loads(zlib.decompressobj().decompress(packed))
        if version != _VERSION:
            message = f"a session of version {version}"
            raise ValueError(message)
        kind, issuer, unique_id, name, start, end, policy, arns, tags, transitive, source = fields
        return cls(
            Kind(kind), issuer, unique_id, name, start, end, policy, tuple(arns), tags, tuple(transitive), source
        )
