"""A source of policies that lies over IAM's: what it does not know better itself is as IAM has it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policyeval.model.grant import Grant
from policyeval.model.policy import NamedPolicy
from policyeval.model.records import AccountRecord, EndpointRecord, PolicySource, PrincipalRecord, ResourceRecord


class OverIam:
    """A `PolicySource` that gives what another one gives."""

    def __init__(self, iam: PolicySource) -> None:
        self._iam = iam

    @property
    def revision(self) -> object:
        """The same object as long as nothing changed; None when IAM does not tell."""
        return getattr(self._iam, "revision", None)

    def account(self, account_id: str) -> AccountRecord:
        """Give an account by its id."""
        return self._iam.account(account_id)

    def principal(self, arn: str) -> PrincipalRecord:
        """Give a user, role or root user by its IAM ARN."""
        return self._iam.principal(arn)

    def role(self, account_id: str, name: str) -> PrincipalRecord:
        """Give a role by name."""
        return self._iam.role(account_id, name)

    def user(self, account_id: str, name: str) -> PrincipalRecord | None:
        """Give a user by name."""
        return self._iam.user(account_id, name)

    def resource(self, arn: str) -> ResourceRecord | None:
        """Give a resource by its ARN."""
        return self._iam.resource(arn)

    def grants(self, key_arn: str, grantee: str) -> Sequence[Grant]:
        """Give a key's grants to one grantee."""
        return self._iam.grants(key_arn, grantee)

    def retirable_grants(self, key_arn: str) -> Sequence[Grant]:
        """Give all of a key's grants (G5)."""
        return self._iam.retirable_grants(key_arn)

    def endpoint(self, endpoint_id: str) -> EndpointRecord:
        """Give a VPC endpoint by id."""
        return self._iam.endpoint(endpoint_id)

    def managed_policy(self, arn: str) -> NamedPolicy:
        """Give a managed policy by ARN."""
        return self._iam.managed_policy(arn)

    def principals(self, account_id: str | None = None) -> Iterable[PrincipalRecord]:
        """Give every described principal."""
        return self._iam.principals(account_id)
