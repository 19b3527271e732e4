"""`policyeval who-can`: the principals that may do an action on a resource."""

from __future__ import annotations

import click

from policyeval.authorizer import Authorizer
from policyeval.cli.collector import without_collector
from policyeval.cli.exits import ExitCode
from policyeval.cli.options import as_if_option, file_argument, load_as_if, warn_of_action
from policyeval.cli.output import print_accesses, print_json, print_text, print_warning
from policyeval.cli.report_options import format_option
from policyeval.model.source import Diagnostic


@click.command("who-can")
@file_argument
@click.argument("action")
@click.argument("resource")
@as_if_option
@format_option("text", "json")
def command(file: str, action: str, resource: str, with_resource_policy: str | None, output_format: str) -> int:
    """List every principal of FILE that may do ACTION on RESOURCE, always or under conditions.

    Among them are services, and a role's identity providers, that RESOURCE's policy or grants
    name. The text names those who can; the JSON lists the others, too. Standard error names the
    accounts that RESOURCE lets in, or could, and of which FILE describes no user or role. Ends
    with 0 when somebody can, with 1 when nobody can, with 3 when FILE describes no principal.

    Example:

    \b
      policyeval who-can accounts.yaml kms:Decrypt \\
        arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
    """
    authorizer = Authorizer(load_as_if(file, resource, with_resource_policy))
    with without_collector():
        principals = authorizer.who_can(action, resource)
        services = authorizer.services_that_can(action, resource) if principals else ()
    accesses = (*principals, *services)
    warn_of_action(action, resource)
    if output_format == "json":
        print_json([access._asdict() for access in accesses])
    elif principals:
        print_accesses(accesses)
    if not principals:
        print_text("no principal is described", err=True)
        return ExitCode.NOTHING
    for account in authorizer.undescribed_accounts(action, resource):
        message = (
            f"account {account} could be let in, and no user or role of it is described: which of them may is not known"
        )
        if account == "*":
            message = "any account could be let in: of one that is not described nobody is listed"
        print_warning(Diagnostic(message, "`policyeval account-access` tells of one account"))
    return ExitCode.YES if any(access.verdict != "deny" for access in accesses) else ExitCode.NO
