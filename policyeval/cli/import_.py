"""`policyeval import`: an entities file from what the AWS CLI printed."""

from __future__ import annotations

import click

from policyeval.cli.exits import ExitCode
from policyeval.cli.options import region_name
from policyeval.cli.output import print_file, print_text
from policyeval.cli.paths import file_path
from policyeval.entities.aws_commands import commands
from policyeval.entities.export_loader import import_directory


@click.command("import")
@click.argument("folder", metavar="DIR", type=file_path)
@click.option("--commands", "only_commands", is_flag=True, help="Print the AWS CLI calls that fill DIR, and stop.")
@click.option(
    "--region",
    multiple=True,
    type=region_name,
    metavar="NAME",
    help="With --commands: a Region to look for keys in.",
)
def command(folder: str, *, only_commands: bool, region: tuple[str, ...]) -> int:
    """Print an entities file made of what the AWS CLI printed into DIR.

    What no call printed is named on standard error and at the head of the file, never guessed.
    The calls only list and describe; policyeval itself calls nobody.

    Example: read the script, run it with an account's credentials, import.

    \b
      policyeval import export --commands --region us-east-1 > fill.sh
      sh fill.sh
      policyeval import export > accounts.yaml
    """
    if only_commands:
        print_file(commands(region, folder))
        return ExitCode.YES
    if region:
        message = "Regions are for --commands; the files say theirs."
        raise click.BadParameter(message, param_hint="--region")
    result = import_directory(folder)
    print_file(result.text)
    for each in result.missing:
        print_text(each, err=True)
    return ExitCode.YES
