"""Reads a folder that the AWS CLI filled: with `loader`, the only module of `entities` that touches files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from policyeval.entities.aws_export import DETAILS, IDENTITY, account_id, account_section
from policyeval.entities.aws_files import ExportFiles, Json, Output, without_empty
from policyeval.entities.aws_organization import OrganizationExport
from policyeval.entities.loader import AnyPath, read_file
from policyeval.errors import EntitiesError, system_reason
from policyeval.model.source import Diagnostic

_WIDTH = 120
# The CLI prints up to five versions of each policy, and indents them; what is made of it has a part of that.
_MOST_BYTES = 1_000_000_000


class ImportResult(NamedTuple):
    """An entities file, and what could not be put into it because no call printed it."""

    text: str
    missing: tuple[str, ...]


def import_directory(path: AnyPath) -> ImportResult:
    """Make an entities file of what the AWS CLI printed (`aws_commands.commands` lists the calls).

    The folder holds one account's files, or a folder of them for each account.
    Raises `EntitiesError` when it holds no account, or a file that is not what its call prints.
    """
    root = Path(path)
    folders = [folder for folder in (root, *_children(root)) if _is_account(folder)]
    if not folders:
        message = f"`{root}` holds no account: no {IDENTITY}"
        raise EntitiesError([Diagnostic(message, "`policyeval import DIR --commands` prints how to fill it")])
    try:
        return _import([_files(folder, root) for folder in folders])
    except (OSError, UnicodeDecodeError) as error:
        raise EntitiesError([Diagnostic(f"cannot read `{root}`: {error}")]) from None
    except (KeyError, TypeError, AttributeError) as error:
        # The outputs are AWS's; what they always hold is not checked one by one.
        message = f"`{root}` holds something that the AWS CLI does not print: {type(error).__name__} {error}"
        raise EntitiesError([Diagnostic(message)]) from error


def _import(exports: list[ExportFiles]) -> ImportResult:
    accounts: dict[str, Output] = {}
    folders: dict[str, str] = {}
    for files in exports:
        account = account_id(files)
        if account is not None:
            if account in folders:
                raise _twice(account, folders[account], files.shown)
            folders[account] = files.shown
            accounts[account] = account_section(files, account)
    _describe_once(accounts)
    missing = [message for files in exports for message in files.missing]
    content: Output = {"policyeval": 1, **_organization(exports, accounts, missing)}
    content["accounts"] = [accounts[account] for account in sorted(accounts)]
    told = tuple(dict.fromkeys(missing))
    return ImportResult(_head(told) + _dump(content), told)


def _describe_once(accounts: dict[str, Output]) -> None:
    """Keep one description of each of AWS's policies, the newest: accounts may have been asked on different days."""
    newest: dict[str | None, Output] = {}
    for section in accounts.values():
        for policy in section.get("policies", ()):
            if "arn" in policy and policy["version"] > newest.setdefault(policy["arn"], policy)["version"]:
                newest[policy["arn"]] = policy
    for account, section in accounts.items():
        policies = [each for each in section.get("policies", ()) if newest.get(each.get("arn"), each) is each]
        accounts[account] = without_empty({**section, "policies": policies})
    for policy in newest.values():
        del policy["version"]


def _twice(account: str, one: str, other: str) -> EntitiesError:
    message = f"`{one or './'}` and `{other}` are both of account `{account}`"
    return EntitiesError([Diagnostic(message, "an account has one folder, with a folder for each Region in it")])


def _organization(exports: list[ExportFiles], accounts: dict[str, Output], missing: list[str]) -> Output:
    """Give the organization as the account that sees it printed it; only when none does, all say what they lack."""
    lacking: list[str] = []
    for files in (files.apart() for files in exports):
        export = OrganizationExport(files)
        found = export.section()
        if found is not None:
            members = set(_members(found["root"]))
            for account in sorted(members & accounts.keys()):
                accounts[account] = {"id": account, **export.attached(account), **accounts[account]}
            missing += files.missing
            missing += _elsewhere(exports, found, members)
            return {"organization": found}
        lacking += files.missing
    missing += lacking
    return {}


def _elsewhere(exports: list[ExportFiles], found: Output, members: set[str]) -> Iterator[str]:
    """Say of an account that is not in the tree, and is in an organization or may be, that nothing binds it here."""
    for files in (files.apart() for files in exports):
        account = account_id(files)
        if account in {None, found["management_account"], *members} or OrganizationExport(files).is_none():
            continue
        yield f"the place of account {account} in an organization is missing: it is not in the tree of {found['id']}"


def _members(unit: Output) -> list[str]:
    below = [account for child in unit.get("units", ()) for account in _members(child)]
    return [*unit.get("accounts", ()), *below]


def _head(missing: tuple[str, ...]) -> str:
    lines = ["# Made by `policyeval import` from what the AWS CLI printed."]
    if missing:
        lines += ["# Not described here, because no call printed it:", *(f"# - {message}" for message in missing)]
    return "\n".join(lines) + "\n"


# The C writer is faster; a PyYAML built without libyaml, as for a Python newer than its wheels, has only the other.
_BASE: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_BASE):  # type: ignore[misc, valid-type]  # mypy wants a base that is always the same
    """Writes everything out: an anchor saves lines and costs the reader more."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the base class's
        return True


def _dump(content: Json) -> str:
    text: str = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return text


def _children(root: Path) -> list[Path]:
    try:
        return sorted(child for child in root.iterdir() if child.is_dir())
    except OSError as error:
        message = f"cannot read `{root}`: {system_reason(error)}"
        raise EntitiesError([Diagnostic(message)]) from None


def _is_account(folder: Path) -> bool:
    return (folder / IDENTITY).is_file() or (folder / DETAILS).is_file()


def _files(folder: Path, root: Path) -> ExportFiles:
    names = [file.relative_to(folder).as_posix() for file in (*folder.glob("*.json"), *folder.glob("*/*.json"))]
    shown = "" if folder == root else f"{folder.name}/"
    return ExportFiles(names, lambda name: read_file(str(folder / name), _MOST_BYTES), shown)
