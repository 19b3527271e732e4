"""What the server says while it runs: one line an event, for people or for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

__all__ = ["Field", "Journal", "Level"]

Level: TypeAlias = Literal["debug", "info", "warning", "error"]
Field: TypeAlias = str | int | float | None

# Fields that have many lines: what is wrong with a file, a traceback, the explanation of a decision.
_BLOCKS: Final = ("fault", "explanation")


class Journal:
    """Writes events; fields that are None are left out.

    Args:
        write: takes a line with its end; what it raises is its own affair.
        style: `text`, or `json`: an object a line.
        clock: gives the time, aware.

    """

    def __init__(
        self, write: Callable[[str], object], style: Literal["text", "json"], clock: Callable[[], datetime]
    ) -> None:
        self._write = write
        self._line = _as_json if style == "json" else _as_text
        self._clock = clock

    def note(self, level: Level, event: str, **fields: Field) -> None:
        """Write an event: a few words, and what belongs to it."""
        time = self._clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        given = {name: value for name, value in fields.items() if value is not None}
        self._write(f"{self._line(time, level, event, given)}\n")


def _as_json(time: str, level: str, event: str, fields: Mapping[str, Field]) -> str:
    return json.dumps({"time": time, "level": level, "event": event, **fields})


def _as_text(time: str, level: str, event: str, fields: Mapping[str, Field]) -> str:
    shown = " ".join(f"{name}={_shown(value)}" for name, value in fields.items() if name not in _BLOCKS)
    # No line of them can be taken for an event of its own.
    lines = [f"\n    | {_harmless(line)}" for name in _BLOCKS for line in str(fields.get(name, "")).splitlines()]
    return f"{time} {level:<7} {event}{'  ' if shown else ''}{shown}{''.join(lines)}"


def _shown(value: Field) -> str:
    """Write a value so that it ends where it seems to, and no control character reaches a terminal."""
    text = f"{value:.6f}" if isinstance(value, float) else str(value)
    plain = text.isprintable() and not {" ", '"', "="} & set(text) and text != ""
    return text if plain else json.dumps(text, ensure_ascii=not text.isprintable())


def _harmless(line: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
