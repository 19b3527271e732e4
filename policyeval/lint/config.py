"""The linter's settings in `pyproject.toml` (under `tool.policyeval`) or `policyeval.toml`: table `lint`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from policyeval.errors import ConfigError
from policyeval.lint.finding import Severity
from policyeval.model.policy import PolicyType
from policyeval.model.source import Diagnostic, Place, Source
from policyeval.syntax.faults import nearest, ticked


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
    """What the settings say; None where they say nothing. `types` has pairs of a pattern of paths and a type."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    fail_on: Severity | None = None
    baseline: str | None = None
    types: tuple[tuple[str, PolicyType], ...] = ()
    suppressions: tuple[Suppression, ...] = ()


_KEYS: Final = frozenset({"select", "ignore", "fail-on", "baseline", "types", "suppress"})
_SUPPRESSION_KEYS: Final = frozenset({"code", "file", "reason", "pointer", "sid", "until"})
_HEADER: Final = re.compile(r"^[ \t]*\[\[[ \t]*(?:tool\.policyeval\.)?lint\.suppress[ \t]*\]\]", re.MULTILINE)


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
        raise ConfigError([Diagnostic(f"cannot read `{name}`: {error}", place=Place(source))]) from None
    for step in ("tool", "policyeval", "lint") if name.endswith("pyproject.toml") else ("lint",):
        table = table.get(step, {}) if isinstance(table, Mapping) else {}
    reader = _Reader(source)
    config = reader.config(table)
    if reader.faults:
        raise ConfigError(reader.faults)
    return config


class _Reader:
    """Takes the table apart and gathers what is wrong with it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults: list[Diagnostic] = []
        self.headers = [Place(source, match.start(), match.end()) for match in _HEADER.finditer(source.text)]

    def config(self, table: Mapping[str, Any]) -> Config:
        whole = Place(self.source)
        self.known(table, _KEYS, "the table `lint`", whole)
        select = self.codes(table, "select")
        fail_on = table.get("fail-on")
        baseline = table.get("baseline")
        if baseline is not None and not isinstance(baseline, str):
            self.fault(whole, "`baseline` must be the name of a file")
        return Config(
            select,
            self.codes(table, "ignore") or (),
            self.one_of(Severity, fail_on, "fail-on") if fail_on is not None else None,
            baseline,
            tuple(self.types(table.get("types", {}))),
            tuple(self.suppressions(table.get("suppress", []))),
        )

    def fault(self, place: Place, message: str, hint: str | None = None) -> None:
        self.faults.append(Diagnostic(message, hint, place))

    def known(self, table: Mapping[str, Any], keys: frozenset[str], what: str, place: Place) -> None:
        for key in table:
            if key not in keys:
                like = nearest(key, keys)
                hint = f"did you mean `{like}`?" if like else f"there are {', '.join(sorted(keys))}"
                self.fault(place, f"{what} has no key {ticked(key)}", hint)

    def codes(self, table: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
        value = table.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fault(Place(self.source), f"`{key}` must be an array of codes", "such as `A101`, or `A` for a family")
            return None
        return tuple(value)

    def one_of(self, kind: type[Severity], value: object, key: str) -> Severity | None:
        try:
            return kind(str(value))
        except ValueError:
            self.fault(Place(self.source), f"`{key}` cannot be {ticked(str(value))}", f"one of {', '.join(kind)}")
            return None

    def types(self, table: object) -> list[tuple[str, PolicyType]]:
        pairs = []
        for pattern, name in table.items() if isinstance(table, Mapping) else ():
            if name in set(PolicyType):
                pairs.append((pattern, PolicyType(name)))
            else:
                self.fault(Place(self.source), f"no policy type {ticked(str(name))}", f"one of {', '.join(PolicyType)}")
        return pairs

    def suppressions(self, rows: object) -> list[Suppression]:
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            self.fault(Place(self.source), "`suppress` must be an array of tables")
            return []
        found = [self.suppression(row, self.place(index)) for index, row in enumerate(rows)]
        return [suppression for suppression in found if suppression is not None]

    def place(self, index: int) -> Place:
        # Written as an inline array, they have no header to point at.
        return self.headers[index] if index < len(self.headers) else Place(self.source)

    def suppression(self, row: Mapping[str, Any], place: Place) -> Suppression | None:
        before = len(self.faults)
        self.known(row, _SUPPRESSION_KEYS, "a suppression", place)
        for key in ("code", "file", "reason"):
            if not isinstance(row.get(key), str) or not row[key].strip():
                self.fault(place, f"a suppression needs `{key}`", "it says what is suppressed, where, and why")
        if "pointer" not in row and "sid" not in row:
            self.fault(place, "a suppression needs `pointer` or `sid`", '`pointer = ""` is the whole file')
        until = row.get("until")
        if until is not None and (not isinstance(until, dt.date) or isinstance(until, dt.datetime)):
            self.fault(place, "`until` must be a date", "such as `until = 2030-01-31`, without quotes")
        if len(self.faults) > before:
            return None
        return Suppression(
            row["code"], row["file"], row["reason"].strip(), place, row.get("pointer"), row.get("sid"), until
        )
