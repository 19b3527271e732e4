"""`policyeval schema`: the JSON Schemas of the file formats."""

from __future__ import annotations

import click

from policyeval.cli.exits import ExitCode
from policyeval.cli.output import print_file
from policyeval.scenarios.jsonschema import SCHEMAS, schema_text


@click.command("schema")
@click.argument("kind", type=click.Choice(list(SCHEMAS)))
def command(kind: str) -> int:
    """Print the JSON Schema of entities files, of scenario files, or of policy documents.

    Example: let an editor check what you write.

    \b
      policyeval schema entities > entities.schema.json
    """
    print_file(schema_text(kind))
    return ExitCode.YES
