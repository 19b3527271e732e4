"""What a file says of the KMS key that a policy or a grant in it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from policyeval.model.arn import Arn


class KeyFacts(NamedTuple):
    """What a file says of a key; None where it does not."""

    arn: Arn | None = None
    spec: str | None = None
    usage: str | None = None
    manager: str | None = None
    multi_region: bool | None = None
