"""The quick way through for good requests: one generated function an operation.

It takes a request whose values are of the plain classes and satisfy the model, and leaves every
other to the checks of `shapes.py`, which alone say what is wrong. The source is made of fixed lines
with the member names and bounds of the pinned model; nothing of a request becomes text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import CodeType, FunctionType
from typing import Final, TypeAlias, cast

from policyeval.catalog.kms_model import Shape
from policyeval.kms.shapes import LONGEST_MAP, Refused, compile_shape, java_pattern

__all__ = ["Quick", "generate"]

# Gives the accepted parameters, or None: look closer.
Quick: TypeAlias = Callable[[Mapping[str, object]], dict[str, object] | None]

_HEAD: Final = """\
def accept(params):
    if params.__class__ is not dict: return None
    get = params.get
    accepted = {}"""

# For each type, the lines that leave by `return None`, and what is accepted of `value`.
_OF_STRINGS: Final = """\
        if value.__class__ is not dict: return None
        for key, item in value.items():
            if key.__class__ is not str or item.__class__ is not str: return None
        if len("".join([*value, *value.values()])) > longest_map: return None"""
_BY_CHECK: Final = """\
        value = check{n}(value)
        if value.__class__ is Refused: return None"""


def generate(shape: Shape) -> Quick:
    """Write the function of a request's shape."""
    lines, names = [_HEAD], dict[str, object]({"len": len, "longest_map": LONGEST_MAP, "Refused": Refused})
    for number, (name, member) in enumerate(shape.members.items()):
        tests, accepted = _member(number, member, names)
        lines += [
            f"    value = get({name!r})",
            "    if value is not None:",
            tests,
            f"        accepted[{name!r}] = {accepted}",
        ]
        if name in shape.required:
            lines.append("    else: return None")
    lines.append("    return accepted")
    return cast("Quick", FunctionType(_code("\n".join(lines)), names))


def _code(source: str) -> CodeType:
    module = compile(source, "<request>", "exec")
    return next(constant for constant in module.co_consts if isinstance(constant, CodeType))


def _member(number: int, shape: Shape, names: dict[str, object]) -> tuple[str, str]:
    match shape.type:
        case "string" | "blob":
            return f"        if {_misses_text(number, shape, names)}: return None", "value"
        case "integer" if shape.min is not None and shape.max is not None:
            outside = f"not {shape.min} <= value <= {shape.max}"
            return f"        if value.__class__ is not int or {outside}: return None", "value"
        case "boolean":
            return "        if value.__class__ is not bool: return None", "value"
        case "map":
            return _OF_STRINGS, "value.copy()"
        case _:
            names[f"check{number}"] = compile_shape(shape)
            return _BY_CHECK.format(n=number), "value"


def _misses_text(number: int, shape: Shape, names: dict[str, object]) -> str:
    tests = [f"value.__class__ is not {'str' if shape.type == 'string' else 'bytes'}"]
    if shape.min:
        tests.append(f"len(value) < {shape.min}")
    if shape.max is not None:
        tests.append(f"len(value) > {shape.max}")
    if shape.pattern is not None:
        names[f"matches{number}"] = java_pattern(shape.pattern).fullmatch
        tests.append(f"matches{number}(value) is None")
    if shape.enum:
        names[f"allowed{number}"] = frozenset(shape.enum)
        tests.append(f"value not in allowed{number}")
    return " or ".join(tests)
