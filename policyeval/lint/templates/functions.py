"""CloudFormation's intrinsic functions: what they certainly give, and otherwise that nobody knows it.

Short forms (`!Sub`) come as `Unknown` from the YAML reader, long forms (`{"Fn::Sub": …}`) as objects. Both
become the text that the function gives whatever the parameters are, or `Unknown` with the function's argument.
What is looked up at deployment (`{{resolve:ssm:/name}}`) nobody knows either, nor what others fill in between such
braces: Jinja, Helm, Mustache.
A text is known whole or not at all: `arn:${AWS::Partition}:s3:::bucket` is unknown, but for what it ends with.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from policyeval.lint.templates.remaking import Remaker
from policyeval.syntax.objects import DAMAGED
from policyeval.syntax.patchwork import Patchwork
from policyeval.syntax.strings import written_offsets
from policyeval.syntax.tree import UNNAMED, List, Mapping, Node, Text, Unknown

_NAMES: Final = (
    "And",
    "Base64",
    "Cidr",
    "Equals",
    "FindInMap",
    "GetAtt",
    "GetAZs",
    "GetStackOutput",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
)
# Of AWS's `rain`, which works on templates before they are deployed.
_OF_RAIN: Final = ("Constant", "Embed", "Env", "Include", "Module", "S3", "S3Http")
TAGS: Final = MappingProxyType(
    {
        "!Ref": "Ref",
        "!Condition": "Condition",
        **{f"!{name}": f"Fn::{name}" for name in _NAMES},
        **{f"!Rain::{name}": f"Rain::{name}" for name in _OF_RAIN},
    }
)
"""The functions by their short forms."""

HOLE: Final = re.compile(r"\$\{(?P<literal>!?)(?P<name>[^{}]*)\}")
"""A variable of `Fn::Sub`; with the exclamation mark it is text."""

_FILLED: Final = "what stands between double braces"
_BRACES: Final = "{{"
_BRACED: Final = re.compile(r"\{\{[^{}]*\}\}")
_ANY_HOLE: Final = re.compile(f"{HOLE.pattern}|{_BRACED.pattern}")

_CALL: Final = re.compile(r"""\bFn::[A-Z]|\bRef["']?\s*:""")

_NOTHING: Final = "AWS::NoValue"

LOOP: Final = "Fn::ForEach::"
"""How the members of an object begin that stand for several; unlike a function, a loop gives no value of its own."""

# Functions within functions multiply texts; no policy is longer.
_MAX_TEXT: Final = 100_000


def calls_functions(root: Node) -> bool:
    """Tell whether a document that is no template may be a part of one: a function is named, or there are braces."""
    if root.source is None:
        return False
    return _BRACES in root.source.text or _CALL.search(root.source.text) is not None


def resolve(root: Node) -> Node:
    """Resolve the functions of a template, as far as that is certain; makes a new tree."""
    return _Resolver().node(root)


class _Resolver(Remaker):
    """Resolves what it makes anew."""

    def make(self, node: Node) -> Node:
        if isinstance(node, Text):
            return _looked_up(node)
        if isinstance(node, Unknown) and node.argument is not None and node.why is not _FILLED:
            return _call(node.why, self.node(node.argument), node)
        if not isinstance(node, Mapping):
            return super().make(node)
        if len(node.entries) == 1:
            key, value = node.entries[0]
            if key.value == "Ref" or (key.value.startswith("Fn::") and not key.value.startswith(LOOP)):
                return _call(key.value, self.node(value), node)
        entries = [_entry(key, self.node(value)) for key, value in node.entries]
        return Mapping([entry for entry in entries if not is_nothing(entry[1])], node.source, node.start, node.end)


def _entry(key: Text, value: Node) -> tuple[Text, Node]:
    # Fn::Transform and Fn::ForEach beside other members bring more of them.
    if key.value.startswith("Fn::") or _is_filled(key):
        return Text(DAMAGED, key.source, key.start, key.end), Unknown(UNNAMED, value.source, value.start, value.end)
    return key, value


def is_nothing(node: Node) -> bool:
    """Tell whether a value is `AWS::NoValue`, which takes the property away."""
    return (
        isinstance(node, Unknown)
        and node.why == "Ref"
        and isinstance(node.argument, Text)
        and node.argument.value == _NOTHING
    )


def _looked_up(text: Text) -> Node:
    """Take a text for unknown that is filled in at deployment, or a part of it: `{{resolve:ssm:/name}}`."""
    if not _is_filled(text):
        return text
    unknown = Unknown(_FILLED, text.source, text.start, text.end, text)
    patchwork = substitution(unknown)
    unknown.ending = patchwork.ending if patchwork is not None else ""
    return unknown


