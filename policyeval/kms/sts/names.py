"""How AWS names principals and sessions: ARNs, and the ids that GetCallerIdentity answers.

Source: IAM user guide, "IAM policy elements: Variables and tags", the table of principal key values.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from typing import Final

from policyeval.model.arn import Arn, split_arn
from policyeval.model.records import PrincipalRecord

__all__ = ["arn_of", "unique_id"]

_PREFIXES: Final = {"user": "AIDA", "role": "AROA"}
_LENGTH: Final = 17


def arn_of(text: str) -> Arn:
    """Split the ARN of a principal, which is known to be one."""
    arn = split_arn(text)
    if arn is None:
        message = f"`{text}` is no ARN"
        raise RuntimeError(message)
    return arn


def unique_id(record: PrincipalRecord) -> str:
    """Give a principal's unique id; one that is described without it gets one that follows from its ARN.

    Such an id is for answers alone: no condition and no Principal ever matches it.
    """
    if record.kind == "root":
        return record.account.id
    made_up = b32encode(hashlib.sha256(record.arn.encode()).digest()).decode()[:_LENGTH]
    return record.unique_id or _PREFIXES[record.kind] + made_up
