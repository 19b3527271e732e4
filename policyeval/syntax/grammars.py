"""The one place that reads grammar text and builds Lark parsers, each when first asked for and once.

The texts lie in `policyeval/grammar` of an installed wheel and in `grammar/` of a checkout.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lark import Lark


def grammar_text(name: str) -> str:
    """Give the text of `grammar/NAME.lark`.

    Raises:
        FileNotFoundError: neither the package nor the checkout has it: a broken installation.

    """
    from importlib.resources import files  # noqa: PLC0415 - 10 ms that not every command needs

    packaged = files("policyeval") / "grammar" / f"{name}.lark"
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    checkout = Path(__file__).resolve().parents[2] / "grammar" / f"{name}.lark"
    return checkout.read_text(encoding="utf-8")


def build(name: str, builder: object, *, parts: dict[str, Any] | None = None) -> Lark:
    """Build the LALR parser of a grammar; each rule and token calls the method of its name in `builder`.

    The callers keep what they get: building takes milliseconds. Lark itself is imported here, so
    that a command which parses nothing does not pay for it. `parts` replaces Lark's own by name;
    by default with those of the extra `fast`, which are compiled, where it is installed.
    """
    from lark import Lark  # noqa: PLC0415 - 60 ms that not every command needs

    return Lark(
        grammar_text(name),
        parser="lalr",
        # Lark asks for its own Transformer in the annotation, and takes any object with the methods.
        transformer=builder,
        maybe_placeholders=False,
        _plugins=_compiled_parts() if parts is None else parts,
    )


def _compiled_parts() -> dict[str, Any]:
    try:
        import lark_cython  # type: ignore[import-not-found]  # noqa: PLC0415 - optional, and without types
    except ImportError:
        return {}
    plugins: dict[str, Any] = lark_cython.plugins
    return plugins
