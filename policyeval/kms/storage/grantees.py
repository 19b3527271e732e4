"""Who may retire a grant, as stores file it; its grantee is `entities.values.grantee_of`."""

from __future__ import annotations

from policyeval.model.arn import is_account_id, root_arn, split_arn
from policyeval.model.grant import Grant


def retirer_of(grant: Grant) -> str | None:
    """Name the retiring principal, None when there is none: an account id stands for its root ARN."""
    principal = grant.retiring_service_principal or grant.retiring_principal
    if principal is None or not is_account_id(principal):
        return principal
    key = split_arn(grant.key_arn)
    return root_arn(principal, key.partition if key is not None else "aws")
