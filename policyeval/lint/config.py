"""The linter's settings in `pyproject.toml` (under `tool.policyeval`) or `policyeval.toml`: table `lint`."""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal, NamedTuple

from policyeval.errors import ConfigError
from policyeval.lint.finding import Severity
from policyeval.lint.rules.table import TABLE
from policyeval.lint.selection import code_fault
from policyeval.lint.toml_places import TomlPlaces, toml_fault
from policyeval.model.policy import PolicyType
from policyeval.model.source import Diagnostic, Place, Source
from policyeval.syntax.faults import by_place, nearest, ticked


class Suppression(NamedTuple):
    """Findings that somebody has looked at and lives with.

    `file` is a pattern of paths below the folder of the settings, where `*` stands for any text. `pointer` is a
    JSON Pointer to the finding or to something around it; `sid` names a statement. `until` is the last day.
    """

    code: str
    file: str
    reason: str
    place: Place
    pointer: str | None = None
    sid: str | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """What the settings say; None where they say nothing.

    `types` has pairs of a pattern of paths and a type. `baseline_at` is where the baseline is named.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    fail_on: Severity | Literal["never"] | None = None
    baseline: str | None = None
    types: tuple[tuple[str, PolicyType], ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    baseline_at: Place | None = None


_KEYS: Final = frozenset({"select", "ignore", "fail-on", "baseline", "types", "suppress"})
_SUPPRESSION_KEYS: Final = frozenset({"code", "file", "reason", "pointer", "sid", "until"})
_NEVER: Final = "never"
# The codes of rules by what their modules are called: their names.
_CODES: Final = {module.rpartition(".")[2]: code for code, module in TABLE.items()}


def read_config(text: str, name: str) -> Config:
    """Read the settings; a file without the table has none.

    Raises:
        ConfigError: the file is no TOML, or says what there is no such thing as.

    """
    import tomllib  # noqa: PLC0415 - 15 ms that a run without settings does not need

    source = Source(name, text)
    try:
        table: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([toml_fault(source, str(error))]) from None
    except RecursionError:
        raise ConfigError([Diagnostic(f"cannot read {ticked(name)}: it nests too deeply")]) from None
    path = ("tool", "policyeval", "lint") if name.endswith("pyproject.toml") else ("lint",)
    places = TomlPlaces(source)
    reader = _Reader(places, path)
    for depth, step in enumerate(path):
        if depth == len(path) - 1:
            reader.beside(table)
        table = table.get(step, {})
        if not isinstance(table, Mapping):
            place = places.find(path[: depth + 1])
            raise ConfigError([Diagnostic(f"`{step}` must be a table", f"write `[{'.'.join(path)}]`", place)])
    config = reader.config(table)
    if reader.faults:
        raise ConfigError(by_place(reader.faults))
    return config


class _Reader:
    """Takes the table apart and gathers what is wrong with it."""

    def __init__(self, places: TomlPlaces, path: tuple[str, ...]) -> None:
        self.places = places
        self.path = path
        self.faults: list[Diagnostic] = []

    def at(self, key: str) -> Place:
        return self.places.find(self.path, key)

    def at_row(self, row: int, key: str | None = None) -> Place:
        return self.places.find((*self.path, "suppress"), key, row)

    def beside(self, table: Mapping[str, Any]) -> None:
        """See that nothing stands beside the table `lint`: there nobody would read it."""
        *around, name = self.path
        written = ".".join(self.path)
        for key in table:
            if key != name:
                place = self.places.find((*around, key))
                hint = f"did you mean `[{written}]`?" if nearest(key, [name]) else f"settings are below `[{written}]`"
                self.fault(place, f"{ticked(key)} has no meaning here", hint)

    def config(self, table: Mapping[str, Any]) -> Config:
        self.known(table, _KEYS, "the table `lint`", self.at)
        baseline = table.get("baseline")
        if baseline is not None and (not isinstance(baseline, str) or "\0" in baseline):
            self.fault(self.at("baseline"), "`baseline` must be the name of a file")
        return Config(
            self.codes(table, "select"),
            self.codes(table, "ignore") or (),
            self.fail_on(table.get("fail-on")),
            baseline,
            tuple(self.types(table.get("types", {}))),
            tuple(self.suppressions(table.get("suppress", []))),
            self.at("baseline") if baseline is not None else None,
        )

    def fault(self, place: Place, message: str, hint: str | None = None) -> None:
        self.faults.append(Diagnostic(message, hint, place))

    def known(self, table: Mapping[str, Any], keys: frozenset[str], what: str, at: Callable[[str], Place]) -> None:
        for key in table:
            if key not in keys:
                like = nearest(key, keys)
                hint = f"did you mean `{like}`?" if like else f"there are {', '.join(sorted(keys))}"
                self.fault(at(key), f"{what} has no key {ticked(key)}", hint)

    def codes(self, table: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
        value = table.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            hint = "such as `A101`, or `A` for a family"
            self.fault(self.at(key), f"`{key}` must be an array of codes", hint)
            return None
        self.faults += filter(None, (code_fault(item, self.at(key)) for item in value))
        return tuple(value)

    def fail_on(self, value: object) -> Severity | Literal["never"] | None:
        if value is None:
            return None
        if value == _NEVER:
            return _NEVER
        try:
            return Severity(str(value))
        except ValueError:
            hint = f"one of {', '.join([*Severity, _NEVER])}"
            self.fault(self.at("fail-on"), f"`fail-on` cannot be {ticked(str(value))}", hint)
            return None

    def types(self, table: object) -> list[tuple[str, PolicyType]]:
        if not isinstance(table, Mapping):
            self.fault(self.at("types"), "`types` must be a table", 'such as `[lint.types]`, `"scp/*" = "scp"`')
            return []
        pairs = []
        for pattern, name in table.items():
            place = self.places.find((*self.path, "types"), pattern)
            if isinstance(name, str) and name in set(PolicyType):
                pairs.append((self.pattern(pattern, place), PolicyType(name)))
            else:
                self.fault(place, f"no policy type {ticked(str(name))}", f"one of {', '.join(PolicyType)}")
        return pairs

    def pattern(self, pattern: str, place: Place) -> str:
        """Write a pattern of paths as the paths of files are, which start at the folder of the settings."""
        if pattern.startswith("/"):
            hint = "paths start at the folder of the settings: `policies/a.json`"
            self.fault(place, f"{ticked(pattern)} matches no file", hint)
        elif pattern.endswith("/"):
            self.fault(place, f"{ticked(pattern)} matches no file", f"below it is {ticked(pattern + '*')}")
        return posixpath.normpath(pattern)

    def suppressions(self, rows: object) -> list[Suppression]:
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            self.fault(self.at("suppress"), "`suppress` must be an array of tables", "`[[lint.suppress]]`")
            return []
        found = [self.suppression(row, index) for index, row in enumerate(rows)]
        return [suppression for suppression in found if suppression is not None]

    def suppression(self, row: Mapping[str, Any], index: int) -> Suppression | None:
        before = len(self.faults)
        whole = self.at_row(index)
        self.known(row, _SUPPRESSION_KEYS, "a suppression", partial(self.at_row, index))
        for key in ("code", "file", "reason"):
            if not isinstance(row.get(key), str) or not row[key].strip():
                place = self.at_row(index, key)
                self.fault(place, f"a suppression needs `{key}`", "it says what is suppressed, where, and why")
        if "pointer" not in row and "sid" not in row:
            self.fault(whole, "a suppression needs `pointer` or `sid`", '`pointer = ""` is the whole file')
        for key in ("pointer", "sid"):
            if not isinstance(row.get(key, ""), str):
                self.fault(self.at_row(index, key), f"`{key}` must be a string")
        pointer = row.get("pointer")
        if isinstance(pointer, str) and pointer and not pointer.startswith("/"):
            hint = f"write {ticked('/' + pointer.removeprefix('#/'))}"
            self.fault(self.at_row(index, "pointer"), f"{ticked(pointer)} is no JSON Pointer", hint)
        until = row.get("until")
        if until is not None and (not isinstance(until, dt.date) or isinstance(until, dt.datetime)):
            hint = "such as `until = 2030-01-31`, without quotes"
            self.fault(self.at_row(index, "until"), "`until` must be a date", hint)
        if len(self.faults) > before:
            return None
        self.code(row["code"], self.at_row(index, "code"))
        file = self.pattern(row["file"], self.at_row(index, "file"))
        return Suppression(row["code"], file, row["reason"].strip(), whole, row.get("pointer"), row.get("sid"), until)

    def code(self, code: str, place: Place) -> None:
        """See that a suppression's code is that of a rule: what begins with it is not enough."""
        if code not in TABLE:
            like = _CODES.get(code.lower().replace("-", "_")) or nearest(code, TABLE)
            hint = f"did you mean `{like}`?" if like else "a suppression is of one rule; `policyeval rule` lists them"
            self.fault(place, f"no rule has the code {ticked(code)}", hint)
