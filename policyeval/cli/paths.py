"""How paths are taken that a person names."""

from __future__ import annotations

from typing import Final

import click

__all__ = ["file_path"]

file_path: Final = click.Path(readable=False)
"""Shells complete it; who opens it says what is wrong with it."""
