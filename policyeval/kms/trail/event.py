"""What happened, as the service tells it to the trail.

`Who` and `Decided` are known by identity: give the same object again where nothing changed, and the
trail writes its text once (docs/adr/0002).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from policyeval.kms.records import Key
from policyeval.model.decision import Layer, Reason, StatementRef

Members: TypeAlias = Mapping[str, Any]

INTERNAL: Final = "AWS Internal"
"""What CloudTrail calls KMS itself where it acts without being called."""

LONGEST_AGENT: Final = 1_024
"""Characters of a user agent. Of who sends more nothing is kept, so that memory stays bounded."""

LONGEST_MESSAGE: Final = 1_024
"""Characters of an error message that a record has: "1 KB; content exceeding that limit is truncated"."""

LARGEST_PARAMETERS: Final = 100 * 1_024
"""Characters of the parameters of a refused request: "When the field size exceeds 100 KB" they are "omitted". What
was done has its parameters whole: who does it is not to hide what it was."""

_NOTHING: Final[Members] = MappingProxyType({})


@dataclass(eq=False, slots=True)
class Who:
    """Who calls, and where from. Make one for each caller and keep it.

    Args:
        principal: an ARN (user, account root, `assumed-role` or `federated-user` session, or an IAM
            role), a service name, `anonymous`, or `INTERNAL`.
        account: the caller's account, "" for services and anonymous callers.
        unique_id: the unique id (`AIDA…`, `AROA…`) of the user or role; a session's is its issuer's.
        issuer: the ARN of the role or user whose session calls.
        access_key: the id of the access key that signed.
        source_ip, user_agent: as the request shows them.
        via_service: the service that calls on the principal's behalf.
        vpc_endpoint: the id of the VPC endpoint that the request comes through.

    """

    principal: str
    account: str = ""
    _: KW_ONLY
    unique_id: str | None = None
    issuer: str | None = None
    access_key: str | None = None
    source_ip: str | None = None
    user_agent: str | None = None
    via_service: str | None = None
    vpc_endpoint: str | None = None

    def __repr__(self) -> str:
        """Name the caller."""
        return f"Who({self.principal!r})"


@dataclass(eq=False, slots=True)
class Decided:
    """One answer of the authorizer, as the trail keeps it. Keep it for as long as the answer is the same."""

    action: str
    resource: str
    decision: Literal["allow", "deny"]
    reason: Reason
    layer: Layer | None = None
    rule: str | None = None
    statements: Sequence[StatementRef] = ()

    def to_json(self) -> dict[str, object]:
        """Give the fields of the record."""
        return {
            "action": self.action,
            "resource": self.resource,
            "decision": self.decision,
            "reason": self.reason,
            "layer": str(self.layer) if self.layer is not None else None,
            "rule": self.rule,
            "determining_statements": [statement.to_json() for statement in self.statements],
        }

    def __repr__(self) -> str:
        """Verdict, action, resource."""
        return f"<Decided {self.decision}: {self.action} on {self.resource}>"


class Event(NamedTuple):
    """One call, however it ended, or one thing that the KMS did by itself.

    `parameters` and `response` may be everything that was sent and answered: the table in shown.py
    says what of it is recorded. `response` is None for a call that failed. `keys` are the keys
    concerned, as they were. For an internal event `parameters` are its details, by CloudTrail's names.
    """

    time: datetime
    event_id: str
    request_id: str
    operation: str
    region: str
    who: Who
    parameters: Members = _NOTHING
    response: Members | None = None
    keys: Sequence[Key] = ()
    decisions: Sequence[Decided] = ()
    error: str | None = None
    error_message: str = ""
