"""Amazon Resource Names as requests carry them, split by hand.

Patterns, which may hold wildcards and variables, are the syntax floor's.
Source: IAM user guide, "Amazon Resource Names (ARNs)".
"""

from __future__ import annotations

from typing import NamedTuple

_FIELDS = 6


class Arn(NamedTuple):
    """`arn:partition:service:region:account:resource`; the resource keeps its colons."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        """Join the fields again."""
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def split_arn(text: str) -> Arn | None:
    """Split an ARN, or give None for a text that is none."""
    fields = text.split(":", _FIELDS - 1)
    if len(fields) != _FIELDS or fields[0] != "arn" or not (fields[1] and fields[2] and fields[5]):
        return None
    return Arn(*fields[1:])


def is_account_id(text: str) -> bool:
    """Tell whether a text is a 12-digit account id."""
    return len(text) == 12 and text.isascii() and text.isdigit()  # noqa: PLR2004 - the width is the definition


def role_session_arn(role: Arn, name: str) -> str:
    """Name a role's session, as which it calls: by the role's name, without its path (S14)."""
    return f"arn:{role.partition}:sts::{role.account}:assumed-role/{role.resource.rpartition('/')[2]}/{name}"


def federated_session_arn(user: Arn, name: str) -> str:
    """Name the session that a user, or an account's root user, made with GetFederationToken (S14)."""
    return f"arn:{user.partition}:sts::{user.account}:federated-user/{name}"


def root_arn(account: str, partition: str = "aws") -> str:
    """Name an account's root user, which is also the account as a principal (S10)."""
    return f"arn:{partition}:iam::{account}:root"