def nothing(node: Node) -> Unknown:
    """Say that there is nothing where a value stands."""
    return Unknown("Ref", node.source, node.start, node.end, Text(_NOTHING))


def _is_filled(text: Text) -> bool:
    # To look for a word takes no time.
    return _BRACES in text.value and _BRACED.search(text.value) is not None


def _written(argument: Node) -> Node:
    """Give the argument of `Fn::Sub` with its text as it is written."""
    if isinstance(argument, List) and argument.items:
        items = [_written(argument.items[0]), *argument.items[1:]]
        return List(items, argument.source, argument.start, argument.end)
    if isinstance(argument, Unknown) and argument.why is _FILLED and argument.argument is not None:
        return argument.argument
    return argument


def _call(function: str, argument: Node, node: Node) -> Node:
    known: Text | None = None
    argument = _written(argument) if function == "Fn::Sub" else argument
    unknown = Unknown(function, node.source, node.start, node.end, argument)
    if function == "Fn::Sub":
        known = _substituted(argument, node)
        text = substitution(unknown) if known is None else None
        unknown.ending = text.ending if text is not None else ""
    elif function == "Fn::Join":
        known = _joined(argument, node)
        unknown.ending = _joined_ending(argument) if known is None else ""
    return _looked_up(known) if known is not None else unknown


def _substituted(argument: Node, node: Node) -> Text | None:
    text, variables = argument, dict[str, str]()
    if isinstance(argument, List) and len(argument.items) == 2:  # noqa: PLR2004 - the text and its variables
        text, given = argument.items
        if isinstance(given, Mapping):
            variables = {key.value: value.value for key, value in given.entries if isinstance(value, Text)}
    if not isinstance(text, Text):
        return None
    if "${" not in text.value:
        # What is written is the value, so that places inside of it can be told.
        return text
    parts: list[str] = []
    at = 0
    for match in HOLE.finditer(text.value):
        name = match["name"].strip()
        if not match["literal"] and name not in variables:
            return None
        parts += [text.value[at : match.start()], f"${{{match['name']}}}" if match["literal"] else variables[name]]
        at = match.end()
    return _text([*parts, text.value[at:]], "", node)


def substitution(node: Unknown) -> Patchwork | None:
    """Give the text of an `Fn::Sub` that could not be resolved, with a hole for each variable.

    So is that of what has double braces. None for all that is neither.
    """
    text = node.argument if node.why == "Fn::Sub" or node.why is _FILLED else None
    if isinstance(text, List) and text.items:
        text = text.items[0]
    if not isinstance(text, Text):
        return None
    written = written_offsets(text)
    value, holes, offsets = "", [], list[int]()
    at = 0
    for match in (_ANY_HOLE if node.why == "Fn::Sub" else _BRACED).finditer(text.value):
        start, end = match.span()
        if match.groupdict().get("literal"):
            # The exclamation mark is not part of the text.
            value += text.value[at : start + 2]
            offsets += range(at, start + 2)
            at = start + 3
        else:
            value += text.value[at:end]
            offsets += range(at, end)
            holes.append((len(value) - (end - start), len(value)))
            at = end
    value += text.value[at:]
    offsets += range(at, len(text.value) + 1)
    return Patchwork(value, tuple(holes), [written[offset] for offset in offsets] if written is not None else None)


def _joined(argument: Node, node: Node) -> Text | None:
    if not isinstance(argument, List) or len(argument.items) != 2:  # noqa: PLR2004 - the delimiter and the texts
        return None
    delimiter, texts = argument.items
    if not isinstance(delimiter, Text) or not isinstance(texts, List):
        return None
    values = [item.value for item in texts.items if isinstance(item, Text)]
    if len(values) != len(texts.items):
        return None
    return _text(values, delimiter.value, node)


def _joined_ending(argument: Node) -> str:
    """Give the last texts of a list, where they are put together without anything between them."""
    if not isinstance(argument, List) or len(argument.items) != 2:  # noqa: PLR2004 - as above
        return ""
    delimiter, texts = argument.items
    if not isinstance(delimiter, Text) or delimiter.value or not isinstance(texts, List):
        return ""
    known: list[str] = []
    for item in reversed(texts.items):
        known.append(item.value if isinstance(item, Text) else item.ending if isinstance(item, Unknown) else "")
        if not isinstance(item, Text):
            break
    return "".join(reversed(known))


def _text(parts: list[str], between: str, node: Node) -> Text | None:
    if sum(map(len, parts)) + len(between) * len(parts) > _MAX_TEXT:
        return None
    return Text(between.join(parts), node.source, node.start, node.end)
