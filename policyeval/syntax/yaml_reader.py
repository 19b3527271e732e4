"""YAML text to the value tree, from PyYAML's parser events and their marks.

Scalars are taken as written: `2012-10-17`, `012345670123` and `no` are text. Of YAML's other
powers only aliases are there, bounded: their expansion is counted without being made.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import yaml

from policyeval.model.source import Diagnostic, Place, Source
from policyeval.syntax.encoding import explain_bytes
from policyeval.syntax.faults import MAX_FAULTS, Faults, Kind, by_place, ticked
from policyeval.syntax.strings import has_lone_surrogate
from policyeval.syntax.tree import MAX_DEPTH, MAX_NODES, UNREADABLE, List, Mapping, Node, Null, Text, Unknown
from policyeval.syntax.yaml_faults import syntax_hint, unprintable

if TYPE_CHECKING:
    from collections.abc import Mapping as NameMap

# The C parser is ten times as fast; a PyYAML built without libyaml has only the other. Same events, same marks.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS: Final = frozenset({"", "~", "null"})
_CORE: Final = "tag:yaml.org,2002:"
_CORE_TAGS: Final = frozenset({"!", *(_CORE + name for name in ("str", "int", "float", "bool", "null", "map", "seq"))})

_NO_FUNCTIONS: Final[NameMap[str, str]] = MappingProxyType({})
_TAG_AND_ANCHOR: Final = re.compile(r"(?:[!&]\S*\s+)+")


def read_yaml(
    text: str | bytes,
    name: str | None,
    *,
    functions: NameMap[str, str] = _NO_FUNCTIONS,
    several: bool = False,
    foreign: bool = False,
) -> tuple[Node | None, list[Diagnostic]]:
    """Read a YAML text into the value tree.

    Gives the tree, None where none could be made, and the faults in the order of their places.
    Duplicate keys are kept. An alias gives the same node object as its anchor. `functions` has the tags that
    stand for functions, by name: what is tagged so is `Unknown`, with its value as the argument. `several`: there
    may be more documents than one, and the tree then is the list of them. `foreign`: the text is meant for a reader
    that merges what `<<` names into an object and has tags of its own. Such an object has an entry here whose key is
    not known, and what has such a tag is `Unknown`.
    """
    if isinstance(text, bytes):
        data = text
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return None, explain_bytes(data, name)
    # A byte order mark is legal here, and the two parsers count it differently.
    source = Source(name, text.removeprefix("\ufeff"))
    found = unprintable(source)
    if found:
        return None, found
    reader = _Reader(source, functions, several=several, foreign=foreign)
    node = reader.read()
    return node, by_place(reader.faults.found)[:MAX_FAULTS]


class _Stop(Exception):  # noqa: N818 - ends the reading; what is wrong is already said
    """There is no going on."""


class _Frame:
    """A container that is being filled. `weight` counts its values, aliases expanded; `height` its levels."""

    __slots__ = ("event", "height", "key", "node", "weight")

    def __init__(self, node: List | Mapping, event: yaml.CollectionStartEvent) -> None:
        self.node = node
        self.event = event
        self.key: Text | None = None
        self.weight = 1
        self.height = 1


class _Reader:
    """Works a stack of frames; one method an event, named after its class; never recursive."""

    def __init__(self, source: Source, functions: NameMap[str, str], *, several: bool, foreign: bool) -> None:
        self.source = source
        self.functions = functions
        self.several = several
        self.foreign = foreign
        self.faults = Faults([])
        self.stack: list[_Frame] = []
        self.root: Node | None = None
        self.documents = 0
        # Those before the last, which is the root.
        self.earlier: list[Node] = []
        # What an anchor names, with its weight and height; None while it is still being filled.
        self.anchors: dict[str, tuple[Node, int, int] | None] = {}

    def read(self) -> Node | None:
        try:
            self.parse()
        except _Stop:
            return None
        if self.documents > 1 and self.root is not None:
            return List([*self.earlier, self.root], self.source, 0, len(self.source.text))
        return self.root

    def parse(self) -> None:
        try:
            self.take_events()
        except yaml.MarkedYAMLError as error:
            self.syntax(error)
            raise _Stop from None
        except (yaml.YAMLError, ValueError, OverflowError) as error:  # the Python parser's, of escapes beyond Unicode
            self.fault(0, 0, f"the text is not YAML: {error}")
            raise _Stop from None
        if self.root is None and not self.faults.found:
            self.fault(0, 0, "the text is empty")

    def take_events(self) -> None:
        methods = {getattr(yaml, name): getattr(self, name) for name in dir(self) if name.endswith("Event")}
        parser = _LOADER(self.source.text)
        try:
            event = parser.get_event()
            while event is not None:
                method = methods.get(type(event))
                if method is not None:
                    method(event)
                event = parser.get_event()
        finally:
            parser.dispose()

    def syntax(self, error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        at = mark.index if mark is not None else 0
        problem = error.problem or "the text is not YAML"
        self.fault(at, at + 1, problem[:1].lower() + problem[1:], syntax_hint(error))

    # Events.

    def DocumentStartEvent(self, event: yaml.DocumentStartEvent) -> None:  # noqa: N802 - the event's name
        self.documents += 1
        if self.documents > 1 and not self.several:
            self.fault(*_span(event), "a second document", "a file holds one; split it")
            raise _Stop
        if self.root is not None:
            self.earlier.append(self.root)
            self.anchors = {}

    def ScalarEvent(self, event: Any) -> None:  # noqa: N802, ANN401 - the event's name; its stub has no marks
        end, value = event.end_mark.index, event.value
        start = min(self.content_start(event), end)
        plain = not event.style
        node: Node = Text(value, self.source, start, end)
        if event.tag is not None:
            self.check_tag(event)
        if has_lone_surrogate(value):  # the C parser refuses such escapes, the other does not
            self.fault(start, end, "half a surrogate pair", "write the character itself")
            raise _Stop
        if event.tag == _CORE + "null" or (plain and value in _NULLS and event.tag is None):
            node = Null(self.source, start, end)
        elif plain and value == "<<" and self.wants_key():
            if not self.foreign:
                self.fault(start, end, "a merge key `<<`", "write the keys out: merging is not supported")
            node = Unknown(UNREADABLE, self.source, start, end)
        node = self.called(event, node)
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, 1, 0)
        self.put(node, 1, 0)

    def AliasEvent(self, event: Any) -> None:  # noqa: N802, ANN401 - the event's name; its stub allows no anchor
        start, end = _span(event)
        known = self.anchors.get(event.anchor)
        if known is None:
            message = f"the alias `*{event.anchor}` names no anchor above it"
            if event.anchor in self.anchors:
                message = f"the alias `*{event.anchor}` stands inside what it names"
            self.fault(start, end, message)
            known = (Unknown(UNREADABLE, self.source, start, end), 1, 0)
        node, weight, height = known
        if len(self.stack) + height > MAX_DEPTH:
            message = f"the text nests deeper than {MAX_DEPTH} levels, aliases expanded"
            self.fault(start, end, message, kind=Kind.TOO_DEEP)
            raise _Stop
        self.put(node, weight, height)
        if self.stack and self.stack[-1].weight > MAX_NODES:
            self.fault(start, end, f"the text holds more than {MAX_NODES:,} values, aliases expanded")
            raise _Stop

    def SequenceStartEvent(self, event: yaml.SequenceStartEvent) -> None:  # noqa: N802 - the event's name
        self.begin(List([], self.source, self.content_start(event)), event)

    def MappingStartEvent(self, event: yaml.MappingStartEvent) -> None:  # noqa: N802 - the event's name
        self.begin(Mapping([], self.source, self.content_start(event)), event)

    def SequenceEndEvent(self, event: yaml.SequenceEndEvent) -> None:  # noqa: N802 - the event's name
        frame = self.stack.pop()
        frame.node.end = self.content_end(_span(event)[1])
        node = self.called(frame.event, frame.node)
        if frame.event.anchor is not None:
            self.anchors[frame.event.anchor] = (node, frame.weight, frame.height)
        self.put(node, frame.weight, frame.height)

    MappingEndEvent = SequenceEndEvent

    # Their parts.

    def begin(self, node: List | Mapping, event: yaml.CollectionStartEvent) -> None:
        self.check_tag(event)
        if len(self.stack) == MAX_DEPTH:
            self.fault(*_span(event), f"the text nests deeper than {MAX_DEPTH} levels", kind=Kind.TOO_DEEP)
            raise _Stop
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.stack.append(_Frame(node, event))

    def wants_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].node, Mapping) and self.stack[-1].key is None

    def put(self, node: Node, weight: int, height: int) -> None:
        """Give a finished value to the container it stands in."""
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        frame.weight += weight
        if height >= frame.height:
            frame.height = height + 1
        if isinstance(frame.node, List):
            frame.node.items.append(node)
        elif frame.key is None:
            frame.key = self.key(node)
        else:
            lost = frame.key.value == "" and frame.key.source is None
            value = Unknown(UNREADABLE, self.source, node.start, node.end) if lost else node
            frame.node.entries.append((frame.key, value))
            frame.key = None

    def key(self, node: Node) -> Text:
        if isinstance(node, Text):
            return node
        if not isinstance(node, Unknown):
            self.fault(node.start, node.end, f"a key must be a string, not {node.kind}")
        return Text("")

    def check_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        tag = event.tag
        if tag is not None and tag not in _CORE_TAGS and tag not in self.functions and not self.is_foreign(tag):
            shown = "!!" + tag.removeprefix(_CORE) if tag.startswith(_CORE) else tag
            start = _span(event)[0]
            self.fault(start, _span(event)[1], f"the tag {ticked(shown)} is not supported", "write the value itself")

    def called(self, event: Any, node: Node) -> Node:  # noqa: ANN401 - the stubs know no marks of events
        """Give what stands for a value: where its tag is a function's, or of others, nobody knows it here."""
        if event.tag is None or event.tag not in self.functions:
            known = event.tag is None or not self.is_foreign(event.tag)
            return node if known else Unknown(event.tag, self.source, _span(event)[0], node.end)
        return Unknown(self.functions[event.tag], self.source, _span(event)[0], node.end, node)

    def is_foreign(self, tag: str) -> bool:
        return self.foreign and tag.startswith("!") and tag not in _CORE_TAGS

    def content_start(self, event: Any) -> int:  # noqa: ANN401 - the stubs know no marks of events
        # For PyYAML a value begins with its tag and its anchor.
        start: int = event.start_mark.index
        before = _TAG_AND_ANCHOR.match(self.source.text, start) if event.tag or event.anchor else None
        return before.end() if before is not None else start

    def content_end(self, end: int) -> int:
        # A block ends for PyYAML where the next thing begins; for a reader, where its last line does.
        text = self.source.text
        while text[end - 1].isspace():
            end -= 1
        return end

    def fault(self, start: int, end: int, message: str, hint: str | None = None, *, kind: Kind | None = None) -> None:
        size = len(self.source.text)
        self.faults.add_inside(Place(self.source, min(start, size), min(end, size)), message, hint, kind=kind)
        if len(self.faults.found) >= MAX_FAULTS:
            raise _Stop


def _span(event: Any) -> tuple[int, int]:  # noqa: ANN401 - the stubs know no marks of events
    return event.start_mark.index, event.end_mark.index
