"""Who calls the KMS, from where, and in which Region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from policyeval.model.arn import federated_session_arn, role_session_arn, split_arn
from policyeval.model.request import ContextValue, Session


@dataclass(frozen=True)
class Caller:
    """A caller. Make it once and use it for many calls: what follows from it is worked out once.

    Args:
        principal: an ARN (user, role, session, account root), a service name, or `anonymous`.
        region: the Region that is called; None for the service's own.
        session: the session that calls, where the principal's ARN does not say.
        source_ip: where the call comes from, `aws:SourceIp`.
        user_agent: what the client calls itself, `aws:UserAgent`.
        via_service: the service that calls on the principal's behalf, `s3.us-east-1.amazonaws.com`.
        vpc_endpoint: the id of the VPC endpoint that the call comes through.
        context: further condition keys of the request.
        access_key: the id of the access key that signed, for the trail.

    """

    principal: str
    region: str | None = None
    session: Session | None = None
    source_ip: str | None = None
    user_agent: str | None = None
    via_service: str | None = None
    vpc_endpoint: str | None = None
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    access_key: str | None = None

    @cached_property
    def account(self) -> str:
        """The caller's account, "" for services and anonymous callers."""
        arn = split_arn(self.principal)
        return arn.account if arn is not None else ""

    @cached_property
    def partition(self) -> str:
        """The caller's partition; services call in `aws`."""
        arn = split_arn(self.principal)
        return arn.partition if arn is not None else "aws"

    @cached_property
    def label(self) -> str:
        """What AWS calls the caller: a role's session by its own ARN."""
        arn, name = split_arn(self.principal), self.session.name if self.session is not None else None
        if arn is None or name is None or arn.service != "iam":
            return self.principal
        return role_session_arn(arn, name) if arn.resource.startswith("role/") else federated_session_arn(arn, name)

    @cached_property
    def conditions(self) -> Mapping[str, ContextValue]:
        """The condition keys that every call of this caller carries."""
        known = {"aws:SourceIp": self.source_ip, "aws:UserAgent": self.user_agent}
        return {**{name: value for name, value in known.items() if value is not None}, **self.context}
