"""CreateAlias, UpdateAlias, DeleteAlias and ListAliases (KMS 15).

What changes an alias is asked on the alias, and on every key that the alias is or will be for (K4).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from policyeval.kms.call import Call, Found, Response
from policyeval.kms.errors import KmsError
from policyeval.kms.managed import ALIAS_PREFIX
from policyeval.kms.operations.row import Asked, Operation
from policyeval.kms.paging import at_hand, page, without_ended
from policyeval.kms.records import Alias, Key
from policyeval.kms.states import NOT_PENDING_DELETION, check_state

_PREFIX: Final = "alias/"
# "Create aliases" of the KMS guide; the model's pattern lets a colon through as well.
_NAME: Final = re.compile(r"alias/[a-zA-Z0-9/_-]+")
_PAGE: Final = 50


def create_alias(call: Call) -> Response:
    """Give a key one more name."""
    name = _alias_name(call)
    arn = _alias_arn(call, name)
    found = _own(call, call.params["TargetKeyId"], "kms:CreateAlias")
    key = found.key
    call.ask_on(arn, "kms:CreateAlias")
    call.ask("kms:CreateAlias", found)
    check_state(key, NOT_PENDING_DELETION)
    if _is_taken(call, arn):
        raise KmsError("AlreadyExistsException", f"An alias with the name {arn} already exists")
    _check_quota(call, key)
    call.transaction.put_alias(Alias(arn, key.account, key.region, name, key.arn, call.now, call.now))
    return {}


def update_alias(call: Call) -> Response:
    """Let an alias stand for another key, of the same type and usage."""
    alias, current = _existing(call, "kms:UpdateAlias")
    new = _own(call, call.params["TargetKeyId"], "kms:UpdateAlias")
    call.ask_on(alias.arn, "kms:UpdateAlias")
    call.ask("kms:UpdateAlias", current)
    call.ask("kms:UpdateAlias", new)
    check_state(new.key, NOT_PENDING_DELETION)
    if _kind(current.key) != _kind(new.key):
        message = "The current and the new KMS key of an alias must have the same type and the same key usage."
        raise KmsError("ValidationException", message)
    if new.key.arn != alias.target:
        _check_quota(call, new.key)
    call.transaction.put_alias(replace(alias, target=new.key.arn, updated=call.now))
    return {}


def delete_alias(call: Call) -> Response:
    """Take a name from a key."""
    alias, found = _existing(call, "kms:DeleteAlias")
    call.ask_on(alias.arn, "kms:DeleteAlias")
    call.ask("kms:DeleteAlias", found)
    call.transaction.delete_alias(alias.arn)
    return {}


def _own(call: Call, key_id: str, action: str) -> Found:
    """Find a key of the caller's account; services have none.

    Another account's is refused here, whether it is there or not: no policy opens it to these operations (K3), and a
    refusal of the alias, which is asked first, would tell a key that exists from one that does not.
    """
    found = call.find(key_id, action)
    if found.key.account != call.caller.account:
        raise call.veiled(action)
    return found


def _alias_name(call: Call) -> str:
    """Read an alias's name.

    Raises:
        KmsError: it is no name, or one of AWS's own.

    """
    name: str = call.params["AliasName"]
    if not name.startswith(_PREFIX):
        guide = "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
        raise KmsError("ValidationException", f'Alias must start with the prefix "alias/". Please see {guide}')
    if name.startswith(ALIAS_PREFIX):
        raise KmsError("NotAuthorizedException", f"The prefix {ALIAS_PREFIX} is reserved for AWS managed keys")
    if _NAME.fullmatch(name) is None:
        raise KmsError("ValidationException", f"{name} contains invalid characters for an alias")
    return name


def _alias_arn(call: Call, name: str) -> str:
    return f"arn:{call.caller.partition}:kms:{call.region}:{call.caller.account}:{name}"


def _is_taken(call: Call, arn: str) -> bool:
    """Tell whether there is such an alias; one whose key's end has come is none."""
    alias = call.reading.alias(arn)
    key = call.reading.key(alias.target) if alias is not None else None
    return key is not None and call.settled(key) is not None


def _existing(call: Call, action: str) -> tuple[Alias, Found]:
    """Find an alias that is there, and its key; the key is not named by the alias here (K6)."""
    name = _alias_name(call)
    key = call.find(name, action, aliases=True).key
    arn = _alias_arn(call, name)
    alias = next(alias for alias in call.reading.aliases_of(key.arn) if alias.arn == arn)
    return alias, Found(key)


def _check_quota(call: Call, key: Key) -> None:
    most, count = call.core.settings.aliases, len(call.reading.aliases_of(key.arn))
    if count >= most:
        quota = f"Aliases per key quota for this account in this region is {most}, current usage is {count}."
        raise KmsError("LimitExceededException", quota)


def _kind(key: Key) -> tuple[bool, str]:
    """Give what keys of one alias must share: being for symmetric encryption or not, and the usage.

    AWS tells symmetric, asymmetric and HMAC keys apart; the usage of the last is theirs alone.
    """
    return key.spec == "SYMMETRIC_DEFAULT", key.usage


def list_aliases(call: Call) -> Response:
    """List the aliases of the account in the Region, or those of one of its keys, by name."""
    key_id = call.params.get("KeyId")
    key = _own(call, key_id, "kms:ListAliases").key if key_id is not None else None

    def target(alias: Alias) -> Key | None:
        return call.reading.key(alias.target)

    def fetch(after: str, limit: int) -> Sequence[Alias]:
        if key is not None:
            return at_hand(call.reading.aliases_of(key.arn), _by_name)(after, limit)
        account, region = call.caller.account, call.region
        return without_ended(call, lambda: call.reading.aliases(account, region, after, limit), target)

    of = key.arn if key is not None else ""
    return page(call, member="Aliases", default=_PAGE, fetch=fetch, order=_by_name, show=_shown, of=of)


def _by_name(alias: Alias) -> str:
    return alias.name


def _shown(alias: Alias) -> dict[str, object]:
    return {
        "AliasName": alias.name,
        "AliasArn": alias.arn,
        "TargetKeyId": alias.target.rpartition("/")[2],
        "CreationDate": alias.created,
        "LastUpdatedDate": alias.updated,
    }


OPERATIONS: Final = (
    Operation("CreateAlias", create_alias, Asked.ITSELF, writes=True),
    Operation("UpdateAlias", update_alias, Asked.ITSELF, writes=True),
    Operation("DeleteAlias", delete_alias, Asked.ITSELF, writes=True),
    Operation("ListAliases", list_aliases, Asked.NOTHING),
)
