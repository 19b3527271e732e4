"""Where in a TOML text something stands: `tomllib` keeps no places, so they are looked for, to point at.

What is written in an unusual way may not be found; then the table around it is pointed at, or the file.
"""

from __future__ import annotations

import re
from typing import Final

from policyeval.model.source import Diagnostic, Place, Source
from policyeval.syntax.faults import ticked

_HEADER: Final = re.compile(r"^[ \t]*\[\[?[ \t]*([^\]\r\n]+?)[ \t]*\]\]?", re.MULTILINE)
_AT: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def toml_fault(source: Source, message: str) -> Diagnostic:
    """Turn what `tomllib` says into a fault with its place, which stands in the message."""
    at = _AT.search(message)
    offset = len(source.text)
    if at is not None and at[1] is not None:
        starts = [0, *(match.end() for match in re.finditer("\n", source.text))]
        offset = starts[int(at[1]) - 1] + int(at[2]) - 1
    said = message[: at.start()] if at is not None else message
    place = Place(source, offset, offset)
    return Diagnostic(f"cannot read {ticked(source.name or '')}: {said[:1].lower()}{said[1:]}", place=place)


class TomlPlaces:
    """The places of tables and keys."""

    def __init__(self, source: Source) -> None:
        """Look for the headers of tables."""
        self._source = source
        self._headers = [(_steps(match[1]), match) for match in _HEADER.finditer(source.text)]

    def find(self, table: tuple[str, ...], key: str | None = None, number: int = 0) -> Place:
        """Give a key of a table, or the table; `number` tells which of an array of tables."""
        alike = [match for steps, match in self._headers if steps == table]
        if number < len(alike):
            header = alike[number]
            found = self._key(key, header.end()) if key is not None else None
            return found or Place(self._source, header.start(1) - len(_opening(header)), header.end())
        # It has no header: it is the value of a key, or its name is a part of one.
        named = self._key(key, 0) if key is not None else None
        if named is not None:
            return named
        return self.find(table[:-1], table[-1]) if table else Place(self._source)

    def _key(self, key: str, start: int) -> Place | None:
        text = self._source.text
        end = (
            next((match.start() for _, match in self._headers if match.start() >= start), len(text)) if start else None
        )
        name = rf"""^[ \t]*((?:[\w.-]+\.)?["']?{re.escape(key)}["']?)[ \t]*="""
        found = re.compile(name, re.MULTILINE).search(text, start, len(text) if end is None else end)
        return Place(self._source, found.start(1), found.end(1)) if found is not None else None


def _steps(name: str) -> tuple[str, ...]:
    return tuple(step.strip().strip("\"'") for step in name.split("."))


def _opening(header: re.Match[str]) -> str:
    return header[0][: header.start(1) - header.start()].lstrip()
