"""Reading a database file: what is asked again and again is kept, pages are read anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from policyeval.kms.records import Alias, Key, KeyUse, Material
from policyeval.kms.storage.queries import Queries
from policyeval.model.grant import Grant

T = TypeVar("T")
P = ParamSpec("P")


class Asker(Protocol):
    """Whom a view asks: what is committed, or the transaction that is open."""

    @property
    def queries(self) -> Queries:
        """Who reads anew."""
        ...

    def ask(self, query: Callable[Concatenate[Queries, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Give the answer to a query: the same object until it changes."""
        ...


class View:
    """Reads through an asker; a store's and a transaction's differ in nothing else."""

    __slots__ = ("_asker",)

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def key(self, arn: str) -> Key | None:
        """Give a key by its ARN."""
        return self._asker.ask(Queries.key, arn)

    def key_by_id(self, region: str, key_id: str) -> Key | None:
        """Give the key of a Region with an id."""
        arn = self._asker.ask(Queries.arn_by_id, region, key_id)
        return self.key(arn) if arn is not None else None

    def keys(self, account: str, region: str, after: str, limit: int) -> Sequence[Key]:
        """Give a page of an account's keys in a Region, by key id."""
        return self._asker.queries.keys(account, region, after, limit)

    def count_keys(self, account: str, region: str) -> int:
        """Tell how many keys an account has in a Region."""
        return self._asker.queries.count_keys(account, region)

    def alias(self, arn: str) -> Alias | None:
        """Give an alias by its ARN."""
        return self._asker.ask(Queries.alias, arn)

    def aliases(self, account: str, region: str, after: str, limit: int) -> Sequence[Alias]:
        """Give a page of an account's aliases in a Region, by name."""
        return self._asker.queries.aliases(account, region, after, limit)

    def aliases_of(self, key_arn: str) -> tuple[Alias, ...]:
        """Give a key's aliases, by name."""
        return self._asker.ask(Queries.aliases_of, key_arn)

    def materials(self, key_arn: str) -> tuple[Material, ...]:
        """Give all versions of a key's material, oldest first."""
        return self._asker.ask(Queries.materials, key_arn)

    def grant(self, key_arn: str, grant_id: str) -> Grant | None:
        """Give a grant of a key."""
        return self._asker.ask(Queries.grant, key_arn, grant_id)

    def grants(self, key_arn: str) -> tuple[Grant, ...]:
        """Give all grants of a key, by grant id."""
        return self._asker.ask(Queries.grants, key_arn)

    def count_grants(self, key_arn: str) -> int:
        """Tell how many grants a key has."""
        return self._asker.queries.count_grants(key_arn)

    def grants_after(self, key_arn: str, after: str, limit: int) -> Sequence[Grant]:
        """Give a page of a key's grants, by grant id."""
        return self._asker.queries.grants_after(key_arn, after, limit)

    def grants_to(self, key_arn: str, grantee: str) -> tuple[Grant, ...]:
        """Give a key's grants to one grantee."""
        return self._asker.ask(Queries.grants_to, key_arn, grantee)

    def retirable(self, principal: str, after: str, limit: int) -> Sequence[Grant]:
        """Give a page of the grants that a principal may retire, by grant id."""
        return self._asker.queries.retirable(principal, after, limit)

    def due(self, now: datetime) -> Sequence[str]:
        """Give the ARNs of the keys whose deletion, rotation or expiry is due."""
        return self._asker.queries.due(now)

    def last_use(self, key_arn: str) -> KeyUse | None:
        """Give the last use of a key that was noted."""
        return self._asker.queries.last_use(key_arn)

    def setting(self, name: str) -> bytes | None:
        """Give a value of the store's own."""
        return self._asker.queries.setting(name)
