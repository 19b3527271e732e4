"""`policyeval trail verify`: whether a trail is whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import click

from policyeval.cli.exits import ExitCode
from policyeval.cli.output import print_json, print_text, print_verdict
from policyeval.cli.paths import file_path, naming
from policyeval.cli.report_options import format_option
from policyeval.cli.streams import stdin
from policyeval.kms.storage.trail_tail import head_path, known_head
from policyeval.kms.trail.chain import Head, Link
from policyeval.kms.trail.verify import Fault, Kind, Report, Verifier

_HEX_KEY = 64  # digits
_NO_HEAD = Fault(Kind.HEADLESS, "no head is known, so a cut tail would not show: give --head")


def read_head_option(text: str) -> Head:
    """Read `SEQUENCE:DIGEST`."""
    try:
        return Head.parse(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command("trail")
@click.argument("what", metavar="verify", type=click.Choice(["verify"]))
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=file_path)
@click.option("--head", type=read_head_option, metavar="SEQUENCE:DIGEST", help="The head, from where you keep it.")
@click.option("--key-file", metavar="PATH", type=file_path, help="The trail's key: 64 hex digits, or raw bytes.")
@click.option(
    "--root-key-file", metavar="PATH", type=file_path, help="The KMS's root key, which the trail's key follows from."
)
@format_option("text", "json")
def command(  # noqa: PLR0913 - the options that there are
    *,
    what: str,
    files: tuple[str, ...],
    head: Head | None,
    key_file: str | None,
    root_key_file: str | None,
    output_format: str,
) -> int:
    """Verify that a trail is whole: no line edited, missing, moved or cut off.

    FILE is what a KMS has written; several files are one trail, in that order; `-` is standard input.
    The head is read from FILE.head beside the last one, or given. Ends with 0 when all is well, with 1
    when something is wrong, which it names with its line, and with 3 when there are no records.

    Example: verify a trail against a head that was written down elsewhere.

    \b
      policyeval trail verify trail.jsonl --key-file trail.key \\
        --head 3:5f0cf1df9ee4d0b1a6b8e5a4f3c2d1b0a99887766554433221100ffeeddccbb0
    """
    del what  # there is but one thing to do
    key = _key(key_file) if key_file is not None else _derived(root_key_file)
    with opened(files[0]) as lines:
        first = lines.readline()
        link = _link(first, key)
        known, faults = (head, ()) if head is not None else _known(files[-1], link)
        verifier = Verifier(link, known)
        verifier.read(files[0], chain((first,) if first else (), lines))
    for file in files[1:]:
        with opened(file) as lines:
            verifier.read(file, lines)
    report = verifier.end()
    if report.records == 0 and not report.faults and not (known and known.sequence):
        print_text("no records", err=True)
        return ExitCode.NOTHING
    report = report._replace(faults=(*report.faults, *faults), total=report.total + len(faults))
    if output_format == "json":
        print_json(_as_json(report, link))
    else:
        _print(report, link)
    return ExitCode.YES if report.verified else ExitCode.NO


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """Open a trail to read it, standard input for `-`."""
    if file == "-":
        yield stdin()
    else:
        with Path(file).open("rb") as lines, naming(file):
            yield lines


def _derived(root_key_file: str | None) -> bytes | None:
    """Derive the trail's key as the KMS does."""
    if root_key_file is None:
        return None
    from policyeval.kms.root import trail_key  # noqa: PLC0415 - cryptography is heavy, and most trails need none
    from policyeval.kms.storage.root_key import RootKey  # noqa: PLC0415 - likewise

    return trail_key(RootKey.from_file(root_key_file))


def _link(first: bytes, key: bytes | None) -> Link:
    if key is None and b',"hmac":"' in first:
        message = "The trail is chained with a key: give --key-file or --root-key-file."
        raise click.UsageError(message)
    try:
        return Link.keyed_by(key)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--key-file") from None


def _key(path: str) -> bytes:
    with naming(path):
        data = Path(path).read_bytes()
    text = data.strip()
    if len(text) == _HEX_KEY:
        try:
            return bytes.fromhex(text.decode("ascii"))
        except ValueError:
            pass
    return data


def _known(file: str, link: Link) -> tuple[Head | None, tuple[Fault, ...]]:
    """Read the head beside a file; none, or none that can be trusted, is a fault."""
    if file == "-":
        return None, (_NO_HEAD,)
    try:
        known = known_head(file, link)
    except ValueError as error:
        return None, (Fault(Kind.FOREIGN, f"`{head_path(file)}` does not tell the head: {error}"),)
    return (known.head, ()) if known is not None else (None, (_NO_HEAD,))


def _print(report: Report, link: Link) -> None:
    if report.verified:
        print_verdict("VERIFIED", f"{report.records:,} {'record' if report.records == 1 else 'records'}")
    else:
        print_verdict("BROKEN", f"{report.total:,} {'fault' if report.total == 1 else 'faults'}")
        for fault in report.faults:
            print_text(str(fault))
        if report.total > len(report.faults):
            print_text(f"and {report.total - len(report.faults):,} more")
    print_text(f"head {report.head}")
    if report.after_head:
        print_text(f"records after the known head: {report.after_head:,}, written since the last flush")
    if report.recoveries:
        print_text(f"half lines taken up after a crash (RecoverTrail): {report.recoveries:,}")
    if link.name != "hmac":
        print_text("the trail has no key: whoever can write all of it can make it anew")


def _as_json(report: Report, link: Link) -> dict[str, object]:
    return {
        "verified": report.verified,
        "records": report.records,
        "keyed": link.name == "hmac",
        "head": str(report.head),
        "after_head": report.after_head,
        "recoveries": report.recoveries,
        "total_faults": report.total,
        "faults": [{**fault._asdict(), "kind": str(fault.kind)} for fault in report.faults],
    }
