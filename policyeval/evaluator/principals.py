"""Whether a statement's Principal or NotPrincipal names the caller, and how (S8, S10–S15)."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import IntEnum
from typing import TypeAlias

from policyeval.catalog.regions import PARTITIONS
from policyeval.evaluator.context import EvaluationContext
from policyeval.model.arn import is_account_id, role_session_arn, root_arn, split_arn
from policyeval.model.policy import PrincipalElement, PrincipalValue


class Door(IntEnum):
    """How an Allow lets the caller in; a wider door has a greater value.

    ACCOUNT delegates to the account's own policies (S10); LIMITED names the role or user behind a
    session, which boundary and session policy limit; DIRECT gives the permission itself (S8).
    """

    NONE = 0
    ACCOUNT = 1
    LIMITED = 2
    DIRECT = 3


Names: TypeAlias = Callable[[EvaluationContext], Door]

_UNIQUE_ID = re.compile(r"(AIDA|AROA|AGPA|ANPA|ANVA|APKA|ASCA|ASIA|ABIA|ACCA)[A-Z0-9]{4,}", re.ASCII)
# Users, roles and sessions; IAM's paths and names have no space or control character ("IAM identifiers" of its guide).
_IDENTITY = re.compile(
    r"arn:[a-z-]+:("
    r"iam::[0-9]{12}:(user|role)/[!-~]+"
    r"|sts::[0-9]{12}:(assumed-role/[!-.0-~]+|federated-user)/[!-.0-~]+"
    r"|iam::cloudfront:user/CloudFront Origin Access Identity [A-Z0-9]+)"
)
_ACCOUNT = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:root")


class PrincipalMatcher:
    """The principals that an element lists, sorted by how they name a caller.

    `faults` are what cannot be read, each with the type of callers that it may be about, "" for all.
    """

    __slots__ = ("accounts", "everyone", "faults", "names", "others")

    def __init__(self, element: PrincipalElement) -> None:
        self.everyone = False
        self.accounts: set[str] = set()
        self.names: set[str] = set()
        self.others: dict[str, set[str]] = {}
        self.faults: list[tuple[str, str]] = []
        for value in element.values:
            self._add(value)

    def _add(self, value: PrincipalValue) -> None:
        if value.kind == "CanonicalUser":
            self.faults.append(("", f"canonical user `{value.value}`: nothing tells whose it is"))
        elif value.kind != "AWS" and ("*" in value.value or "?" in value.value):
            self.faults.append((value.kind, f"`{value.value}` is no principal: it has a wildcard in it"))
        elif value.kind != "AWS":
            self.others.setdefault(value.kind, set()).add(value.value)
        elif value.value == "*":
            self.everyone = True
        elif is_account_id(value.value):
            # A bare number means the account in whatever partition the policy lives.
            self.accounts.update(root_arn(value.value, partition) for partition in PARTITIONS)
        elif _UNIQUE_ID.fullmatch(value.value):
            self.names.add(value.value)
        else:
            self._add_arn(value.value)

    def _add_arn(self, text: str) -> None:
        if _ACCOUNT.fullmatch(text):
            self.accounts.add(text)
        elif _IDENTITY.fullmatch(text):
            self.names.add(text)
        else:
            self.faults.append(("", f"`{text}` is no principal"))

    def door(self, context: EvaluationContext) -> Door:
        """Tell how the widest of the listed principals names the caller."""
        if self.everyone:
            return Door.DIRECT
        caller = context.caller
        kind = caller.caller_type
        if kind == "AWS":
            names = self.names
            if names:
                if caller.session_arn in names:
                    return Door.DIRECT
                if caller.name in names or caller.unique_id in names:
                    return Door.LIMITED if caller.is_session else Door.DIRECT
            return Door.ACCOUNT if caller.account_arn in self.accounts else Door.NONE
        return Door.DIRECT if caller.name in self.others.get(kind, ()) else Door.NONE

    def names_a_session_of(self, context: EvaluationContext) -> bool:
        """Tell whether some session of the caller's role is listed; which session calls is not known."""
        prefix = session_prefix(context.caller.name)
        return prefix is not None and any(name.startswith(prefix) for name in self.names)

    def spares(self, context: EvaluationContext, *, some_session: bool = False) -> bool:
        """Tell whether Deny with NotPrincipal spares the caller; when in doubt it does not (S13).

        With `some_session` a role of which it is not known which session calls may be the session that is listed.
        """
        caller = context.caller
        if self.everyone:
            return True
        if caller.caller_type != "AWS":
            return self.door(context) is Door.DIRECT
        if caller.has_boundary or caller.account_arn not in self.accounts:
            return False
        # The account names its root user.
        named = not caller.name or caller.name in self.names or caller.unique_id in self.names
        if not (named and caller.is_session):
            return named
        if caller.session_arn is None:
            return some_session and self.names_a_session_of(context)
        return caller.session_arn in self.names


