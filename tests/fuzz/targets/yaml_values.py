"""A text is accepted only when PyYAML takes it, and means what PyYAML says it does.

That goes for PyYAML's parser in C and for the one in Python, which do not accept quite the same.
What PyYAML takes and we refuse, we refuse for a reason that stands in `BY_INTENT`.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from policyeval.syntax import yaml_reader
from policyeval.syntax.tree import Boolean, List, Mapping, Node, Null, Number, Text
from policyeval.syntax.yaml_reader import read_yaml
from tests.fuzz.checks import expect_faults, expect_few, text_of

FINE = ()
WORDS = (
    b"a: ", b"- ", b"? ", b": ", b"\n  ", b"\n", b"\r\n", b"[", b"]", b"{", b"}", b",", b"&a ", b"*a", b"<<: ",
    b"|\n ", b">-\n ", b"'", b'"', b"\\x41", b"\\u2028", b"#c", b"---\n", b"...\n", b"%YAML 1.1\n", b"!!str ",
    b"!!null ", b"!x ", b"~", b"null", b"no", b"2012-10-17", b"\t", b"\xc2\x85", b"\xe2\x80\xa9", b"\xef\xbb\xbf",
)  # fmt: skip

BY_INTENT = re.compile(
    "the tag |a merge key|a key must be a string|a second document|the text nests deeper|the text holds more"
    "|the alias .* stands inside|the text is empty|the character |half a surrogate pair"
)


LOADERS: dict[str, Any] = {"C": getattr(yaml, "CSafeLoader", yaml.SafeLoader), "Python": yaml.SafeLoader}


def run(data: bytes) -> None:
    text = text_of(data)
    before = yaml_reader._LOADER
    try:
        for loader in LOADERS.values():
            yaml_reader._LOADER = loader
            _read(text, loader)
    finally:
        yaml_reader._LOADER = before


def _read(text: str, loader: Any) -> None:
    node, faults = read_yaml(text, "fuzz.yaml")
    _spans(node)
    if faults:
        expect_faults(faults)
        expect_few(faults)
    if any(BY_INTENT.match(fault.message) for fault in faults):
        return
    try:
        # What comes here is shallow: PyYAML composes by recursion.
        composed = yaml.compose(text.removeprefix("\ufeff"), loader)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # YAML lets an anchor be set anew; composing does not.
        assert faults or "found duplicate anchor" in str(error), f"PyYAML refuses it: {error}"
        return
    assert node is not None
    assert not faults, [fault.message for fault in faults]
    _same(node, composed)


def _same(root: Node, expected_root: Any) -> None:
    waiting, compared = [(root, expected_root)], set()
    while waiting:
        node, expected = waiting.pop()
        if (id(node), id(expected)) in compared:
            continue
        compared.add((id(node), id(expected)))
        if isinstance(node, Mapping):
            assert isinstance(expected, yaml.MappingNode)
            pairs = zip(node.entries, expected.value, strict=True)
            waiting += [both for ours, theirs in pairs for both in zip(ours, theirs, strict=True)]
        elif isinstance(node, List):
            assert isinstance(expected, yaml.SequenceNode)
            waiting += zip(node.items, expected.value, strict=True)
        elif isinstance(node, Text):
            assert (type(expected), expected.value) == (yaml.ScalarNode, node.value)
        else:
            assert isinstance(node, Null)
            assert expected.tag == "tag:yaml.org,2002:null"


def _spans(root: Node | None) -> None:
    """Every value stands in the text; aliases may stand elsewhere than in what holds them."""
    waiting, met = [root] if root is not None else [], set()
    while waiting:
        node = waiting.pop()
        if id(node) in met:
            continue
        met.add(id(node))
        assert not isinstance(node, Number | Boolean)
        assert node.source is None or 0 <= node.start <= node.end <= len(node.source.text)
        if isinstance(node, Mapping):
            waiting += [part for entry in node.entries for part in entry]
        elif isinstance(node, List):
            waiting += node.items
