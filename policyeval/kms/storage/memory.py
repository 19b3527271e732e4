"""A store in memory: for tests, for demonstrations, and as the plain model of what a store does.

The whole of it is one immutable value. A transaction makes another one of it, and committing is one
assignment: so nobody sees half a change, and what fails leaves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import attrgetter
from threading import Lock, get_ident

from policyeval.kms.errors import StorageError
from policyeval.kms.records import Alias, Key, KeyUse, Material
from policyeval.kms.storage import faults
from policyeval.kms.storage.state import State
from policyeval.model.grant import Grant

_key_id: attrgetter[str] = attrgetter("key_id")
_name: attrgetter[str] = attrgetter("name")
_grant_id: attrgetter[str] = attrgetter("grant_id")


class _Holder:
    """Holds a state, until it is let go for a reason."""

    __slots__ = ("_gone", "_state")

    def __init__(self, state: State) -> None:
        self._state: State | None = state
        self._gone: Callable[[], StorageError] = faults.closed

    def get(self) -> State:
        state = self._state
        if state is None:
            raise self._gone()
        return state

    def set(self, state: State) -> None:
        self.get()
        self._state = state

    def let_go(self, why: Callable[[], StorageError]) -> None:
        self._gone = why
        self._state = None


class View:
    """Reads whatever state its holder has; a store's and a transaction's differ in nothing else."""

    __slots__ = ("_holder",)

    def __init__(self, holder: _Holder) -> None:
        self._holder = holder

    def key(self, arn: str) -> Key | None:
        """Give a key by its ARN."""
        held = self._holder.get().held.get(arn)
        return held.key if held is not None else None

    def key_by_id(self, region: str, key_id: str) -> Key | None:
        """Give the key of a Region with an id."""
        state = self._holder.get()
        held = state.held.get(state.ids.get((region, key_id)) or "")
        return held.key if held is not None else None

    def keys(self, account: str, region: str, after: str, limit: int) -> Sequence[Key]:
        """Give a page of an account's keys in a Region, by key id."""
        shelf = self._holder.get().keys.get((account, region))
        return shelf.page(_key_id, after, limit) if shelf is not None else ()

    def count_keys(self, account: str, region: str) -> int:
        """Tell how many keys an account has in a Region."""
        shelf = self._holder.get().keys.get((account, region))
        return shelf.count() if shelf is not None else 0

    def alias(self, arn: str) -> Alias | None:
        """Give an alias by its ARN."""
        return self._holder.get().aliases.get(arn)

    def aliases(self, account: str, region: str, after: str, limit: int) -> Sequence[Alias]:
        """Give a page of an account's aliases in a Region, by name."""
        shelf = self._holder.get().alias_names.get((account, region))
        return shelf.page(_name, after, limit) if shelf is not None else ()

    def aliases_of(self, key_arn: str) -> tuple[Alias, ...]:
        """Give a key's aliases, by name."""
        held = self._holder.get().held.get(key_arn)
        return held.aliases if held is not None else ()

    def materials(self, key_arn: str) -> tuple[Material, ...]:
        """Give all versions of a key's material, oldest first."""
        held = self._holder.get().held.get(key_arn)
        return held.materials if held is not None else ()

    def grant(self, key_arn: str, grant_id: str) -> Grant | None:
        """Give a grant of a key."""
        held = self._holder.get().held.get(key_arn)
        return held.grants.get(grant_id) if held is not None else None

    def grants(self, key_arn: str) -> tuple[Grant, ...]:
        """Give all grants of a key, by grant id."""
        held = self._holder.get().held.get(key_arn)
        return held.grants.all() if held is not None else ()

    def count_grants(self, key_arn: str) -> int:
        """Tell how many grants a key has."""
        held = self._holder.get().held.get(key_arn)
        return held.grants.count() if held is not None else 0

    def grants_after(self, key_arn: str, after: str, limit: int) -> Sequence[Grant]:
        """Give a page of a key's grants, by grant id."""
        held = self._holder.get().held.get(key_arn)
        return held.grants.page(_grant_id, after, limit) if held is not None else ()

    def grants_to(self, key_arn: str, grantee: str) -> tuple[Grant, ...]:
        """Give a key's grants to one grantee."""
        held = self._holder.get().held.get(key_arn)
        return (held.by_grantee.get(grantee) or ()) if held is not None else ()

    def retirable(self, principal: str, after: str, limit: int) -> Sequence[Grant]:
        """Give a page of the grants that a principal may retire, by grant id."""
        shelf = self._holder.get().retirable.get(principal)
        return shelf.page(_grant_id, after, limit) if shelf is not None else ()

    def due(self, now: datetime) -> Sequence[str]:
        """Give the ARNs of the keys whose deletion, rotation or expiry is due."""
        return sorted(arn for arn, held in self._holder.get().dated.items() if held.is_due(now))

    def last_use(self, key_arn: str) -> KeyUse | None:
        """Give the last use of a key that was noted."""
        held = self._holder.get().held.get(key_arn)
        return held.last_use if held is not None else None

    def setting(self, name: str) -> bytes | None:
        """Give a value of the store's own."""
        return self._holder.get().settings.get(name)


