"""Options of commands that only report: they need nothing of what an entities file takes to be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])


def iso_time(text: str) -> datetime:
    """Read an ISO 8601 time; without an offset it is UTC."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        message = f"`{text}` is not an ISO 8601 time such as 2030-01-31T12:00:00Z."
        raise click.BadParameter(message) from None


def format_option(*formats: str) -> Callable[[Function], Function]:
    """Offer `--format`; the first one is what a person gets."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How to print the report.",
    )
