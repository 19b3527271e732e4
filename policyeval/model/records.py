"""What is known about accounts, principals and resources, and the protocol for asking.

A record is immutable, and its identity is its version: a source gives back the *same object* as
long as nothing in it changed, and a new one when something did. Whoever compiled a record holds
it and compares with `is`; so a change recompiles that part alone (docs/adr/0002).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from policyeval.model.grant import Grant
from policyeval.model.policy import NamedPolicy

PolicyLevels = tuple[tuple[NamedPolicy, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class AccountRecord:
    """An account and what its organization puts on it.

    Policy levels run from the organization's root over its OUs to the account (S2, S3), each
    complete: what AWS attaches by default stands in them. `organization_path` is the value of
    `aws:PrincipalOrgPaths`, `o-…/r-…/ou-…/`; None outside an organization.
    `organization_known` tells whether the source would know an organization if there were one.
    """

    id: str
    partition: str = "aws"
    organization_id: str | None = None
    organization_path: str | None = None
    is_management_account: bool = False
    organization_known: bool = True
    service_control_policies: PolicyLevels = ()
    resource_control_policies: PolicyLevels = ()


@dataclass(frozen=True, slots=True, eq=False)
class PrincipalRecord:
    """An IAM user, a role, or an account's root user.

    `identity_policies` holds everything that applies: inline, managed, and a user's groups'.
    `described` is False where nothing is known but what the ARN tells (`simulate`). A role's sessions
    last at most `max_session_duration` seconds.
    """

    arn: str
    kind: Literal["user", "role", "root"]
    account: AccountRecord
    name: str
    path: str = "/"
    unique_id: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    identity_policies: tuple[NamedPolicy, ...] = ()
    permissions_boundary: NamedPolicy | None = None
    described: bool = True
    max_session_duration: int = 3600


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What a KMS key says of itself: the API's own values. Aliases are names, `alias/app`."""

    spec: str = "SYMMETRIC_DEFAULT"
    usage: str = "ENCRYPT_DECRYPT"
    origin: str = "AWS_KMS"
    manager: Literal["CUSTOMER", "AWS"] = "CUSTOMER"
    multi_region: bool = False
    multi_region_type: Literal["PRIMARY", "REPLICA"] | None = None
    state: str = "Enabled"
    aliases: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ResourceRecord:
    """A resource, its own policy where it has one, and for a KMS key its facts.

    `described` is False where nothing is known but what the ARN tells (`simulate`).
    """

    arn: str
    account: AccountRecord
    policy: NamedPolicy | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    key: KeyFacts | None = None
    described: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class EndpointRecord:
    """A VPC endpoint; without a policy it lets everything through, as AWS's default does.

    In the policy of a `gateway`, which S3 and DynamoDB have, an account is its root user alone (S4).
    """

    id: str
    vpc: str | None
    account_id: str
    policy: NamedPolicy | None = None
    gateway: bool = False


class Records(Protocol):
    """Who calls, and what is asked for: the part of a `PolicySource` that every decision asks."""

    def account(self, account_id: str) -> AccountRecord:
        """Give an account by its 12-digit id."""
        ...

    def principal(self, arn: str) -> PrincipalRecord:
        """Give a user, role or root user by its IAM ARN."""
        ...

    def role(self, account_id: str, name: str) -> PrincipalRecord:
        """Give a role by name, which is how a session ARN names it (S14)."""
        ...

    def user(self, account_id: str, name: str) -> PrincipalRecord | None:
        """Give a user by name, None where there is none."""
        ...

    def resource(self, arn: str) -> ResourceRecord | None:
        """Give a resource by ARN; for a KMS alias ARN the key it points to.

        Raises `UnknownEntityError` for a key or alias that is not described, gives None for
        another resource that is not.
        """
        ...

    def grants(self, key_arn: str, grantee: str) -> Sequence[Grant]:
        """Give a key's grants to one grantee: an ARN, an account's root ARN, or a service name."""
        ...


class PolicySource(Records, Protocol):
    """Who knows: files (`Entities`), or a running KMS. Answers are records and frozen tuples.

    Lookups of what is not described raise `UnknownEntityError` with the nearest name as a hint,
    but for `resource`, which may not know a resource that has no policy of its own.
    """

    @property
    def revision(self) -> object:
        """Stand for everything the source knows: the same object as long as nothing at all changed.

        None, or no such attribute, means that nothing can be told, and every decision looks at its
        records. A source changes its records first and its revision after, to an object it never
        gave before.
        """
        ...

    def retirable_grants(self, key_arn: str) -> Sequence[Grant]:
        """Give all of a key's grants: for RetireGrant (G5), and to tell whom they name."""
        ...

    def endpoint(self, endpoint_id: str) -> EndpointRecord:
        """Give a VPC endpoint by id."""
        ...

    def managed_policy(self, arn: str) -> NamedPolicy:
        """Give a managed policy by ARN, for session policies that name one."""
        ...

    def principals(self, account_id: str | None = None) -> Iterable[PrincipalRecord]:
        """Give every described principal, of one account or of all, root users included."""
        ...
