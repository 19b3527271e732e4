"""Options and arguments that several commands share, and how their texts become values."""

from __future__ import annotations

import re
from collections.abc import Iterable

import click

from policyeval.catalog.services import governing
from policyeval.cli.output import print_warning
from policyeval.cli.paths import file_path
from policyeval.cli.report_options import Function
from policyeval.cli.streams import stdin
from policyeval.entities import Entities
from policyeval.entities.fields import REGION, REGIONS, SESSION_NAME, SESSION_NAMES
from policyeval.entities.loader import read_file, read_first, read_text
from policyeval.entities.mistyped import unknown_action, unknown_key, unknown_via, unsuited_resource, wildcard_in
from policyeval.errors import EntitiesError, system_reason
from policyeval.model.arn import is_account_id, split_arn
from policyeval.model.policy import NamedPolicy, PolicyType
from policyeval.model.request import PolicyLike
from policyeval.model.source import Diagnostic
from policyeval.syntax.policy import parse_policy

Pairs = tuple[tuple[str, str], ...]


def key_value(text: str) -> tuple[str, str]:
    """Split `KEY=VALUE` at its first equals sign; the value may be empty."""
    key, equals, value = text.partition("=")
    if not (key and equals):
        message = f"`{text}` is not KEY=VALUE."
        raise click.BadParameter(message)
    return key, value


def account_id(text: str) -> str:
    """Take twelve digits: a mistyped account would be one that is let in nowhere."""
    if not is_account_id(text):
        message = f"`{text}` is not an account id: 12 digits."
        raise click.BadParameter(message)
    return text


def region_name(text: str) -> str:
    """Take a name of the form that Regions have: a folder of any other name is not looked into."""
    if re.fullmatch(REGION, text) is None:
        message = f"`{text}` is not {REGIONS}."
        raise click.BadParameter(message)
    return text


def role_session_name(text: str) -> str:
    """Take a name that STS gives sessions: with any other, nobody calls."""
    if re.fullmatch(SESSION_NAME, text) is None:
        message = f"`{text}` is not a session name: {SESSION_NAMES}."
        raise click.BadParameter(message)
    return text


file_argument = click.argument("file", metavar="FILE", type=file_path)


def load_entities(file: str) -> Entities:
    """Read an entities file, standard input for `-`; paths in the latter start where we are."""
    if file != "-":
        return Entities.load(file)
    given = stdin()
    try:
        text = read_text(given)
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    except OSError as error:
        reason = system_reason(error)
    else:
        return Entities.from_text(text, name="<stdin>", read_file=read_file)
    raise EntitiesError([Diagnostic(f"cannot read standard input: {reason}")])


def as_if_option(function: Function) -> Function:
    """Offer `--with-resource-policy`, which `load_as_if` takes with the resource that is asked about."""
    return click.option(
        "--with-resource-policy",
        metavar="POLICY",
        help="As if the resource had this policy: JSON text, or a file.",
    )(function)


def load_as_if(file: str, resource: str, policy: str | None) -> Entities:
    """Read entities; with a policy, as if the resource had that one."""
    entities = load_entities(file)
    if policy is None:
        return entities
    asked = _governing(resource)
    kind = entities.resource_policy_type(asked)
    return entities.with_resource_policy(asked, _policy(policy, kind, "--with-resource-policy"))


def _governing(resource: str) -> str:
    """Name what has the policy: of an object its bucket."""
    arn = split_arn(resource)
    whole = governing(arn.service, arn.account, arn.resource) if arn is not None else None
    return str(arn._replace(resource=whole)) if arn is not None and whole is not None else resource


def warn_of_action(action: str, resource: str) -> list[Diagnostic]:
    """Say on standard error what no service has of an action and its resource; give it to the JSON, too."""
    return _warn(unknown_action(action), unsuited_resource(action, resource), wildcard_in(action, resource))


def warn_of_request(action: str, context: Pairs, via_service: str | None) -> list[Diagnostic]:
    """Say likewise what else of a request none has: condition keys, and how a service is named."""
    return _warn(unknown_via(via_service, action), *(unknown_key(key) for key in dict(context)))


def _warn(*found: Diagnostic | None) -> list[Diagnostic]:
    warnings = [warning for warning in found if warning is not None]
    for warning in warnings:
        print_warning(warning)
    return warnings


def single_values(pairs: Pairs, option: str) -> dict[str, str]:
    """Make a mapping of pairs whose keys must not repeat."""
    values: dict[str, str] = {}
    for key, value in pairs:
        if key in values:
            message = f"`{key}` is given twice."
            raise click.BadParameter(message, param_hint=option)
        values[key] = value
    return values


def gathered_values(pairs: Pairs) -> dict[str, str | list[str]]:
    """Make a mapping of pairs; a key that repeats has a list of values."""
    values: dict[str, str | list[str]] = {}
    for key, value in pairs:
        known = values.get(key)
        if known is None:
            values[key] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            values[key] = [known, value]
    return values


def policies(texts: Iterable[str]) -> list[PolicyLike]:
    """Read policies given as JSON text, as an ARN, or as a file (`@path` or `path`)."""
    option = "--session-policy"
    return [text if text.startswith("arn:") else _policy(text, PolicyType.IDENTITY, option) for text in texts]


def _policy(text: str, kind: PolicyType, option: str) -> NamedPolicy:
    name = option
    if not text.strip():
        message = "it is empty: give a policy's text, or a file."  # as `$(…)` is where its command fails
        raise click.BadParameter(message, param_hint=option)
    if not text.lstrip().startswith("{"):
        name = text.removeprefix("@")
        text = read_first(name)
        if name.lower().endswith((".yaml", ".yml")) and not text.lstrip().startswith("{"):
            hint = "in an entities or scenario file it may be YAML"
            raise EntitiesError([Diagnostic(f"`{name}` is YAML: {option} takes JSON", hint)])
    return NamedPolicy(name, parse_policy(text, name, kind))
