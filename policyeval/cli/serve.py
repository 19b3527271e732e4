"""`policyeval serve`: KMS and STS on the wire that boto3, the AWS CLI and the AWS Encryption SDK speak."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import click

from policyeval import __version__
from policyeval.cli.exits import ExitCode
from policyeval.cli.options import account_id
from policyeval.cli.output import print_text
from policyeval.cli.paths import FilePath, file_path
from policyeval.cli.processors import usable_processors
from policyeval.errors import MissingExtraError
from policyeval.model.source import Diagnostic

if TYPE_CHECKING:
    from policyeval.entities import Entities
    from policyeval.server.entities_file import EntitiesFile
    from policyeval.server.journal import Journal

_NEEDED = ("httptools", "starlette", "uvicorn")
_ACCOUNT = "111122223333"
_SHOWN = 10  # access keys in the banner
_ENOUGH = 2  # processors: one is the client's


class Who(NamedTuple):
    """Who there is, the file that says so, and whether the server made it up."""

    entities: Entities
    file: EntitiesFile | None
    is_own: bool


class Place(NamedTuple):
    """Where the server is: its URL, whether this machine alone reaches it, and what it keeps."""

    url: str
    region: str
    is_loopback: bool
    folder: Path | None


def _region(name: str) -> str:
    from policyeval.catalog.regions import regions  # noqa: PLC0415 - package data, which help needs not

    if not any(name in names for names in regions().values()):
        message = f"`{name}` is no Region of AWS."
        raise click.BadParameter(message)
    return name


@click.command("serve")
@click.option(
    "--entities",
    metavar="FILE",
    type=file_path,
    help="Who there is: an entities file. Without it one account is made up.",
)
@click.option(
    "--data", metavar="DIR", type=FilePath(path_type=Path), help="Keep everything here; without it, in memory."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=4599, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option(
    "--region",
    type=_region,
    default="us-east-1",
    show_default=True,
    metavar="NAME",
    help="The Region to export; all others work too.",
)
@click.option("--account", type=account_id, metavar="ID", help=f"The account to make up; {_ACCOUNT} when absent.")
@click.option("--tls-cert", metavar="FILE", type=file_path, help="Serve HTTPS with this certificate chain, in PEM.")
@click.option("--tls-key", metavar="FILE", type=file_path, help="The certificate's key, in PEM.")
@click.option("--access-log", is_flag=True, help="Log every request, not only those that were refused.")
@click.option(
    "--explain", is_flag=True, help="Log with a denied request what each layer said, and what would allow it."
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to write the log: for people, or as JSON lines.",
)
def command(  # noqa: PLR0913 - the options that there are
    *,
    entities: str | None,
    data: Path | None,
    host: str,
    port: int,
    region: str,
    account: str | None,
    tls_cert: str | None,
    tls_key: str | None,
    access_log: bool,
    explain: bool,
    log_format: Literal["text", "json"],
) -> int:
    """Serve KMS and STS to boto3, the AWS CLI and whatever else speaks to AWS.

    Every request must be signed with an access key of the entities file, or with credentials that STS made from
    one, and is decided as AWS would. Prints what to export; logs go to standard error. The entities file is read
    again when it changes, and on SIGHUP. SIGTERM and Ctrl-C finish what was accepted.

    Example: serve the accounts of a file, and keep the keys.

    \b
      policyeval serve --entities fixtures/sharing.yaml --data kms-data
    """
    _check_extra()
    if entities is not None and account is not None:
        message = "The accounts are those of --entities."
        raise click.BadParameter(message, param_hint="--account")
    if (tls_cert is None) != (tls_key is None):
        message = "Give --tls-cert and --tls-key together."
        raise click.UsageError(message)
    from policyeval.kms.storage import system  # noqa: PLC0415 - the server is heavy, and an extra
    from policyeval.server.build import build  # noqa: PLC0415 - likewise
    from policyeval.server.folder import open_folder  # noqa: PLC0415 - likewise
    from policyeval.server.journal import Journal  # noqa: PLC0415 - likewise
    from policyeval.server.listening import Tls, is_loopback, listen, run, url_of  # noqa: PLC0415 - likewise
    from policyeval.server.services import Services  # noqa: PLC0415 - likewise

    journal = Journal(_write, log_format, system.now)
    tls = Tls(tls_cert, tls_key) if tls_cert is not None and tls_key is not None else None
    with ExitStack() as opened:
        listening = opened.enter_context(listen(host, port))
        kept = open_folder(data) if data is not None else None
        who = _who(entities, data, account)
        services = Services.open(who.entities, kept, region=region)
        opened.callback(services.close)
        app = build(services, journal=journal, file=who.file, access_log=access_log, explain=explain)
        _send_to(journal)
        place = Place(url_of(listening, host, secure=tls is not None), region, is_loopback(listening), data)

        def ready() -> None:
            for line in _banner(who, place):
                print_text(line)
            sys.stdout.flush()

        run(app, listening, tls, ready, awake=usable_processors() >= _ENOUGH)
        journal.note("info", "stopped")
    return ExitCode.YES


def _check_extra() -> None:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        message = f"`policyeval serve` needs {', '.join(missing)}"
        raise MissingExtraError([Diagnostic(message, "pip install 'policyeval[server]'")])


def _who(entities: str | None, data: Path | None, account: str | None) -> Who:
    """Read who there is, or make it up: in the folder, where it is kept and can be changed, or in memory."""
    from policyeval.entities import Entities  # noqa: PLC0415 - see `command`
    from policyeval.kms.storage import system  # noqa: PLC0415 - likewise
    from policyeval.server.entities_file import EntitiesFile  # noqa: PLC0415 - likewise
    from policyeval.server.folder import own_entities  # noqa: PLC0415 - likewise
    from policyeval.server.starter import starter  # noqa: PLC0415 - likewise

    if entities is not None:
        file = EntitiesFile(entities)
    elif data is not None:
        file = EntitiesFile(own_entities(data, account, _ACCOUNT, system.entropy))
    else:
        text = starter(account or _ACCOUNT, system.entropy)
        return Who(Entities.from_text(text, name="<made up>"), None, is_own=True)
    return Who(file.read(), file, is_own=entities is None)


# What is printed


def _banner(who: Who, place: Place) -> Iterator[str]:
    """Say what is open to whom, what is kept, and what to export."""
    yield f"policyeval {__version__} answers KMS and STS at {place.url}"
    yield ""
    reach = "this machine only" if place.is_loopback else "EVERYBODY who reaches this machine"
    if not place.is_loopback and not place.url.startswith("https:"):
        reach += ", WITHOUT ENCRYPTION (give --tls-cert and --tls-key)"
    yield f"  open to   {reach}; every request must be signed"
    kept = f"in {place.folder}" if place.folder is not None else "in memory: all is gone when it stops (--data DIR)"
    yield f"  keys      {kept}"
    yield f"  who       {_described(who)}"
    keys = list(who.entities.access_keys())
    yield from (f"            {key.id} {key.principal_arn}" for key in keys[:_SHOWN])
    if len(keys) > _SHOWN:
        yield f"            and {_counted(len(keys) - _SHOWN, 'access key')} more"
    yield ""
    yield f"export {' '.join(_exports(who, place))}"


def _described(who: Who) -> str:
    where = f"of {who.file.path}" if who.file is not None else "made up for this start"
    if not any(who.entities.access_keys()):
        return f"NOBODY can sign: there are no `access_keys` {where}"
    return f"{_counted(len(list(who.entities.accounts())), 'account')} {where}"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _exports(who: Who, place: Place) -> Iterator[str]:
    """Give what clients read; the secret of an account that was made up is told, what others wrote is not."""
    users = [key for key in who.entities.access_keys() if ":user/" in key.principal_arn] if who.is_own else []
    for key in users[:1]:
        yield f"AWS_ACCESS_KEY_ID={key.id}"
        yield f"AWS_SECRET_ACCESS_KEY={key.secret}"
    yield f"AWS_ENDPOINT_URL={place.url}"
    # The AWS CLI and boto3 read the second, the SDKs for JavaScript and Java the first alone.
    yield f"AWS_REGION={place.region}"
    yield f"AWS_DEFAULT_REGION={place.region}"


def _write(line: str) -> None:
    with suppress(OSError, ValueError):  # who reads the log may leave; the server stays
        sys.stderr.write(line)
        sys.stderr.flush()


def _send_to(journal: Journal) -> None:
    """Put what the HTTP server and the event loop have to say into the journal."""

    def tell(record: logging.LogRecord) -> bool:
        fault = logging.Formatter().formatException(record.exc_info) if record.exc_info else None
        level: Literal["error", "warning"] = "error" if record.levelno >= logging.ERROR else "warning"
        journal.note(level, record.getMessage(), fault=fault)
        return False  # it is told

    for name in ("uvicorn.error", "asyncio"):
        logging.getLogger(name).addFilter(tell)
