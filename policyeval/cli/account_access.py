"""`policyeval account-access`: does a resource let an account in, and which of its principals."""

from __future__ import annotations

import click

from policyeval.authorizer import Authorizer
from policyeval.cli.collector import without_collector
from policyeval.cli.exits import ExitCode
from policyeval.cli.options import account_id, as_if_option, file_argument, load_as_if, warn_of_action
from policyeval.cli.output import print_accesses, print_json, print_text, print_verdict
from policyeval.cli.report_options import format_option
from policyeval.model.source import escaped


@click.command("account-access")
@file_argument
@click.argument("account", type=account_id, metavar="ACCOUNT")
@click.argument("action")
@click.argument("resource")
@as_if_option
@format_option("text", "json")
def command(  # noqa: PLR0913 - a question has these parts
    *, file: str, account: str, action: str, resource: str, with_resource_policy: str | None, output_format: str
) -> int:
    """Say whether RESOURCE's own side lets ACCOUNT do ACTION, and which of its principals then may.

    The first line is the door: OPEN, CONDITIONAL or CLOSED. An account that FILE does not
    describe can be asked about; its principals are then unknown. What a conditional door depends
    on stands below it where no principal says so itself. Ends with 0 when somebody of the
    account may, or could, with 1 when nobody can.

    Example:

    \b
      policyeval account-access accounts.yaml 444455556666 kms:Decrypt \\
        arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
    """
    authorizer = Authorizer(load_as_if(file, resource, with_resource_policy))
    with without_collector():
        access = authorizer.account_access(account, action, resource)
    warnings = warn_of_action(action, resource)
    principals = access.principals
    somebody = access.door != "closed" if principals is None else any(each.verdict != "deny" for each in principals)
    if output_format == "json":
        print_json({**access.to_json(), "diagnostics": [warning.to_json() for warning in warnings]})
        return ExitCode.YES if somebody else ExitCode.NO
    print_verdict(access.door.upper(), f"to account {account}")
    if principals is None or not somebody:  # each principal that may names its own conditions
        for condition in access.conditions:
            print_text(f"  if {escaped(condition)}")
    if principals is None:
        print_text("the account is not described: its own half is unknown")
    else:
        print_accesses(principals)
        if len(principals) == 1:  # every account has its root user
            print_text("no user or role of the account is described: who else of it may is not known")
    return ExitCode.YES if somebody else ExitCode.NO
