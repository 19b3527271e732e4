"""What stands at a position of a text that may be half written; `walk.py` tells how it is read."""

from __future__ import annotations

from policyeval.lint.editor.blocks import walk_blocks
from policyeval.lint.editor.brackets import walk_brackets
from policyeval.lint.editor.walk import Spot, Walk


def find_spot(text: str, cursor: int, *, yaml: bool = False) -> Spot:
    """Tell what stands at an offset of a JSON or YAML text."""
    walk = Walk(text, cursor)
    if yaml:
        walk_blocks(walk)
    else:
        at = 0
        while at < len(text) and not walk.over:
            at = walk_brackets(walk, at, len(text))
    return walk.spot or walk.at_cursor()
