"""Reads entities files and what they name; with `export_loader` the only module of `entities` that touches files."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from policyeval.errors import EntitiesError
from policyeval.model.source import Diagnostic

AnyPath: TypeAlias = str | Path


def read_file(path: str) -> str:
    """Read a UTF-8 text. Raises `OSError` and `UnicodeDecodeError`."""
    return Path(path).read_bytes().decode()


def read_first(path: str) -> str:
    """Read the file that a person named.

    Raises `EntitiesError` when it cannot be read.
    """
    try:
        return read_file(path)
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
    raise EntitiesError([Diagnostic(f"cannot read `{path}`: {reason}")])
