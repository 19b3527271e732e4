"""Write docs/cli.md from what the commands say of themselves: `python docs/make_cli.py`."""

from __future__ import annotations

from pathlib import Path

from policyeval.cli.app import COMMANDS, main

PAGE = Path(__file__).with_name("cli.md")
WIDTH = 100

INTRODUCTION = """\
# The command line

<!-- Made by docs/make_cli.py from the commands' own help; edit that. -->

`FILE` is an entities file ([file-format.md](file-format.md)) and comes first; where it says so, `-` is
standard input. Reports go to standard output and errors to standard error, each error with its file,
line and column. Colour is used on a terminal only, and not when `NO_COLOR` is set or `TERM` is `dumb`.

A request is decided even if no service has its action or one of its condition keys, or if AWS asks the action on
another kind of resource: AWS adds new ones. A warning on standard error says so, and where the JSON is an object its
`diagnostics` do.

After `eval "$(_POLICYEVAL_COMPLETE=bash_source policyeval)"`, bash completes commands, options and files; zsh and fish
have `zsh_source` and `fish_source`.

## Exit codes

| Code | Meaning |
| ---- | ------- |
| 0    | allow, clean, passed, verified |
| 1    | deny, findings, failed |
| 2    | bad input, or it cannot run |
| 3    | nothing there to check |
| 130  | interrupted, or the reader of the output went away |
"""


def render() -> str:
    """Give the page's text."""
    group = main.make_context("policyeval", ["--help"], resilient_parsing=True, terminal_width=WIDTH)
    sections = [INTRODUCTION]
    for name in COMMANDS:
        _, command, _ = main.resolve_command(group, [name])
        context = command.make_context(name, [], parent=group, resilient_parsing=True)
        sections.append(f"## {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(sections)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
