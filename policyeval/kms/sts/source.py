"""What STS asks of who knows the principals, and what its authorizer sees of that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from policyeval.entities.values import AccessKey
from policyeval.errors import UnknownEntityError
from policyeval.evaluator.layers import keep
from policyeval.model.arn import split_arn
from policyeval.model.grant import Grant
from policyeval.model.policy import NamedPolicy
from policyeval.model.records import AccountRecord, EndpointRecord, PolicySource, PrincipalRecord, ResourceRecord

__all__ = ["IamSource", "StsSource"]


class IamSource(PolicySource, Protocol):
    """Who knows accounts, principals and their long-term access keys: `Entities`, or what stands for them."""

    def access_key(self, key_id: str) -> AccessKey | None:
        """Give a long-term access key by its id."""
        ...


class StsSource:
    """The same, where a role that is not there looks like one that trusts nobody: callers learn nothing of it."""

    def __init__(self, iam: PolicySource) -> None:
        self._iam = iam
        self._missing: dict[str, ResourceRecord] = {}

    @property
    def revision(self) -> object:
        """The same object as long as nothing changed."""
        return getattr(self._iam, "revision", None)

    def resource(self, arn: str) -> ResourceRecord | None:
        """Give a role with its trust policy, or another resource."""
        record = self._iam.resource(arn)
        parts = split_arn(arn)
        if record is not None or parts is None or not parts.resource.startswith("role/"):
            return record
        account, known = self._account(parts.account, parts.partition), self._missing.get(arn)
        if known is None or known.account is not account:
            known = ResourceRecord(arn, account)
            keep(self._missing, arn, known, most=1024)
        return known

    def _account(self, account_id: str, partition: str) -> AccountRecord:
        try:
            return self._iam.account(account_id)
        except UnknownEntityError:
            return AccountRecord(account_id, partition)

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

    def grants(self, key_arn: str, grantee: str) -> Sequence[Grant]:
        """Give a key's grants to one grantee."""
        return self._iam.grants(key_arn, grantee)

    def retirable_grants(self, key_arn: str) -> Sequence[Grant]:
        """Give all of a key's grants."""
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