class MemoryTransaction(View):
    """Makes a new state, step by step."""

    __slots__ = ()

    def put_key(self, key: Key) -> None:
        """Write a key, new or changed."""
        if self.key(key.arn) != key:
            self._holder.set(self._holder.get().with_key(key))

    def delete_key(self, arn: str) -> None:
        """Forget a key and all that belongs to it."""
        self._holder.set(self._holder.get().without_key(arn))

    def put_material(self, material: Material) -> None:
        """Write a version of a key's material."""
        if material not in self.materials(material.key_arn):
            self._holder.set(self._holder.get().with_material(material))

    def put_alias(self, alias: Alias) -> None:
        """Write an alias, new or changed."""
        if self.alias(alias.arn) != alias:
            self._holder.set(self._holder.get().with_alias(alias))

    def delete_alias(self, arn: str) -> None:
        """Forget an alias."""
        self._holder.set(self._holder.get().without_alias(arn))

    def put_grant(self, grant: Grant) -> None:
        """Write a grant, new or changed."""
        if self.grant(grant.key_arn, grant.grant_id) != grant:
            self._holder.set(self._holder.get().with_grant(grant))

    def delete_grant(self, key_arn: str, grant_id: str) -> None:
        """Forget a grant."""
        self._holder.set(self._holder.get().without_grant(key_arn, grant_id))

    def put_last_use(self, key_arn: str, use: KeyUse) -> None:
        """Note the last use of a key."""
        held = self._holder.get().owned(key_arn)
        if held.last_use != use:
            self._holder.set(self._holder.get().with_held(held._replace(last_use=use)))

    def put_setting(self, name: str, value: bytes) -> None:
        """Write a value of the store's own."""
        if self.setting(name) != value:
            state = self._holder.get()
            self._holder.set(state._replace(settings=state.settings.with_item(name, value)))


class MemoryStore(View):
    """A store that lives as long as its process."""

    __slots__ = ("_lock", "_owner")

    def __init__(self) -> None:
        super().__init__(_Holder(State()))
        self._lock = Lock()
        self._owner: int | None = None

    @property
    def revision(self) -> object:
        """Something that is the same object as long as nothing changed: the state itself."""
        return self._holder.get()

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        """Begin a change: it is there at the end of the block, or not at all."""
        if self._owner == get_ident():
            raise faults.nested()
        with self._lock:
            work = _Holder(self._holder.get())
            self._owner = get_ident()
            try:
                yield MemoryTransaction(work)
                self._holder.set(work.get())
            finally:
                self._owner = None
                work.let_go(faults.over)

    def close(self) -> None:
        """Let everything go: what is in memory ends with it."""
        if self._owner == get_ident():
            raise faults.in_use()
        with self._lock:
            self._holder.let_go(faults.closed)
