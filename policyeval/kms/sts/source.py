"""What STS asks of who knows the principals, and what its authorizer sees of that."""

from __future__ import annotations

from typing import Protocol

from policyeval.entities.values import AccessKey
from policyeval.errors import UnknownEntityError
from policyeval.kms.iam import OverIam
from policyeval.model.arn import split_arn
from policyeval.model.keeping import keep
from policyeval.model.records import AccountRecord, PolicySource, ResourceRecord

__all__ = ["IamSource", "StsSource"]


class IamSource(PolicySource, Protocol):
    """Who knows accounts, principals and their long-term access keys: `Entities`, or what stands for them."""

    def access_key(self, key_id: str) -> AccessKey | None:
        """Give a long-term access key by its id."""
        ...


class StsSource(OverIam):
    """The same, where a role that is not there looks like one that trusts nobody: callers learn nothing of it.

    With `hides` no role is there.
    """

    def __init__(self, iam: PolicySource, *, hides: bool = False) -> None:
        super().__init__(iam)
        self._hides = hides
        self._missing: dict[str, ResourceRecord] = {}

    def resource(self, arn: str) -> ResourceRecord | None:
        """Give a role with its trust policy, or another resource."""
        parts = split_arn(arn)
        is_role = parts is not None and parts.resource.startswith("role/")
        record = super().resource(arn) if not (is_role and self._hides) else None
        if record is not None or parts is None or not is_role:
            return record
        account, known = self._account(parts.account, parts.partition), self._missing.get(arn)
        if known is None or known.account is not account:
            known = ResourceRecord(arn, account)
            keep(self._missing, arn, known, most=1024)
        return known

    def _account(self, account_id: str, partition: str) -> AccountRecord:
        try:
            return self.account(account_id)
        except UnknownEntityError:
            return AccountRecord(account_id, partition)
