"""How paths are taken that a person names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

__all__ = ["FilePath", "file_path", "naming"]


class FilePath(click.Path):
    """A path that is not empty: what an unset variable leaves is no folder, and no wish to go without a file."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """Take it, or refuse it where it is empty."""
        if not os.fspath(value):
            self.fail("The path is empty.", param, ctx)
        return super().convert(value, param, ctx)


file_path: Final = FilePath(readable=False)
"""Shells complete it; who opens it says what is wrong with it."""


@contextmanager
def naming(file: str) -> Iterator[None]:
    """Name the file in errors that come up while it is read: of an open file the system says only what is wrong."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            raise OSError(error.errno, error.strerror or str(error), file) from error
        raise
