"""A KMS grant, as `aws kms list-grants` prints it (G1–G6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from policyeval.model.arn import is_account_id, split_arn
from policyeval.model.source import NOWHERE, Place

_UNIQUE_ID = re.compile(r"(AIDA|AROA|AGPA)[A-Z0-9]+")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_GRANTEE = re.compile(r"root|user/.+|role/.+|assumed-role/[^/]+/[^/]+|federated-user/.+")


def can_be_named(principal: str) -> bool:
    """Tell whether a grant can name a principal as grantee or as the one who retires it (G2)."""
    fields = split_arn(principal)
    if fields is not None:
        known = fields.service in {"iam", "sts"} and is_account_id(fields.account)
        return known and _GRANTEE.fullmatch(fields.resource) is not None
    # AWS prints the unique id of a principal that is gone, and a service in place of one (G2).
    return is_account_id(principal) or bool(_UNIQUE_ID.fullmatch(principal) or _SERVICE.fullmatch(principal))


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant on one key. Principals are ARNs, account ids or service names; absent ones are None.

    `operations` are the API's names ("Decrypt", "ReEncryptFrom"). `context_equals` and
    `context_subset` are the encryption context constraints, `source_arn` that on what a service asks for;
    None where there is none (G3). A `creation_date` without a zone is UTC. A request that shows one of
    `tokens`, or the `grant_id`, may use a new grant at once (G6).
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
