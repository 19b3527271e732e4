"""A policy source that remembers what it was asked and what it answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from policyeval.model.grant import Grant
from policyeval.model.records import AccountRecord, PrincipalRecord, Records, ResourceRecord

T = TypeVar("T")


class Answered(NamedTuple):
    """One question put to a source, the name of a method of `Records`, and its answer."""

    asked: str
    arguments: tuple[str, ...]
    answer: object


def still(source: Records, answers: Sequence[Answered]) -> bool:
    """Tell whether a source answers all questions with the same objects as before (docs/adr/0002)."""
    for asked, arguments, answer in answers:  # noqa: SIM110 - a generator is a call more
        # The method is looked up anew: a source may pass questions on, to another one each time.
        if getattr(source, asked)(*arguments) is not answer:
            return False
    return True


class Recorded:
    """`Records` of a source, noted in `answers` as they are asked for."""

    def __init__(self, source: Records) -> None:
        self._source = source
        self.answers: list[Answered] = []

    def _note(self, answer: T, asked: str, *arguments: str) -> T:
        self.answers.append(Answered(asked, arguments, answer))
        return answer

    def account(self, account_id: str) -> AccountRecord:
        """Give an account."""
        return self._note(self._source.account(account_id), "account", account_id)

    def principal(self, arn: str) -> PrincipalRecord:
        """Give a user, role or root user."""
        return self._note(self._source.principal(arn), "principal", arn)

    def role(self, account_id: str, name: str) -> PrincipalRecord:
        """Give a role by name."""
        return self._note(self._source.role(account_id, name), "role", account_id, name)

    def user(self, account_id: str, name: str) -> PrincipalRecord | None:
        """Give a user by name."""
        return self._note(self._source.user(account_id, name), "user", account_id, name)

    def resource(self, arn: str) -> ResourceRecord | None:
        """Give a resource."""
        return self._note(self._source.resource(arn), "resource", arn)

    def grants(self, key_arn: str, grantee: str) -> Sequence[Grant]:
        """Give a key's grants to one grantee."""
        return self._note(self._source.grants(key_arn, grantee), "grants", key_arn, grantee)
