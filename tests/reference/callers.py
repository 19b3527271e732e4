"""Who calls, and how a Principal element names the caller (S10-S16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from policyeval.model.policy import NamedPolicy, Policy, PrincipalElement, PrincipalValue
from policyeval.model.records import AccountRecord, PrincipalRecord
from policyeval.model.request import PolicyLike, Request
from policyeval.syntax.policy import parse_policy
from tests.reference.world import World

Kind = Literal["root", "user", "role", "federated", "service", "provider", "anonymous"]
Way = Literal["everyone", "account", "user", "role", "session", "service", "provider"]
# Identity providers without an ARN; one of them is the name of a service too.
_PROVIDERS = {"accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"}


@dataclass(frozen=True)
class Caller:
    """A caller. `record` is the user, role or root user behind it; `arn` its own name, None for a
    role session whose session name is unknown.
    """

    kind: Kind
    arn: str | None = None
    account: AccountRecord | None = None
    record: PrincipalRecord | None = None
    session_name: str | None = None
    tags: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    session_policies: tuple[Policy, ...] = ()
    source_identity: str | None = None
    temporary: bool = False

    @property
    def service_linked(self) -> bool:
        """S16."""
        return self.record is not None and self.record.path.startswith("/aws-service-role/")

    @property
    def of_root(self) -> bool:
        """Whether it is a root user, or a session made by one: everything is allowed but what a session takes away."""
        return self.record is not None and self.record.kind == "root"

    @property
    def has_half(self) -> bool:
        """Whether there is an identity behind the call that policies of its account govern (S6)."""
        return self.kind in {"root", "user", "role", "federated"}


def caller_of(request: Request, world: World) -> Caller:
    """Find out who calls (S14), with the lead's readings of bare roles and of users with a session."""
    name, session = request.principal, request.session
    if name == "anonymous":
        return Caller("anonymous")
    if not name.startswith("arn:"):
        # A service has credentials, and no token of its own that it could become a role by.
        own = name in _PROVIDERS or not name.endswith((".amazonaws.com", ".amazonaws.com.cn"))
        by_token = request.action in {"sts:TagSession", "sts:SetSourceIdentity"} or "RoleWith" in request.action
        return Caller("provider" if own and by_token else "service", name)
    partition, service, account_id, resource = (name.split(":", 5)[index] for index in (1, 2, 4, 5))
    if resource.startswith(("oidc-provider/", "saml-provider/")):
        return Caller("provider", name)
    account = world.account(account_id)
    session_name = session.name if session else None
    record: PrincipalRecord | None
    if service == "sts" and resource.startswith("assumed-role/"):
        _, role_name, session_name = resource.split("/")
        kind: Kind = "role"
        record = world.role(account_id, role_name)
    elif service == "sts":
        kind, session_name = "federated", resource.split("/", 1)[1]
        record = world.user(account_id, session_name)
    else:
        record = world.principal(name)
        kind = "federated" if record.kind != "role" and session_name else record.kind
    arn: str | None = name
    if kind == "federated":
        arn = f"arn:{partition}:sts::{account_id}:federated-user/{session_name}"
    elif kind == "role":
        assert record is not None
        own = f"arn:{partition}:sts::{account_id}:assumed-role/{record.name}/{session_name}"
        arn = own if session_name else None
    return Caller(
        kind,
        arn,
        account,
        record,
        session_name,
        _tags(record.tags if record else {}, session.tags if session else {}),
        tuple(_policy(policy, world) for policy in session.policies) if session else (),
        session.source_identity if session else None,
        temporary=kind in {"role", "federated"} or session is not None,
    )


def _tags(own: Mapping[str, str], of_session: Mapping[str, str]) -> dict[str, str | tuple[str, ...]]:
    """Let session tags win over a role's or user's, keys without regard to case."""
    return by_folded_key(own) | by_folded_key(of_session)


def by_folded_key(tags: Mapping[str, str]) -> dict[str, str | tuple[str, ...]]:
    """Give tags by keys in lower case; those that differ in case alone are one with several values."""
    found: dict[str, str | tuple[str, ...]] = {}
    for key in tags:
        values = tuple(value for name, value in tags.items() if name.lower() == key.lower())
        found[key.lower()] = values if len(values) > 1 else values[0]
    return found


def _policy(policy: PolicyLike, world: World) -> Policy:
    if isinstance(policy, str) and policy.startswith("arn:"):
        return world.managed_policy(policy).policy
    if isinstance(policy, NamedPolicy):
        return policy.policy
    return policy if isinstance(policy, Policy) else parse_policy(policy)


def way(value: PrincipalValue, caller: Caller) -> Way | None:
    """Tell how one principal of a statement names the caller, None when it does not."""
    if value.kind == "AWS":
        if value.value == "*":
            return "everyone"  # S11
        return _way_of_identity(value.value, caller)
    if value.kind == "Service" and caller.kind == "service" and value.value == caller.arn:
        return "service"  # S15
    if value.kind == "Federated" and caller.kind == "provider" and value.value == caller.arn:
        return "provider"  # S35
    return None


def _way_of_identity(name: str, caller: Caller) -> Way | None:
    account, record = caller.account, caller.record
    if account is not None and name in {account.id, f"arn:{account.partition}:iam::{account.id}:root"}:
        return "account"  # S10
    if record is not None and record.kind != "root" and name in {record.arn, record.unique_id}:
        # S12. For a federated session its user is what a role is to a role session (S8).
        return "user" if caller.kind == "user" else "role"
    if caller.kind in {"role", "federated"} and name == caller.arn:
        return "session"  # S14
    return None


def ways(element: PrincipalElement | None, caller: Caller) -> set[Way]:
    """Give all the ways in which a Principal element names the caller."""
    found = {way(value, caller) for value in element.values} if element else set()
    return {one for one in found if one is not None}


def readable(value: PrincipalValue) -> bool:
    """Tell whether a principal is one at all: a group is none, and nothing tells whose a canonical user is."""
    name = value.value
    if value.kind != "AWS":
        return value.kind != "CanonicalUser"
    if name == "*" or name.startswith(("AIDA", "AROA")) or (len(name) == 12 and name.isdigit()):
        return True
    return ":cloudfront:user/CloudFront Origin Access Identity " in name or _names_an_identity(name)


def _names_an_identity(arn: str) -> bool:
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or parts[3] or not (len(parts[4]) == 12 and parts[4].isdigit()):
        return False
    kind, *rest = parts[5].split("/")
    if not all("!" <= character <= "~" for character in parts[5]):
        return False
    if parts[2] == "sts":
        return all(rest) and (kind, len(rest)) in {("assumed-role", 2), ("federated-user", 1)}
    return parts[2] == "iam" and (parts[5] == "root" or (kind in {"user", "role"} and any(rest)))


def spared(element: PrincipalElement, caller: Caller) -> bool:
    """Tell whether a Deny with NotPrincipal leaves the caller alone (S13)."""
    named = ways(element, caller)
    if caller.record is not None and caller.record.permissions_boundary is not None:
        return False
    if "everyone" in named:
        return True
    needed: dict[Kind, set[Way]] = {
        "root": {"account"},
        "user": {"account", "user"},
        "role": {"account", "role", "session"},
        "federated": {"account", "session"} if caller.of_root else {"account", "role", "session"},
        "service": {"service"},
        "provider": {"provider"},
    }
    return caller.kind in needed and needed[caller.kind] <= named