def whom(element: PrincipalElement | None) -> tuple[bool, frozenset[str] | None]:
    """Tell whether an element names everyone, and the accounts (root ARNs) where it names nothing but accounts."""
    if element is None or element.negated:
        return False, None
    matcher = PrincipalMatcher(element)
    others = matcher.names or matcher.others or matcher.faults
    accounts = frozenset(matcher.accounts) if matcher.accounts and not others else None
    return matcher.everyone, accounts


def session_prefix(role_arn: str) -> str | None:
    """Give what the ARNs of a role's sessions start with, None for another ARN (S14)."""
    arn = split_arn(role_arn)
    if arn is None or not arn.resource.startswith("role/"):
        return None
    return role_session_arn(arn, "")


def compile_principal(element: PrincipalElement | None, *, allow: bool) -> Names:
    """Compile the element of a statement in a policy that names principals.

    A statement without one, or with one that cannot be read, never helps.
    """
    if element is None:
        return _stuck("a statement without Principal", stuck=not allow)
    matcher = PrincipalMatcher(element)
    if element.negated:
        if allow:  # no longer supported: it matches nothing (S13)
            return _stuck("Allow with NotPrincipal is not supported", stuck=False)
        return lambda context: Door.NONE if matcher.spares(context) else Door.DIRECT
    if not matcher.faults:
        return matcher.door
    return _with_faults(matcher, stuck=not allow)


def compile_possible_principal(element: PrincipalElement | None, *, allow: bool) -> Names:
    """Compile the element for a role whose session is not known: what could match, does."""
    certain = compile_principal(element, allow=allow)
    if element is None or element.negated:
        return certain
    matcher = PrincipalMatcher(element)

    def possible(context: EvaluationContext) -> Door:
        if context.caller.session_arn is None and matcher.names_a_session_of(context):
            return Door.DIRECT
        return certain(context)

    return possible


def compile_certain_principal(element: PrincipalElement | None, *, allow: bool) -> Names:
    """Compile the element for a role whose session is not known: it matches only when it must."""
    certain = compile_principal(element, allow=allow)
    if element is None or not element.negated or allow:
        return certain
    matcher = PrincipalMatcher(element)
    return lambda context: Door.NONE if matcher.spares(context, some_session=True) else Door.DIRECT


def _stuck(why: str, *, stuck: bool) -> Names:
    def names(context: EvaluationContext) -> Door:
        context.fault(why)
        return Door.DIRECT if stuck else Door.NONE

    return names


def _with_faults(matcher: PrincipalMatcher, *, stuck: bool) -> Names:
    def names(context: EvaluationContext) -> Door:
        door = matcher.door(context)
        if door is not Door.NONE:
            return door
        whys = [why for kind, why in matcher.faults if kind in {"", context.caller.caller_type}]
        for why in whys:
            context.fault(why)
        return Door.DIRECT if whys and stuck else Door.NONE

    return names
