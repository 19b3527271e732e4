"""How reports are printed: JSON for machines, plain lines for people, colour only on a terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import replace

import click

from policyeval.model.decision import Access, StatementRef
from policyeval.model.source import GUTTER, WINDOW, Diagnostic, escaped

# How much of a line is shown on the narrowest of terminals.
_LEAST = 40

_COLOURS = {
    **dict.fromkeys(("ALLOW", "OPEN", "VERIFIED"), "green"),
    "CONDITIONAL": "yellow",
    **dict.fromkeys(("DENY", "CLOSED", "FAIL", "BROKEN"), "red"),
}


def print_json(value: object) -> None:
    """Print a value as JSON, in ASCII: valid whatever the terminal's encoding is."""
    click.echo(json.dumps(value, indent=2))


def print_file(text: str) -> None:
    """Print what programs read as a file: UTF-8 whatever the terminal's encoding is."""
    click.echo(text.encode("utf-8", "backslashreplace"), nl=False)


def print_text(text: str, *, err: bool = False) -> None:
    """Print text that may hold somebody else's names: control characters never reach the terminal."""
    click.echo(_harmless(text), err=err)


def is_dumb() -> bool:
    """Tell whether the terminal says that it only prints: it would show the codes of colours and of progress."""
    return os.environ.get("TERM") == "dumb"


def window(*, err: bool = False) -> int:
    """Tell how much of a source line fits: a terminal would wrap a longer one, and its caret would point elsewhere."""
    if not (sys.stderr if err else sys.stdout).isatty():
        return WINDOW
    import shutil  # noqa: PLC0415 - it takes longer to import than to help, and not for who reads a pipe

    return max(_LEAST, shutil.get_terminal_size().columns - GUTTER)


def print_faults(faults: Iterable[Diagnostic]) -> None:
    """Print what is wrong with the input, on standard error."""
    width = window(err=True)
    print_text("\n".join(fault.render(width) for fault in faults), err=True)


def print_warning(warning: Diagnostic) -> None:
    """Print what an answer should not be read without, on standard error."""
    print_faults([replace(warning, message=f"warning: {warning.message}")])


def print_verdict(word: str, rest: str = "") -> None:
    """Print the answer, in capitals and in its colour, and what belongs to it on the same line."""
    answer = click.style(word, fg=_COLOURS[word], bold=True)
    click.echo(f"{answer}  {_harmless(rest)}" if rest else answer)


def print_accesses(accesses: Iterable[Access]) -> None:
    """Print those who have access, each with its conditions below it, and count the rest."""
    counts = {"allow": 0, "conditional": 0, "deny": 0}
    for access in accesses:
        counts[access.verdict] += 1
        if access.verdict != "deny":
            print_text(f"{access.verdict:<11}  {escaped(access.principal)}")
            for condition in access.conditions:
                print_text(f"{'':<11}    if {escaped(condition)}")
    print_text(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))


def statement_text(statement: StatementRef) -> str:
    """Write a statement's place, layer and name, under it the source line."""
    if statement.grant_id is not None:
        name = statement.grant_id
    else:
        name = f'"{statement.sid}"' if statement.sid is not None else f"#{statement.index}"
    label = f"{statement.layer} {name}"
    if statement.place.source is None:
        return escaped(f"{statement.policy}: {label}" if statement.policy is not None else label)
    return Diagnostic(label, place=statement.place).render(window())


def _harmless(text: str) -> str:
    """Escape the control characters of a text of several lines."""
    return text if text.isprintable() else "\n".join(map(escaped, text.split("\n")))
