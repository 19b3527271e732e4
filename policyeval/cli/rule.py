"""`policyeval rule`: explain a rule of the linter."""

from __future__ import annotations

import click

from policyeval.cli.exits import ExitCode
from policyeval.cli.output import print_text
from policyeval.lint.pages import rule_page
from policyeval.lint.rules.table import TABLE, load_all
from policyeval.syntax.faults import nearest


@click.command("rule")
@click.argument("code", metavar="[CODE]", required=False)
def command(code: str | None) -> int:
    """Explain a rule of the linter: what it finds, why that matters, what to write instead.

    Without CODE, list all of them.

    Example:

    \b
      policyeval rule S401
    """
    if code is None:
        for rule in load_all():
            print_text(f"{rule.code}  {rule.severity:<16}  {rule.name:<36}  {rule.summary}")
        return ExitCode.YES
    name = code.upper()
    if name not in TABLE:
        like = nearest(name, TABLE)
        message = f"no rule has the code `{code}`" + (f"; did you mean `{like}`?" if like else "")
        raise click.BadParameter(message, param_hint="CODE")
    print_text(rule_page(name))
    return ExitCode.YES
