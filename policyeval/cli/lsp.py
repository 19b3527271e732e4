"""`policyeval lsp`: the linter in an editor, over the language server protocol."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import click

from policyeval import __version__
from policyeval.cli.exits import ExitCode
from policyeval.cli.output import print_text
from policyeval.cli.streams import stdin
from policyeval.errors import ConfigError, MissingExtraError
from policyeval.lint.config import Config, read_config
from policyeval.lint.editor.documents import Settings
from policyeval.lint.rules.table import load_all
from policyeval.lint.selection import select_codes
from policyeval.lint.session import LintSession
from policyeval.lint.sources import find_config, read_known
from policyeval.model.source import Diagnostic


@click.command("lsp")
def command() -> int:
    """Lint policies in an editor as they are written; the editor starts this and speaks the language server protocol.

    It gives diagnostics, fixes, completion, and what rules, actions, condition keys and operators mean. Settings
    are those that `policyeval lint` would find in the editor's folder. docs/editor.md shows how to set editors up.

    Example: what an editor is told to run.

    \b
      policyeval lsp
    """
    if find_spec("pygls") is None:
        raise MissingExtraError([Diagnostic("`policyeval lsp` needs pygls", "pip install 'policyeval[lsp]'")])
    from policyeval.lint.editor.server import serve  # noqa: PLC0415 - heavy, and an extra

    spoken = stdin()
    if spoken.isatty():
        print_text("policyeval lsp speaks with an editor, which starts it; Ctrl-C ends it", err=True)
    # The thread that reads cannot be woken.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # What anyone prints must not come between the messages.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as out:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        took_leave = serve(_SettingsReader(), __version__, spoken, out)
    return ExitCode.YES if took_leave else ExitCode.NO


class _Known(NamedTuple):
    """Settings, and the state of what they were read from: while that is the same, so are they."""

    settings: Settings
    state: object
    baseline: Path | None
    baseline_stamp: object


class _SettingsReader:
    """Gives the settings for the files of a folder; reads them anew when their files, or the day, are others."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def __call__(self, folder: str) -> Settings:
        place = Path(folder or ".").resolve()
        file = find_config(place)
        state = (file, _stamp(file), datetime.now(UTC).date())
        known = self._known.get(folder)
        if known is None or known.state != state or known.baseline_stamp != _stamp(known.baseline):
            known = self._known[folder] = _read(place, file, state, known.settings if known is not None else None)
        return known.settings


def _read(place: Path, file: Path | None, state: object, before: Settings | None) -> _Known:
    """Read the settings of a folder; those that cannot be used leave the session that there was before."""
    home = file.parent if file is not None else place
    text, baseline, stamp, problem = "", None, None, None
    try:
        text = file.read_text(encoding="utf-8-sig") if file is not None else ""
        config = read_config(text, str(file)) if file is not None else Config()
        baseline = home / config.baseline if config.baseline is not None else None
        stamp = _stamp(baseline)  # before it is read: what comes in between is noticed then
        session = _session(config, read_known(config, home))
    except (ConfigError, OSError, UnicodeDecodeError) as error:
        # The file is being written: what it said before is better than nothing.
        session = before.session if before is not None else _session(Config(), frozenset())
        problem = f"the settings cannot be used: {error}"
    settings = Settings(session, str(home), str(file) if file is not None else None, text, problem)
    return _Known(settings, state, baseline, stamp)


def _stamp(file: Path | None) -> object:
    try:
        stat = file.stat() if file is not None else None
    except OSError:
        return None
    return (stat.st_mtime_ns, stat.st_size) if stat is not None else None


def _session(config: Config, baseline: frozenset[str]) -> LintSession:
    rules = load_all(select_codes(config.select, config.ignore))
    return LintSession(rules, config, datetime.now(UTC).date(), baseline=baseline)
