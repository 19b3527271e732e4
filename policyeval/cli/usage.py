"""`policyeval usage`: the requests and keys of a trail, counted and priced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import click

from policyeval.catalog.kms_prices import Prices, kms_prices
from policyeval.cli.exits import ExitCode
from policyeval.cli.output import print_json, print_text
from policyeval.cli.paths import file_path
from policyeval.cli.report_options import format_option, iso_time
from policyeval.cli.trail import opened
from policyeval.kms.trail.usage import Usage, UsageReport


@click.command("usage")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=file_path)
@click.option(
    "--since", type=iso_time, metavar="TIME", help="Count from this time, ISO 8601; by default from the first record."
)
@click.option("--until", type=iso_time, metavar="TIME", help="Count up to this time; by default up to the last record.")
@format_option("text", "json")
def command(*, files: tuple[str, ...], since: datetime | None, until: datetime | None, output_format: str) -> int:
    """Count the requests and keys of a trail, and price them as AWS would.

    FILE is what a KMS has written; several files are one trail, in that order; `-` is standard input.
    What is printed is an estimate at the rates of one Region; it says which Region, and of which day.

    Example: what would November have cost?

    \b
      policyeval usage trail.jsonl --since 2030-11-01 --until 2030-12-01
    """
    prices = kms_prices()
    usage = Usage(prices, _in_utc(since, "--since"), _in_utc(until, "--until"))
    for file in files:
        with opened(file) as lines:
            usage.read(file, lines)
    report = usage.report()
    if report is None:
        print_text("no records", err=True)
        return ExitCode.NOTHING
    if output_format == "json":
        print_json(_as_json(report, prices))
    else:
        _print(report, prices)
    return ExitCode.YES


def _in_utc(time: datetime | None, option: str) -> datetime | None:
    if time is None or time.tzinfo is None:
        return time.replace(tzinfo=UTC) if time is not None else None
    try:
        return time.astimezone(UTC)
    except OverflowError:
        message = f"`{time.isoformat()}` is beyond the years 1 to 9999."
        raise click.BadParameter(message, param_hint=option) from None


def _print(report: UsageReport, prices: Prices) -> None:
    print_text(f"{_time(report.since)} to {_time(report.until)}\n")
    _table(
        ("operation", "requests", "failed"),
        [(name, f"{count:,}", f"{failed:,}") for name, (count, failed) in report.operations.items()],
        texts=1,
    )
    _table(
        ("account", "price class", "requests", "free", prices.currency),
        [
            (row.account, row.price_class, f"{row.requests:,}", f"{row.free:,}", _money(row.cost))
            for row in report.requests
        ],
        texts=2,
    )
    _table(
        ("key", "manager", "rotations", "months", prices.currency),
        [(key.arn, key.manager, str(key.rotations), f"{key.months:.4f}", _money(key.cost)) for key in report.keys],
        texts=2,
    )
    rates = f"the rates of {prices.region}, {prices.source}, read {prices.read}"
    print_text(f"total {_money(report.total)} {prices.currency}, at {rates}")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], texts: int) -> None:
    """Print a table: the first `texts` columns to the left, the numbers after them to the right."""
    if not rows:
        return
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = [
            cell.ljust(width) if number < texts else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print_text("  ".join(cells).rstrip())
    print_text("")


def _time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat()[:19] + "Z"


def _money(amount: Decimal | None) -> str:
    return f"{amount:.4f}" if amount is not None else "no rate"


def _as_json(report: UsageReport, prices: Prices) -> dict[str, object]:
    return {
        "since": _time(report.since),
        "until": _time(report.until),
        "operations": {
            name: {"requests": count, "failed": failed} for name, (count, failed) in report.operations.items()
        },
        "requests": [{**row._asdict(), "cost": _number(row.cost)} for row in report.requests],
        "keys": [
            {
                **key._asdict(),
                "start": _time(key.start),
                "end": _time(key.end),
                "months": _number(key.months),
                "cost": _number(key.cost),
            }
            for key in report.keys
        ],
        "total": _number(report.total),
        "currency": prices.currency,
        "rates": {"source": prices.source, "read": prices.read, "region": prices.region},
    }


def _number(amount: Decimal | None) -> float | None:
    return round(float(amount), 6) if amount is not None else None
