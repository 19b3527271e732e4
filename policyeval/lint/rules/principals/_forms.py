"""How principals are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.rule import Flaw
from policyeval.lint.view import Element
from policyeval.model.arn import is_account_id
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.rule import Check
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


def unique_ids(prefix: str, what: str) -> Check:
    """Make the check of a rule for the unique ids of users or of roles, which stand where one was deleted (S12)."""
    pattern = re.compile(prefix + "[A-Z0-9]{12,124}")

    def check(value: Value) -> Iterator[Flaw]:
        if pattern.fullmatch(value.text):
            message = f"{ticked(value.text)} is the unique id of a {what}, which likely is deleted"
            yield Flaw(value.place(), message, f"write the ARN of the {what}, or leave the id out")

    return check
