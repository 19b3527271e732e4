"""Documents to parts: base files first, then organization, accounts, and what the accounts hold."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from policyeval.entities.keys import ResourceBuilder
from policyeval.entities.organization import build_accounts
from policyeval.entities.partitions import Described, with_partitions
from policyeval.entities.parts import AccountPart, Building, Parts
from policyeval.entities.policies import PolicyReader, ReadFile, relative_to
from policyeval.entities.principals import PrincipalBuilder, build_managed
from policyeval.entities.reading import Document, Format, Spot, document_of, read_document
from policyeval.entities.schema import EntitiesModel, OrganizationModel
from policyeval.entities.secrets import redacted
from policyeval.errors import EntitiesError
from policyeval.model.source import Diagnostic

# Objects that the collector goes through in less than a tenth of a second.
_MANY = 100_000
# Nobody stacks this many estates; a chain of links that never closes ends here.
_MAX_BASES = 16


def parts_of_text(text: str, name: str | None, form: Format | None, read_file: ReadFile | None) -> Parts:
    """Read an entities file and everything it names.

    Raises `EntitiesError` with every fault of all files.
    """
    reader = PolicyReader(read_file)
    with collector_paused():
        return parts_of(_built(text, name, form, reader), reader)


def _built(text: str, name: str | None, form: Format | None, reader: PolicyReader) -> Building | None:
    """Read and build. Most of what was read is gone when this returns, so that the collector never sees it."""
    document = read_document(text, name, form, EntitiesModel, reader)
    return build(document, reader) if document is not None else None


def parts_of_mapping(value: Mapping[str, object], read_file: ReadFile | None) -> Parts:
    """Read entities from a Python value.

    Raises `EntitiesError` with every fault.
    """
    reader = PolicyReader(read_file)
    document = document_of(value, EntitiesModel, reader)
    return parts_of(build(document, reader) if document is not None else None, reader)


def parts_of(building: Building | None, reader: PolicyReader) -> Parts:
    """Give what was built, when nothing was wrong.

    Raises `EntitiesError` with every fault otherwise.
    """
    if reader.faults or building is None:
        raise EntitiesError(redacted(in_order(reader.faults), reader.secrets))
    return building.parts


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the cycle collector out of a load: a million new nodes, no garbage, and a third of the time.

    What stays is old at once. Among the young it would be gone through at the next allocation, while all threads wait.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # Of little it finds garbage soon enough, and whoever has frozen what there is keeps it so.
        if gc.get_count()[0] > _MANY and not gc.get_freeze_count():
            gc.freeze()
            gc.unfreeze()
        if was_enabled:
            gc.enable()


def build(document: Document[EntitiesModel], reader: PolicyReader) -> Building | None:
    """Put a document together with the base files it starts from; faults are noted, not raised.

    None when a base file cannot be read: everything that names something in it would look wrong.
    """
    bases = _bases(document, reader)
    if bases is None:
        return None
    chain = [*bases, document]
    building = Building(reader, chain)
    described = _accounts(building, chain)
    for part in (part for parts in described.values() for part in parts):
        build_managed(building, part)
    building.reader.managed = building.parts.managed
    build_accounts(building, _organization(building, chain), described)
    for account, parts in described.items():
        record = building.parts.accounts[account]
        PrincipalBuilder(building, record).build(parts)
        resources = ResourceBuilder(building, record)
        for part in parts:
            resources.build(part)
    building.changes.finish()
    return building


def in_order(faults: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort faults by file, in the order the files were met, and then by place."""
    listed = list(faults)
    files: dict[str | None, int] = {}
    for fault in listed:
        files.setdefault(fault.place.file if fault.place else None, len(files))
    return sorted(listed, key=lambda f: (files[f.place.file], f.place.start) if f.place else (-1, 0))


def _bases(document: Document[EntitiesModel], reader: PolicyReader) -> list[Document[EntitiesModel]] | None:
    """Read the chain of base files, the furthest first; None when one cannot be read."""
    found: list[Document[EntitiesModel]] = []
    names = [relative_to(None, document.name)] if document.name is not None else []
    while document.model.entities is not None:
        spot = document.spot("entities")
        path = relative_to(document.name, document.model.entities)
        if path in names or len(names) > _MAX_BASES:
            message = f"`{path}` starts from itself: {' -> '.join([*names, path])}"
            if path not in names:
                message = f"more than {_MAX_BASES} files start from one another"
            reader.faults.append(spot.fault(message))
            return None
        names.append(path)
        text = reader.text_of(path, spot)
        if text is None:
            return None
        base = read_document(text, path, None, EntitiesModel, reader)
        if base is None:
            return None
        found.insert(0, base)
        document = base
    return found


def _accounts(building: Building, chain: list[Document[EntitiesModel]]) -> dict[str, list[AccountPart]]:
    """Gather what each account's description is made of; in one file an account stands once."""
    found: Described = {}
    for document in chain:
        for index, model in enumerate(document.model.accounts):
            spot = document.spot("accounts", index)
            if building.claim(("account", id(document), model.id), f"account `{model.id}`", spot.at("id")):
                found.setdefault(model.id, []).append((model, spot))
    return with_partitions(building, found)


def _organization(building: Building, chain: list[Document[EntitiesModel]]) -> tuple[OrganizationModel, Spot] | None:
    found: tuple[OrganizationModel, Spot] | None = None
    for document in chain:
        if document.model.organization is not None:
            spot = document.spot("organization")
            if building.claim("organization", "the organization", spot):
                found = (document.model.organization, spot)
    return found
