"""JSON with directives of Terraform (`%{ if … }`, `%{ for … }`): what is there whatever they choose, and what may be.

https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#template-control-sequences
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final, TypeAlias

from policyeval.syntax.tree import CHOICE, List, Null, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policyeval.syntax.patchwork import Patchwork
    from policyeval.syntax.tree import Node

_Span: TypeAlias = tuple[int, int]

_BEGIN: Final = re.compile(r"%\{~?\s*(\w+)")
STRING: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*"?', re.DOTALL)
"""A string of JSON; one that lacks its end goes on to the end of the text."""

_BRACKET: Final = re.compile(r"[][{}]")
_OPENING: Final = frozenset({"{", "[", "if", "for"})
_CLOSES: Final = {"}": "{", "]": "[", "endif": "if", "endfor": "for"}


def lifted(patchwork: Patchwork) -> Patchwork | None:
    """Take directives that stand between values out, and tell what each chooses; None where that cannot be told.

    That is so of an `else`, whose two sides are never there together, and of what does not close the brackets it opens.
    A comma by itself, as after each element of a loop but the last, goes with its directives.
    """
    text = patchwork.value
    strings = [match.span() for match in STRING.finditer(_blanked(text, patchwork.holes, "_"))]
    outside = [hole for hole in patchwork.holes if text.startswith("%", hole[0]) and not _is_within(hole[0], strings)]
    bare = _blanked(_blanked(text, strings), patchwork.holes)
    tokens: list[tuple[_Span, str]] = [(match.span(), match.group()) for match in _BRACKET.finditer(bare)]
    tokens += ((hole, _word(text, hole)) for hole in outside)
    gone, chosen = set(outside), list[tuple[int, int | None]]()
    open_, parts = list[tuple[str, _Span]](), list[int]()
    for span, sign in sorted(tokens):
        if sign in _OPENING:
            open_.append((sign, span))
        elif not open_ or open_[-1][0] != _CLOSES.get(sign):
            return None
        else:
            end = open_.pop()[1][1]
            if len(sign) > 1 and text[end : span[0]].strip() == ",":
                gone.add((end, span[0]))
        if sign in {"if", "for"}:
            parts.append(span[0])
            chosen.append((span[0], span[0]))
        elif sign in {"endif", "endfor"}:
            parts.pop()
            chosen.append((span[1], parts[-1] if parts else None))
    if open_:
        return None
    kept = tuple(hole for hole in patchwork.holes if hole not in gone)
    return patchwork._replace(value=_blanked(text, sorted(gone)), holes=kept, chosen=tuple(chosen))


def part_at(at: int, patchwork: Patchwork) -> int | None:
    """Give where the directives begin that choose what stands somewhere, None where none do."""
    index = bisect_right(patchwork.chosen, at, key=lambda part: part[0]) - 1
    return patchwork.chosen[index][1] if index >= 0 else None


def perhaps(node: Node, part: int, whole: Node, span: _Span) -> Unknown:
    """Give a value that is there if directives choose so, as one that a condition chooses."""
    at = (whole.source, *span)
    condition = Text(f"directives at {part} of {whole.start}", *at)
    return Unknown(CHOICE, *at, List([condition, node, Null(*at)], *at))


def _word(text: str, hole: _Span) -> str:
    begin = _BEGIN.match(text, hole[0])
    return begin[1] if begin is not None else ""


def _is_within(at: int, spans: list[_Span]) -> bool:
    index = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return index >= 0 and at < spans[index][1]


def _blanked(text: str, spans: Iterable[_Span], mark: str = " ") -> str:
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], mark * (end - start)]
        at = end
    return "".join([*parts, text[at:]])
