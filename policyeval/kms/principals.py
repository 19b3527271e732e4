"""Principals that keys' policies and grants name: whether they are there, and how they are kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from policyeval.errors import UnknownEntityError
from policyeval.kms.errors import KmsError
from policyeval.model.arn import Arn, is_account_id, split_arn
from policyeval.model.grant import Grant
from policyeval.model.records import PolicySource

# A user's or role's, where the authorizer takes it for one.
_UNIQUE_ID: Final = re.compile(r"(AIDA|AROA)[A-Z0-9]{4,}")
_SERVICE: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?")


def check_party(text: str, partition: str, iam: PolicySource) -> None:
    """Refuse what a grant can neither be for nor be retired by: services are named by their principal, not by an ARN.

    GrantListEntry of the API reference has them in `GranteePrincipal`; which services there are is not known here.

    Raises:
        KmsError: `InvalidArnException`.

    """
    if _SERVICE.fullmatch(text) is None:
        check_principal(text, partition, iam)


def check_principal(text: str, partition: str, iam: PolicySource) -> None:
    """Refuse an ARN of what has no permissions: only an account, a user, a role, or a session of one does (G2).

    Args:
        text: the principal, an ARN.
        partition: the key's; principals of another do not reach it.
        iam: who there is. Principals of accounts that it does not describe are taken at their word.

    Raises:
        KmsError: `InvalidArnException`.

    """
    arn = split_arn(text)
    if arn is None or arn.partition != partition or not is_there(text, arn, iam):
        raise KmsError("InvalidArnException", f"ARN does not refer to a valid principal: {text}")


def is_described(account: str, iam: PolicySource) -> bool:
    """Tell whether an account's principals are known."""
    return next(iter(iam.principals(account)), None) is not None


def is_there(text: str, arn: Arn, iam: PolicySource) -> bool:
    """Tell whether an ARN, here also split, is an account's, or a user's, a role's or a session's that exists."""
    kind, _, name = arn.resource.partition("/")
    if arn.region or not is_account_id(arn.account):
        return False
    try:
        match arn.service, kind:
            case ("iam", "root"):
                found = arn.resource == kind
            case ("iam", "user" | "role"):
                found = iam.principal(text) is not None
            case ("sts", "assumed-role"):
                role, _, session = name.partition("/")
                found = _is_name(role) and _is_name(session) and iam.role(arn.account, role) is not None
            case ("sts", "federated-user"):
                found = _is_name(name)
            case _:
                found = False
    except UnknownEntityError:
        return bool(name) and not is_described(arn.account, iam)
    return found


def kept(text: str, iam: PolicySource) -> str:
    """Give what is kept of a principal: a user's or role's unique id, where it is known (S12).

    Whoever gets the name after a deletion is somebody else.
    """
    arn = split_arn(text)
    if arn is None or arn.service != "iam" or not arn.resource.startswith(("user/", "role/")):
        return text
    try:
        iam.account(arn.account)  # of a stranger: quicker than to look for somebody of that name
        unique_id = iam.principal(text).unique_id
    except UnknownEntityError:
        return text
    return unique_id if unique_id is not None and _UNIQUE_ID.fullmatch(unique_id) is not None else text


def names_of(text: str, iam: PolicySource) -> set[str]:
    """Name a principal as grants can have it: one that was described without a unique id is kept by its ARN (S12)."""
    return {text, kept(text, iam)}


def kept_grant(grant: Grant, iam: PolicySource) -> Grant:
    """Give what is kept of a grant."""
    grantee, retirer = grant.grantee_principal, grant.retiring_principal
    return replace(
        grant,
        grantee_principal=kept(grantee, iam) if grantee is not None else None,
        retiring_principal=kept(retirer, iam) if retirer is not None else None,
    )


class Names:
    """How principals that are kept are shown: by ARN as long as somebody has the unique id."""

    def __init__(self, iam: PolicySource) -> None:
        """Show who there is by `iam`, whose principals are gone through when a unique id is met, once a revision."""
        self._iam = iam
        self._known: tuple[object, Mapping[str | None, str]] = (None, {})

    def shown(self, text: str) -> str:
        """Give what is shown of a principal."""
        return text if _UNIQUE_ID.fullmatch(text) is None else self._arns().get(text, text)

    def _arns(self) -> Mapping[str | None, str]:
        revision = getattr(self._iam, "revision", None)
        known, arns = self._known  # together: another thread may see another revision
        if revision is None or revision is not known:
            arns = {record.unique_id: record.arn for record in self._iam.principals()}
            self._known = (revision, arns)
        return arns


def _is_name(text: str) -> bool:
    return bool(text) and "/" not in text
