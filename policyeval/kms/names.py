"""What a KeyId names: a key id, a key's ARN, an alias or an alias's ARN (KMS 10)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from policyeval.kms.errors import KmsError
from policyeval.model.arn import split_arn

_ALIAS = "alias/"
_KEY = "key/"
# "Key identifiers (KeyId)" of the KMS guide: a UUID, or `mrk-` and 32 digits.
_KEY_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32}")


class Name(NamedTuple):
    """The ARN that a KeyId stands for, and the alias name where it is an alias."""

    arn: str
    account: str
    alias: str | None = None


# Callers name the same few keys again and again; reading a name costs more than looking it up.
@lru_cache(maxsize=65536)
def read_name(key_id: str, account: str, partition: str, region: str, *, aliases: bool) -> Name:
    """Read a KeyId as the caller means it: what is no ARN is in the caller's account and in the Region called.

    Args:
        key_id: the parameter.
        account: the caller's.
        partition: the caller's.
        region: the Region called.
        aliases: whether the operation takes aliases.

    Raises:
        KmsError: `NotFoundException` for what names nothing there, `InvalidArnException` for an alias where a key
            belongs.

    """
    if key_id.startswith("arn:"):
        return _read_arn(key_id, region, aliases=aliases)
    prefix = f"arn:{partition}:kms:{region}:{account}:"
    if key_id.startswith(_ALIAS):
        if not aliases:
            raise _no_alias()
        return Name(prefix + key_id, account, key_id)
    if not key_id or any(mark in key_id for mark in ":/ "):
        raise invalid(key_id)
    return Name(f"{prefix}{_KEY}{key_id}", account)


def _read_arn(text: str, region: str, *, aliases: bool) -> Name:
    arn = split_arn(text)
    if arn is None or arn.service != "kms":
        raise invalid(text)
    if arn.region != region:
        raise KmsError("NotFoundException", f"Invalid arn {arn.region}")
    if arn.resource.startswith(_KEY):
        return Name(text, arn.account)
    if not arn.resource.startswith(_ALIAS):
        raise invalid(text)
    if not aliases:
        raise _no_alias()
    return Name(text, arn.account, arn.resource)


def _no_alias() -> KmsError:
    """Say that an operation takes no alias, as AWS says it of a name and of an ARN.

    Of GetKeyPolicy, CreateGrant and more: github.com/boto/boto/pull/3883, github.com/hashicorp/terraform/issues/20813.
    """
    return KmsError("InvalidArnException", "Key Aliases are not supported for this operation.")


def invalid(key_id: str) -> KmsError:
    """Say that a text is no KeyId."""
    return KmsError("NotFoundException", f"Invalid keyId '{key_id}'")


def missing(key_id: str, name: Name) -> KmsError:
    """Say that nothing in the caller's account has a name."""
    if name.alias is not None:
        return KmsError("NotFoundException", f"Alias {name.arn} is not found.")
    if not key_id.startswith("arn:") and _KEY_ID.fullmatch(key_id) is None:
        return invalid(key_id)
    return KmsError("NotFoundException", f"Key '{name.arn}' does not exist")
