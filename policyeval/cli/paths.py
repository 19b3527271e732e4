"""How paths are taken that a person names."""

from __future__ import annotations

import os
from typing import Final

import click

__all__ = ["FilePath", "file_path"]


class FilePath(click.Path):
    """A path that says something: what an unset variable leaves is no folder, and no wish to go without a file."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """Take it, or refuse it where it is empty."""
        if not os.fspath(value):
            self.fail("The path is empty.", param, ctx)
        return super().convert(value, param, ctx)


file_path: Final = FilePath(readable=False)
"""Shells complete it; who opens it says what is wrong with it."""
