"""The plainest store that could be: dicts of records, every answer searched for. For stores to be compared with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from policyeval.kms.records import Alias, Key, KeyUse, Material
from policyeval.model.grant import Grant


class Refused(Exception):  # noqa: N818 - not an error of ours: a store is to refuse the same
    """A write that no store may do."""


class Plain:
    """What is stored, as of a moment. `copy` gives another moment to change."""

    def __init__(self) -> None:
        self.key_records: dict[str, Key] = {}
        self.material_records: dict[tuple[str, int], Material] = {}
        self.alias_records: dict[str, Alias] = {}
        self.grant_records: dict[tuple[str, str], Grant] = {}
        self.uses: dict[str, KeyUse] = {}
        self.settings: dict[str, bytes] = {}

    def copy(self) -> Plain:
        other = Plain()
        for name, records in vars(self).items():
            setattr(other, name, dict(records))
        return other

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plain) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    # Writing.

    def put_key(self, key: Key) -> None:
        self._refuse(any(other.arn != key.arn for other in self._by_id(key.region, key.key_id)))
        self.key_records[key.arn] = key

    def delete_key(self, arn: str) -> None:
        self.key_records.pop(arn, None)
        self.uses.pop(arn, None)
        self._drop(self.material_records, lambda material: material.key_arn == arn)
        self._drop(self.alias_records, lambda alias: alias.target == arn)
        self._drop(self.grant_records, lambda grant: grant.key_arn == arn)

    def put_material(self, material: Material) -> None:
        self._refuse(material.key_arn not in self.key_records)
        self.material_records[material.key_arn, material.version] = material

    def put_alias(self, alias: Alias) -> None:
        self._refuse(alias.target not in self.key_records)
        self.alias_records[alias.arn] = alias

    def delete_alias(self, arn: str) -> None:
        self.alias_records.pop(arn, None)

    def put_grant(self, grant: Grant) -> None:
        self._refuse(grant.key_arn not in self.key_records)
        same = [other for other in self.grant_records.values() if other.grant_id == grant.grant_id]
        retirer = grant.retiring_principal
        others = [other for other in same if other.key_arn != grant.key_arn and other.retiring_principal == retirer]
        self._refuse(retirer is not None and bool(others))
        self.grant_records[grant.key_arn, grant.grant_id] = grant

    def delete_grant(self, key_arn: str, grant_id: str) -> None:
        self.grant_records.pop((key_arn, grant_id), None)

    def put_last_use(self, key_arn: str, use: KeyUse) -> None:
        self._refuse(key_arn not in self.key_records)
        self.uses[key_arn] = use

    def put_setting(self, name: str, value: bytes) -> None:
        self.settings[name] = value

    @staticmethod
    def _refuse(refused: bool) -> None:  # noqa: FBT001 - the condition itself
        if refused:
            raise Refused

    @staticmethod
    def _drop(records: dict[object, object] | dict[str, Alias], gone: Callable[[object], bool]) -> None:
        for name in [name for name, record in records.items() if gone(record)]:
            del records[name]

    def _by_id(self, region: str, key_id: str) -> list[Key]:
        return [key for key in self.key_records.values() if (key.region, key.key_id) == (region, key_id)]

    # Reading.

    def key(self, arn: str) -> Key | None:
        return self.key_records.get(arn)

    def key_by_id(self, region: str, key_id: str) -> Key | None:
        return next(iter(self._by_id(region, key_id)), None)

    def keys(self, account: str, region: str, after: str, limit: int) -> tuple[Key, ...]:
        found = [key for key in self.key_records.values() if (key.account, key.region) == (account, region)]
        return _page(found, lambda key: key.key_id, after, limit)

    def alias(self, arn: str) -> Alias | None:
        return self.alias_records.get(arn)

    def aliases(self, account: str, region: str, after: str, limit: int) -> tuple[Alias, ...]:
        found = [alias for alias in self.alias_records.values() if (alias.account, alias.region) == (account, region)]
        return _page(found, lambda alias: alias.name, after, limit)

    def aliases_of(self, key_arn: str) -> tuple[Alias, ...]:
        found = [alias for alias in self.alias_records.values() if alias.target == key_arn]
        return tuple(sorted(found, key=lambda alias: alias.name))

    def materials(self, key_arn: str) -> tuple[Material, ...]:
        found = [material for material in self.material_records.values() if material.key_arn == key_arn]
        return tuple(sorted(found, key=lambda material: material.version))

    def grant(self, key_arn: str, grant_id: str) -> Grant | None:
        return self.grant_records.get((key_arn, grant_id))

    def grants(self, key_arn: str) -> tuple[Grant, ...]:
        found = [grant for grant in self.grant_records.values() if grant.key_arn == key_arn]
        return tuple(sorted(found, key=lambda grant: grant.grant_id))

    def grants_to(self, key_arn: str, grantee: str) -> tuple[Grant, ...]:
        return tuple(grant for grant in self.grants(key_arn) if grant.grantee_principal == grantee)

    def retirable(self, principal: str, after: str, limit: int) -> tuple[Grant, ...]:
        found = [grant for grant in self.grant_records.values() if grant.retiring_principal == principal]
        return _page(found, lambda grant: grant.grant_id, after, limit)

    def due(self, now: datetime) -> tuple[str, ...]:
        return tuple(arn for arn, key in sorted(self.key_records.items()) if self._is_due(key, now))

    def _is_due(self, key: Key, now: datetime) -> bool:
        dates = [key.deletion_date, key.next_rotation, key.valid_to]
        dates += [material.valid_to for material in self.materials(key.arn) if material.wrapped is not None]
        return any(date is not None and date <= now for date in dates)

    def last_use(self, key_arn: str) -> KeyUse | None:
        return self.uses.get(key_arn)

    def setting(self, name: str) -> bytes | None:
        return self.settings.get(name)


def _page(found: list, name: Callable[..., str], after: str, limit: int) -> tuple:  # type: ignore[type-arg]
    return tuple(sorted((each for each in found if name(each) > after), key=name)[:limit])
