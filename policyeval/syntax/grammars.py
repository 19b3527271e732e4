"""The one place that reads grammar text and builds Lark parsers, each when first asked for and once.

The texts lie in `policyeval/grammar` of an installed wheel and in `grammar/` of a checkout.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lark import Lark


_PACKAGE: Final = Path(__file__).resolve().parents[1]


def grammar_file(name: str) -> str:
    """Give the text of a file of `grammar/`.

    Raises:
        FileNotFoundError: neither the package nor the checkout has it: a broken installation.

    """
    try:
        return (_PACKAGE / "grammar" / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        return (_PACKAGE.parent / "grammar" / name).read_text(encoding="utf-8")


def grammar_text(name: str) -> str:
    """Give the text of `grammar/NAME.lark`, as `grammar_file` does."""
    return grammar_file(f"{name}.lark")


def build(name: str, builder: object) -> Lark:
    """Build the LALR parser of a grammar; each rule and token calls the method of its name in `builder`.

    The callers keep what they get: building takes milliseconds. Lark itself is imported here, so that a command
    which explains no fault does not pay for it: texts without any are read by the tables that Lark left.
    """
    from lark import Lark  # noqa: PLC0415 - 60 ms that not every command needs

    # Lark asks for its own Transformer in the annotation, and takes any object with the methods.
    return Lark(grammar_text(name), parser="lalr", transformer=builder, maybe_placeholders=False)
