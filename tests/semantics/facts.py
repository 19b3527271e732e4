"""The numbered facts of facts.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import yaml


class Chapter(NamedTuple):
    """Facts that belong together, by number."""

    title: str
    facts: dict[str, str]


class Note(NamedTuple):
    """A decision of ours, or a difference to AWS's pages, and the facts that it is about."""

    about: str
    text: str


_FILE = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
CHAPTERS: Final = [Chapter(**chapter) for chapter in _FILE["chapters"]]
OURS: Final = [Note(**note) for note in _FILE["ours"]]
DEPARTURES: Final = [Note(**note) for note in _FILE["departures"]]
FACTS: Final = {number: line for chapter in CHAPTERS for number, line in chapter.facts.items()}
