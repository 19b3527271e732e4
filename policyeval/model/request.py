"""What is asked: one principal, one action, one resource, and the request's own facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from policyeval.model.policy import NamedPolicy, Policy

Scalar: TypeAlias = str | int | float | bool | datetime
ContextValue: TypeAlias = Scalar | Sequence[Scalar]
# A policy as callers hand it over: parsed, a JSON text, a mapping, or the ARN of a described one.
PolicyLike: TypeAlias = "Policy | NamedPolicy | str | Mapping[str, object]"


@dataclass(frozen=True, slots=True)
class Session:
    """A role session, or with a user as principal the federated session it made with GetFederationToken.

    `name` is the session's name, `policies` its session policies, `tags` its session tags.
    """

    name: str | None = None
    policies: Sequence[PolicyLike] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    source_identity: str | None = None

    def copy(self) -> Session:
        """Give the same session with lists and mappings of its own, where they are such."""
        policies, tags = self.policies, self.tags
        if isinstance(policies, list):
            policies = [deepcopy(policy) if isinstance(policy, dict) else policy for policy in policies]
        return replace(self, policies=policies, tags=dict(tags) if isinstance(tags, Mapping) else tags)


class Request:
    """One request to decide. Build it, do not change it.

    Args:
        principal: an ARN (user, role, account root, assumed-role or federated-user session,
            identity provider), a service name such as `s3.amazonaws.com`, or `anonymous`.
        action: an IAM action, `service:Name`; case does not matter (S20).
        resource: an ARN, or `*` for actions that have no resource. A KMS alias ARN stands for its key
            (K5), but for the actions on aliases themselves (K4).
        context: condition keys and their values: strings, numbers, booleans, datetimes or lists of them.
        encryption_context: the request's encryption context; it is not a condition key by itself (K8).
        session: the session that calls; implied by a session ARN as principal.
        grant_tokens: tokens or ids of grants to use at once (G6).
        via_service: the service that calls on the principal's behalf, `s3.us-east-1.amazonaws.com`.
        vpc_endpoint: the id of the VPC endpoint that the request comes through.
        resource_account: the account that owns the resource, where its ARN does not say (S3 buckets).
        at: the time of the request; the moment of the decision when None. Naive times are UTC.

    """

    __slots__ = (
        "action",
        "at",
        "context",
        "encryption_context",
        "grant_tokens",
        "principal",
        "resource",
        "resource_account",
        "session",
        "via_service",
        "vpc_endpoint",
    )

    def __init__(  # noqa: PLR0913 - a request has these facts; all but three are optional
        self,
        principal: str,
        action: str,
        resource: str,
        *,
        context: Mapping[str, ContextValue] | None = None,
        encryption_context: Mapping[str, str] | None = None,
        session: Session | None = None,
        grant_tokens: Sequence[str] = (),
        via_service: str | None = None,
        vpc_endpoint: str | None = None,
        resource_account: str | None = None,
        at: datetime | None = None,
    ) -> None:
        # A frozen dataclass costs four times this on the hot path.
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
        self.encryption_context = encryption_context
        self.session = session
        self.grant_tokens = grant_tokens
        self.via_service = via_service
        self.vpc_endpoint = vpc_endpoint
        self.resource_account = resource_account
        self.at = at

    def __repr__(self) -> str:
        """Show what was given."""
        given = ", ".join(f"{name}={value!r}" for name in self.__slots__ if (value := getattr(self, name)))
        return f"Request({given})"

    def __eq__(self, other: object) -> bool:
        """Compare fact by fact."""
        if not isinstance(other, Request):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]  # it holds mappings

    def replace(self, **changes: object) -> Request:
        """Give the same request with some facts changed."""
        facts = {name: getattr(self, name) for name in self.__slots__} | changes
        return Request(**facts)

    def copy(self) -> Request:
        """Give the same request with mappings and lists of its own, where they are such, its session's included."""
        context: object = self.context
        if isinstance(context, Mapping):
            context = {name: list(value) if isinstance(value, list) else value for name, value in context.items()}
        pairs = self.encryption_context
        return self.replace(
            context=context,
            encryption_context=dict(pairs) if isinstance(pairs, Mapping) else pairs,
            session=self.session.copy() if isinstance(self.session, Session) else self.session,
            grant_tokens=list(self.grant_tokens) if isinstance(self.grant_tokens, list) else self.grant_tokens,
        )
