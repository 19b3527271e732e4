"""What was found, as a table for the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tests.benchmarks.compare import Result, ratio
from tests.benchmarks.endpoint import CONSTANT, MOTO, OURS, RAW
from tests.benchmarks.kms import BARE
from tests.benchmarks.peers import versions
from tests.benchmarks.svg import number

HEADINGS = ("engine", "version", "µs a decision", "lowest–highest", "ratio", "right answers")


def rows(results: Sequence[Result], version: str) -> list[tuple[str, ...]]:
    """Give one row an engine, under `HEADINGS`; a skipped engine says why in place of numbers."""
    made: list[tuple[str, ...]] = []
    for result in results:
        engine = result.engine
        which = version if engine.peer is None else versions(engine.peer)
        if result.skipped is not None or not result.rounds:
            made.append((engine.title, which, f"skipped: {result.skipped}", "", "", ""))
            continue
        times = ratio(result, results)
        asked = result.right + result.wrongly_allowed + result.wrongly_denied
        made.append(
            (
                engine.title,
                which,
                number(result.median),
                f"{number(min(result.rounds))}–{number(max(result.rounds))}",
                "" if times is None else f"{number(times)}×",
                f"{result.right:,} of {asked:,}",
            )
        )
    return made


def table(headings: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """Set columns for a terminal; the first two to the left, the others to the right."""
    numbers = [row for row in body if any(row[3:])] or list(body)
    widths = [max(len(row[column]) for row in [headings, *numbers]) for column in range(len(headings))]
    lines = []
    for row in [headings, *body]:
        cells = [
            cell.ljust(width) if column < 2 or not any(row[3:]) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def ours(parts: dict[str, Any]) -> list[tuple[str, str]]:
    """Give what was measured of policyeval alone, a line each."""
    lines: list[tuple[str, str]] = []
    for name, microseconds in parts.get("hot", {}).items():
        lines.append((f"3 + 3 statements, an SCP, {name}", f"{number(microseconds)} µs"))
    if "memory" in parts:
        three = ("compiled, 3 statements", "compiled, 3 statements, equal texts")
        lines += [(f"memory a key policy, {name}", f"{parts['memory'][name] / 1024:.1f} KiB") for name in three]
    if "estate" in parts:
        found = parts["estate"]
        size = f"{found['file, bytes'] / 1e6:.1f} MB"
        whole = found["seconds, the interpreter's start included"]
        lines += [
            (f"entities file of {size}: load", f"{found['load seconds']:.2f} s"),
            ("… to the first decision, the interpreter's start included", f"{whole:.2f} s"),
        ]
        if found["most memory, bytes"]:
            lines.append(("… most memory", f"{found['most memory, bytes'] / 2**20:,.0f} MiB"))
    return lines


def of_kms(parts: dict[str, Any]) -> list[tuple[str, str]]:
    """Give what was measured of the KMS, a line each."""
    lines: list[tuple[str, str]] = []
    rates = parts.get("kms", {})
    bare = rates.get(BARE)
    for name, rate in rates.items():
        share = f", {100 * rate / bare:.0f} % of bare" if bare and name != BARE else ""
        lines.append((f"{name}, 1 KiB" if name != "GenerateDataKey" else name, f"{rate:,.0f} a second{share}"))
    lines += [(f"{name}, durable", f"{rate:,.0f} a second") for name, rate in parts.get("kms_file", {}).items()]
    large = parts.get("kms_large")
    if large:
        lines += [
            ("100,000 keys and 1,000,000 grants, to the first answer", f"{large['seconds to the first answer']:.2f} s"),
            ("… DescribeKey by grant, then", f"{large['microseconds a DescribeKey']:.1f} µs"),
            ("… and with ten keys and ten grants", f"{large['microseconds with ten keys and ten grants']:.1f} µs"),
        ]
    return lines


def of_endpoint(parts: dict[str, Any]) -> list[tuple[str, str]]:
    """Give what clients reach over HTTP, a line each."""
    rates = parts.get("endpoint")
    if not rates:
        return []
    ours, constant, moto = rates[OURS], rates[CONSTANT], rates.get(MOTO)
    lines = [
        ("Encrypt, 1 KiB, a raw client, one connection", f"{rates[RAW]:,.0f} a second"),
        ("Encrypt, 1 KiB, boto3", f"{ours:,.0f} a second, {100 * ours / constant:.0f} % of the constant's"),
        ("… to a socket that answers a constant", f"{constant:,.0f} a second"),
    ]
    if moto is None:
        return [*lines, ("… to moto's server", f"skipped: {rates['skipped']}")]
    return [
        *lines,
        (f"… to the server of {versions('moto')}", f"{moto:,.0f} a second; ours is {ours / moto:.1f} times that"),
    ]


def growth(parts: dict[str, Any]) -> list[tuple[str, list[tuple[int, float]], str]]:
    """Give each series that grows: name, points, unit."""
    made = []
    for part, key, unit in (
        ("statements", "microseconds", "µs"),
        ("statements", "seconds to the first", "s"),
        ("grants", "microseconds", "µs"),
        ("memory", "bytes", "bytes"),
    ):
        made += [(f"{part}, {name}", points, unit) for name, points in parts.get(part, {}).get(key, {}).items()]
    return made


def text(results: Sequence[Result], parts: dict[str, Any], machine: dict[str, str]) -> str:
    """Write everything for a terminal."""
    blocks = ["\n".join(f"{name}: {value}" for name, value in machine.items())]
    if results:
        blocks.append(table(HEADINGS, rows(results, machine["policyeval"])))
    for lines in (ours(parts), of_kms(parts), of_endpoint(parts)):
        if lines:
            width = max(len(name) for name, _ in lines)
            blocks.append("\n".join(f"{name.ljust(width)}  {value}" for name, value in lines))
    grown = growth(parts)
    if grown:
        blocks.append("\n".join(f"{name} ({unit}): {_points(points)}" for name, points, unit in grown))
    return "\n\n".join(blocks)


def as_json(results: Iterable[Result], parts: dict[str, Any], machine: dict[str, str]) -> dict[str, Any]:
    """Give everything as plain values."""
    results = list(results)
    compared = [
        {
            "engine": result.engine.name,
            "title": result.engine.title,
            "version": machine["policyeval"] if result.engine.peer is None else versions(result.engine.peer),
            "how": result.engine.note,
            "skipped": result.skipped,
            "microseconds": result.median if result.rounds else None,
            "rounds": result.rounds,
            "ratio": ratio(result, results),
            "right": result.right,
            "wrongly_allowed": result.wrongly_allowed,
            "wrongly_denied": result.wrongly_denied,
        }
        for result in results
    ]
    return {"machine": machine, "compared": compared, "policyeval": parts}


def _points(points: Sequence[tuple[int, float]]) -> str:
    return ", ".join(f"{size:,}: {number(value)}" for size, value in points)
