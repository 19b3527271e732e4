"""`policyeval check`: decide one request."""

from __future__ import annotations

from datetime import datetime

import click

from policyeval.authorizer import Authorizer, Decision
from policyeval.cli.exits import ExitCode
from policyeval.cli.options import (
    Pairs,
    account_id,
    as_if_option,
    file_argument,
    gathered_values,
    key_value,
    load_as_if,
    policies,
    role_session_name,
    single_values,
    warn_of_action,
    warn_of_request,
)
from policyeval.cli.output import print_json, print_text, print_verdict, statement_text, window
from policyeval.cli.report_options import format_option, iso_time
from policyeval.model.request import Request, Session
from policyeval.model.source import escaped


@click.command("check")
@file_argument
@click.option("--principal", required=True, metavar="ARN", help="Who asks: an ARN, a service name, or `anonymous`.")
@click.option("--action", required=True, metavar="SERVICE:NAME", help="What is asked, such as kms:Decrypt.")
@click.option("--resource", required=True, metavar="ARN", help="On what it is asked, one resource.")
@click.option(
    "--context", type=key_value, multiple=True, metavar="KEY=VALUE", help="A condition key; a repeated key is a list."
)
@click.option(
    "--encryption-context",
    type=key_value,
    multiple=True,
    metavar="KEY=VALUE",
    help="A pair of the encryption context.",
)
@click.option("--session-name", type=role_session_name, metavar="NAME", help="The name of the role session that asks.")
@click.option(
    "--session-policy", multiple=True, metavar="POLICY", help="A session policy: JSON text, a file, or a policy's ARN."
)
@click.option("--session-tag", type=key_value, multiple=True, metavar="KEY=VALUE", help="A session tag.")
@click.option("--grant-token", multiple=True, metavar="TOKEN", help="A grant's token or id, valid at once.")
@click.option(
    "--via-service", metavar="NAME", help="The service that calls for it, such as s3.us-east-1.amazonaws.com."
)
@click.option("--vpc-endpoint", metavar="ID", help="The VPC endpoint that the request comes through.")
@click.option(
    "--resource-account", type=account_id, metavar="ID", help="The resource's account, where its ARN does not say."
)
@click.option("--at", type=iso_time, metavar="TIME", help="The time of the request, ISO 8601; now when absent.")
@as_if_option
@click.option("--explain", is_flag=True, help="Say what every layer said, and what would allow a denied request.")
@format_option("text", "json")
def command(  # noqa: PLR0913 - a request has these facts
    *,
    file: str,
    principal: str,
    action: str,
    resource: str,
    context: Pairs,
    encryption_context: Pairs,
    session_name: str | None,
    session_policy: tuple[str, ...],
    session_tag: Pairs,
    grant_token: tuple[str, ...],
    via_service: str | None,
    vpc_endpoint: str | None,
    resource_account: str | None,
    at: datetime | None,
    with_resource_policy: str | None,
    explain: bool,
    output_format: str,
) -> int:
    """Decide one request over the accounts, policies and grants of FILE (`-`: standard input).

    Ends with 0 when the request is allowed, with 1 when it is denied.

    Example: may a role of one account decrypt with another account's key?

    \b
      policyeval check accounts.yaml --action kms:Decrypt \\
        --principal arn:aws:iam::444455556666:role/app \\
        --resource arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
    """
    session = None
    if session_name is not None or session_policy or session_tag:
        session = Session(session_name, policies(session_policy), single_values(session_tag, "--session-tag"))
    request = Request(
        principal,
        action,
        resource,
        context=gathered_values(context),
        # Absent and empty differ: only a given one is checked against the action.
        encryption_context=single_values(encryption_context, "--encryption-context") or None,
        session=session,
        grant_tokens=grant_token,
        via_service=via_service,
        vpc_endpoint=vpc_endpoint,
        resource_account=resource_account,
        at=at,
    )
    decision = Authorizer(load_as_if(file, resource, with_resource_policy)).authorize(request)
    warnings = [*warn_of_action(action, resource), *warn_of_request(action, context, via_service)]
    if output_format == "json":
        noted = [one.to_json() for one in (*warnings, *decision.diagnostics)]
        explanation = {"explanation": decision.explain()} if explain else {}
        print_json({**decision.to_json(), "diagnostics": noted, **explanation})
    elif explain:
        # It starts with the verdict, as the short report does.
        print_verdict(*decision.explain().split("  ", 1))
    else:
        _print(decision)
    return ExitCode.YES if decision.allowed else ExitCode.NO


def _print(decision: Decision) -> None:
    cause = f"by {decision.layer}" if decision.layer is not None else f"by rule {decision.rule}"
    if decision.allowed:
        print_verdict("ALLOW", cause)
    else:
        print_verdict("DENY", f"{decision.reason} {cause}")
    print_text(escaped(decision.message))
    for statement in decision.determining_statements:
        print_text("\n" + statement_text(statement))
    for diagnostic in decision.diagnostics:
        print_text("\n" + diagnostic.render(window()))
