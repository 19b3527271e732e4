"""`policyeval test`: run scenario files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from policyeval.cli.exits import ExitCode
from policyeval.cli.output import print_file, print_json, print_text, print_verdict, print_warning
from policyeval.cli.paths import file_path
from policyeval.cli.report_options import format_option
from policyeval.errors import EntitiesError, PolicyEvalError
from policyeval.model.source import Diagnostic
from policyeval.scenarios import SUFFIXES, CaseResult, ScenarioFile, junit_xml, load_scenarios, run


@click.command("test")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=file_path)
@format_option("text", "json", "junit")
def command(paths: tuple[str, ...], output_format: str) -> int:
    """Run the cases of scenario files; below a folder, of every *.scenario.yaml, .yml and .json.

    Prints what failed, with the explanation of the decision, and a summary. Ends with 0 when
    all passed, with 1 when a case failed, with 2 when a file cannot be read (then nothing is
    run), and with 3 when there is no case at all.

    Example:

    \b
      policyeval test fixtures/scenarios
    """
    results = [(scenarios, run(scenarios)) for scenarios in _load(_find(paths))]
    cases = [case for _, file_cases in results for case in file_cases]
    for warning in (warning for case in cases for warning in case.warnings):
        print_warning(warning)
    if output_format == "json":
        print_json({**_counts(cases), "tests": [case.to_json() for case in cases]})
    elif output_format == "junit":
        print_file(junit_xml(results))
    elif cases:
        _print(cases, files=len(results))
    if not cases:
        print_text("no test found", err=True)
        return ExitCode.NOTHING
    return ExitCode.YES if all(case.passed for case in cases) else ExitCode.NO


def _find(paths: Sequence[str]) -> list[str]:
    """Name the files, each once: those that are named, and below folders those with a scenario's name."""
    found: dict[str, None] = {}
    for path in paths:
        found |= dict.fromkeys(sorted(_below(path)) if Path(path).is_dir() else [path])
    return list(found)


def _below(folder: str) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        # What begins with a dot is not the project's: .git, .venv.
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (str(Path(parent, name)) for name in names if name.endswith(SUFFIXES))


def _load(files: Sequence[str]) -> list[ScenarioFile]:
    loaded: list[ScenarioFile] = []
    # Files that start from one base have its faults in common.
    faults: dict[str, Diagnostic] = {}
    for file in files:
        try:
            loaded.append(load_scenarios(file))
        except PolicyEvalError as error:
            faults |= {fault.render(): fault for fault in error.diagnostics}
    if faults:
        raise EntitiesError(faults.values())
    return loaded


def _counts(cases: Sequence[CaseResult]) -> dict[str, int]:
    passed = sum(case.passed for case in cases)
    return {"passed": passed, "failed": len(cases) - passed}


def _print(cases: Sequence[CaseResult], *, files: int) -> None:
    for case in cases:
        if not case.passed:
            print_verdict("FAIL", f"{case.report()}\n")
    counts = ", ".join(f"{count} {what}" for what, count in _counts(cases).items())
    print_text(f"{counts} in {files} {'file' if files == 1 else 'files'}")
