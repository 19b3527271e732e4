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

    CODE may be the rule's name as well. Without it, list all of them.

    Example:

    \b
      policyeval rule S401
    """
    if code is None:
        for rule in load_all():
            print_text(f"{rule.code}  {rule.severity:<16}  {rule.name:<36}  {rule.summary}")
        return ExitCode.YES
    print_text(rule_page(code.upper() if code.upper() in TABLE else _named(code)))
    return ExitCode.YES


def _named(name: str) -> str:
    """Give the code of the rule that has a name."""
    codes = {rule.name: rule.code for rule in load_all()}
    if name not in codes:
        from policyeval.authorizer.explain import RULES  # noqa: PLC0415 - takes longer than all else, to explain a fault

        if name.upper() in RULES:  # as `policyeval check` says what decided
            message = f"`{name}` is no rule of the linter, but one of AWS's: {RULES[name.upper()]}"
            raise click.BadParameter(message, param_hint="CODE")
        like = nearest(name.upper(), TABLE) or nearest(name, codes)
        hint = f"; did you mean `{like}`?" if like else ": `policyeval rule` lists them"
        message = f"no rule has the code `{name}`{hint}"
        raise click.BadParameter(message, param_hint="CODE")
    return codes[name]
