"""The group of commands: loads one when it is named, and turns every ending into an exit code."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, NoReturn, TypeAlias

import click

from policyeval import __version__
from policyeval.cli.exits import ExitCode
from policyeval.cli.output import is_dumb, print_faults, print_text
from policyeval.cli.streams import escape_what_stdout_lacks, keep_stderr, require_stdout
from policyeval.errors import PolicyEvalError, system_reason
from policyeval.model.source import escaped

# Name, summary and home. The summary stands here, not in the command, so that `--help` loads none of them.
COMMANDS = {
    "check": ("policyeval.cli.check", "Decide one request, and say which statement decided it."),
    "account-access": (
        "policyeval.cli.account_access",
        "Say whether an account is let in, and which of its principals.",
    ),
    "who-can": ("policyeval.cli.who_can", "List the principals that may do an action on a resource."),
    "test": ("policyeval.cli.test", "Run scenario files."),
    "serve": ("policyeval.cli.serve", "Serve KMS and STS to boto3, the AWS CLI and the like."),
    "lint": ("policyeval.cli.lint", "Find what is wrong with policies, wherever they stand."),
    "rule": ("policyeval.cli.rule", "Explain a rule of the linter."),
    "lsp": ("policyeval.cli.lsp", "Lint policies in an editor as they are written."),
    "trail": ("policyeval.cli.trail", "Verify that a trail is whole: nothing edited, missing or cut."),
    "usage": ("policyeval.cli.usage", "Count the requests and keys of a trail, and price them."),
    "import": ("policyeval.cli.import_", "Build an entities file from what the AWS CLI printed."),
    "schema": ("policyeval.cli.schema", "Print the JSON Schema of a file format."),
}


# What click hands through a context unseen.
Extra: TypeAlias = Any


class CommandGroup(click.Group):
    """A click group whose commands are imported when they are named."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the commands, the main job first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import a command, or give None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        gc.disable()  # imports leave no garbage, and looking for it takes a twentieth of a short command
        try:
            command: click.Command = import_module(module).command
        finally:
            gc.enable()
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is named. Of those that are not imported click would suggest none."""
        name = args[0]
        if name not in COMMANDS:
            from policyeval.syntax.faults import nearest  # noqa: PLC0415 - needed to explain faults only

            like = nearest(name, COMMANDS)
            ctx.fail(f"No such command {name!r}." + (f" Did you mean {like!r}?" if like is not None else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Write the list of commands from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Extra
    ) -> click.Context:
        """Read the group's own options; `--help` and `--version` print here."""
        with _reader_may_leave():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Extra:
        """Run the command; what it gives back is the exit code."""
        with _reader_may_leave():
            code = super().invoke(ctx)
            sys.stdout.flush()
            return code

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Extra) -> NoReturn:  # type: ignore[override]
        """Run and exit; bad input ends in a message, never in a traceback."""
        sys.exit(self._run(args, prog_name, extra))

    def _run(self, args: Sequence[str] | None, prog_name: str | None, extra: dict[str, Extra]) -> int:
        keep_stderr()
        try:
            require_stdout()
            escape_what_stdout_lacks()
            code = super().main(args, prog_name, **{**extra, "standalone_mode": False})
        except click.Abort:
            return ExitCode.INTERRUPTED
        except click.ClickException as error:
            shown = io.StringIO()
            error.show(shown)
            # click sets choices off with tabs, which would be escaped as what somebody else wrote.
            print_text(shown.getvalue().rstrip("\n").replace("\t", "  "), err=True)
        except PolicyEvalError as error:
            print_faults(error.diagnostics)
        except OSError as error:
            where = f"`{escaped(str(error.filename))}`: " if error.filename is not None else ""
            print_text(f"{where}{system_reason(error)}", err=True)
        except Exception:  # noqa: BLE001 - Python would exit with 1, which says "deny"
            sys.excepthook(*sys.exc_info())
            print_text("\nthis is a fault of policyeval's own, not of its input", err=True)
        else:
            return ExitCode.YES if code is None else int(code)
        return ExitCode.BAD_INPUT


@contextlib.contextmanager
def _reader_may_leave() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        # What is still buffered would fail again, loudly, when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(ExitCode.INTERRUPTED) from None


@click.command(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """Decide who may use a KMS key, given every policy that applies.

    \b
    Exit codes:
      0  allow, clean, passed, verified
      1  deny, findings, failed
      2  bad input, or it cannot run
      3  nothing there to check

    Example:

    \b
      policyeval check accounts.yaml --action kms:Decrypt \\
        --principal arn:aws:iam::444455556666:role/app \\
        --resource arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
    """
    if os.environ.get("NO_COLOR") or is_dumb():
        context.color = False
