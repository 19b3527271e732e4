"""A KMS grant, as `aws kms list-grants` prints it (G1–G6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from policyeval.model.source import NOWHERE, Place


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant on one key. Principals are ARNs, account ids or service names; absent ones are None.

    `operations` are the API's names ("Decrypt", "ReEncryptFrom"). `context_equals` and
    `context_subset` are the encryption context constraints; None where there is none.
    """

    key_arn: str
    grant_id: str
    operations: frozenset[str]
    grantee_principal: str | None = None
    grantee_service_principal: str | None = None
    retiring_principal: str | None = None
    retiring_service_principal: str | None = None
    issuing_account: str | None = None
    context_equals: Mapping[str, str] | None = field(default=None, hash=False)
    context_subset: Mapping[str, str] | None = field(default=None, hash=False)
    source_arn: str | None = None
    name: str | None = None
    creation_date: datetime | None = None
    tokens: frozenset[str] = frozenset()
    place: Place = field(default=NOWHERE, compare=False)
