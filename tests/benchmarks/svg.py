"""Two plots as SVG: a dot a row on a logarithmic axis, and lines on two."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH = 760
COLOURS = ("#0b6e99", "#c2410c", "#4d7c0f")
_INK, _GRID, _GREY = "#1f2933", "#d9e0e6", "#9aa5b1"


def dots(title: str, rows: Sequence[tuple[str, float, bool]], unit: str) -> str:
    """Draw one dot a row: label, value, and whether it is to stand out. A bar has no length on such an axis."""
    left, right, top, step = 260, 70, 62, 28
    height = top + step * len(rows) + 42
    low, high = _decades([value for _, value, _ in rows])
    scale = (WIDTH - left - right) / (high - low)
    parts = [_text(20, 28, title, size=16, weight=600)]
    bottom = top + step * len(rows)
    for power in range(low, high + 1):
        x = left + (power - low) * scale
        parts += [_line(x, top - 8, x, bottom), _text(x, bottom + 18, _tick(power), anchor="middle", colour="#52606d")]
    parts.append(_text(left, bottom + 36, unit, colour="#52606d"))
    for index, (label, value, strong) in enumerate(rows):
        y = top + index * step
        x = left + (math.log10(value) - low) * scale
        fill = COLOURS[0] if strong else _GREY
        parts += [
            _text(left - 10, y + 14, label, anchor="end", weight=600 if strong else 400),
            _line(left, y + 9, x, y + 9),
            f'<circle cx="{x:.1f}" cy="{y + 9}" r="6" fill="{fill}"/>',
            _text(x + 12, y + 14, number(value), weight=600 if strong else 400),
        ]
    return _page(height, title, parts)


def lines(title: str, series: Mapping[str, Sequence[tuple[float, float]]], across: str, up: str) -> str:
    """Draw one line a series, each point marked."""
    left, right, top, height = 74, 24, 62, 400
    bottom = height - 58 - 22 * len(series)
    xs = [x for points in series.values() for x, _ in points]
    ys = [y for points in series.values() for _, y in points]
    first, last = math.log10(min(xs)), math.log10(max(xs))
    low, high = _decades(ys)

    def place(x: float, y: float) -> tuple[float, float]:
        along = (math.log10(x) - first) / (last - first)
        rise = (math.log10(y) - low) / (high - low)
        return left + 14 + along * (WIDTH - left - right - 28), bottom - rise * (bottom - top)

    parts = [_text(20, 28, title, size=16, weight=600), _text(left, top - 12, up, colour="#52606d")]
    for power in range(low, high + 1):
        y = place(min(xs), 10.0**power)[1]
        parts += [
            _line(left, y, WIDTH - right, y),
            _text(left - 8, y + 4, _tick(power), anchor="end", colour="#52606d"),
        ]
    parts += [
        _text(place(x, min(ys))[0], bottom + 18, f"{x:,.0f}", anchor="middle", colour="#52606d")
        for x in sorted(set(xs))
    ]
    parts.append(_text(WIDTH - right, bottom + 36, across, anchor="end", colour="#52606d"))
    for index, (name, points) in enumerate(series.items()):
        colour = COLOURS[index % len(COLOURS)]
        placed = [place(x, y) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in placed]
        y = bottom + 58 + 22 * index
        parts.append(f'<rect x="{left}" y="{y - 9}" width="18" height="4" rx="2" fill="{colour}"/>')
        parts.append(_text(left + 28, y, f"{name}: {number(points[0][1])} … {number(points[-1][1])}"))
    return _page(height, title, parts)


def number(value: float) -> str:
    """Write a number with as many digits as say something."""
    if value >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _tick(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{_GRID}"/>'


def _text(  # noqa: PLR0913 - what a text has
    x: float, y: float, words: str, *, size: int = 13, anchor: str = "start", weight: int = 400, colour: str = _INK
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}"'
        f' fill="{colour}">{escape(words)}</text>'
    )


def _page(height: float, title: str, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}"'
        f' height="{height:.0f}" role="img" aria-label="{escape(title)}" font-family="system-ui, sans-serif">'
    )
    return "\n".join([head, f'<rect width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>', *parts, "</svg>", ""])
