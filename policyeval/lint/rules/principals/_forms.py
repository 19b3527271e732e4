"""How principals are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.view import Element
from policyeval.model.arn import is_account_id

if TYPE_CHECKING:
    from policyeval.lint.view import Value

_ROLE: Final = re.compile(r"arn:([a-z-]+):iam::(\d{12}):role/(?:[^/]+/)*([^/]+)")
_SESSION: Final = re.compile(r"arn:([a-z-]+):(?:sts|iam)::(\d{12}):assumed-role/([^/]+)/[^/]+")
_ROOT: Final = re.compile(r"arn:[a-z-]+:iam::(\d{12}):root")
_ACCOUNT_OF: Final = re.compile(r"arn:[a-z-]+:(?:sts|iam)::(\d{12}):.+")


def kind(value: Value) -> str:
    """Give the kind of a principal: AWS, Service, Federated or CanonicalUser."""
    return value.owner.kind if isinstance(value.owner, Element) else ""


def account(text: str) -> str | None:
    """Give the account that a principal stands for as a whole, in either form (S10)."""
    if is_account_id(text):
        return text
    found = _ROOT.fullmatch(text)
    return found[1] if found else None


def account_of(text: str) -> str | None:
    """Give the account that a user, role or session is of."""
    found = _ACCOUNT_OF.fullmatch(text)
    return found[1] if found else None


def role(text: str) -> tuple[str, str, str] | None:
    """Give partition, account and name of a role, without its path."""
    found = _ROLE.fullmatch(text)
    return (found[1], found[2], found[3]) if found else None


def role_of_session(text: str) -> tuple[str, str, str] | None:
    """Give partition, account and name of the role that a session is of."""
    found = _SESSION.fullmatch(text)
    return (found[1], found[2], found[3]) if found else None
