"""From a file's bytes to value trees: which reader takes a file, and what no reader can take."""

from __future__ import annotations

import re
from functools import partial
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.lint.embedded import read_patchwork
from policyeval.lint.kinds import FileKind
from policyeval.lint.surroundings import OURS
from policyeval.lint.templates.cloudformation import is_template as is_cloudformation
from policyeval.lint.templates.expressions import without_expressions
from policyeval.lint.templates.functions import TAGS
from policyeval.lint.templates.spot import HCL_SUFFIXES, get
from policyeval.model.source import Diagnostic, Place, Source
from policyeval.syntax.encoding import wide_encoding
from policyeval.syntax.json_reader import read_json
from policyeval.syntax.patchwork import Patchwork
from policyeval.syntax.tree import UNREADABLE, List, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from policyeval.syntax.tree import Node

MAX_BYTES: Final = 10_000_000
"""How large a file may be; AWS's largest policy has a thousandth of it."""

_FOR_TERRAFORM: Final = (".tftpl", ".tpl")
TEMPLATE_SUFFIXES: Final = (".j2", *_FOR_TERRAFORM)
"""The templates, of whatever, that are looked into."""


class Reading(NamedTuple):
    """A file as far as it could be read.

    `policy_like`: whether a text that is damaged may have been a policy. `prefix`: what the file has before the
    source's text, which is a byte order mark or nothing.
    """

    source: Source
    node: Node | None
    faults: list[Diagnostic]
    policy_like: bool = True
    prefix: str = ""


def read(data: bytes, name: str) -> Reading:
    """Read a file; what is wrong with it as a file is among the faults."""
    if b"\0" in data[:8192]:
        encoding = wide_encoding(data)
        if encoding is None:
            return _not_text(name, "the file is binary", "name files that hold policies")
        return _not_text(name, f"the text is {encoding}")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        message = f"the file is not UTF-8: byte `0x{data[error.start]:02x}` at offset {error.start}"
        return _not_text(name, message)
    node, faults = _reader(name, text)(text, name)
    source = node.source if node is not None and node.source is not None else Source(name, text)
    prefix = text[: len(text) - len(source.text)]
    return Reading(source, node, faults, not faults or _policy_like(text, name, faults), prefix)


def is_template(name: str) -> bool:
    """Tell whether a file is a template by its name, which does not say of what: scripts and web pages are, too."""
    return name.lower().endswith(TEMPLATE_SUFFIXES)


def _policy_like(text: str, name: str, faults: list[Diagnostic]) -> bool:
    unrendered = any(fault.kind == FileKind.UNRENDERED_TEMPLATE for fault in faults)
    if unrendered or is_template(name):  # charts and roles are full of them
        return "Statement" in text and "Effect" in text
    return "statement" in text.lower()


def too_large(name: str, size: int) -> Reading:
    """Say that a file is too large to be read."""
    source = Source(name, "")
    message = f"the file has {size:,} bytes, more than {MAX_BYTES:,}"
    return Reading(
        source, None, [Diagnostic(message, "no policy is that large", Place(source), FileKind.FILE_TOO_LARGE)]
    )


def unreadable(name: str, reason: str) -> Reading:
    """Say that a file cannot be opened."""
    source = Source(name, "")
    return Reading(
        source, None, [Diagnostic(f"cannot read the file: {reason}", None, Place(source), FileKind.UNREADABLE_FILE)]
    )


def _not_text(name: str, message: str, hint: str = "save it as UTF-8") -> Reading:
    source = Source(name, "")
    fault = Diagnostic(message, hint, Place(source), FileKind.NOT_TEXT)
    return Reading(source, None, [fault], policy_like=not is_template(name))


def _reader(name: str, text: str) -> Callable[[str, str], tuple[Node | None, list[Diagnostic]]]:
    suffix = PurePath(name).suffix.lower()
    if suffix in HCL_SUFFIXES:
        from policyeval.syntax.hcl_reader import read_hcl  # noqa: PLC0415 - few runs have such files

        return read_hcl
    if suffix in _LINES:
        return _read_lines
    if suffix == ".json" or (suffix not in _YAML and _begins_as_json(text)):
        return _read_json
    return _read_yaml


def _read_json(text: str, name: str) -> tuple[Node | None, list[Diagnostic]]:
    """Read JSON; where a template has a value filled in, and it is JSON but for that, the value is unknown."""
    node, faults = read_json(text, name)
    mark = _mark_in_json(faults)
    if mark is None and _is_for_terraform(name):
        mark = _variable_of_terraform(Source(name, text))
    if mark is None or mark.source is None:
        return node, faults
    source = mark.source
    hole = _HOLES.get(source.text[mark.start : mark.end])
    if "%{" in source.text and _is_for_terraform(name):
        return _read_directed(source, mark)
    if hole is None:
        return None, [_unrendered(mark, "JSON")]
    holes = tuple(match.span() for match in hole.finditer(source.text))
    patchwork = Patchwork(source.text, holes, list(range(len(source.text) + 1)))
    root, left = read_patchwork(patchwork, Text(source.text, source, 0, len(source.text)), "")
    return (None, left or [_unrendered(mark, "JSON")]) if isinstance(root, Unknown) else (root, left)


def _read_directed(source: Source, mark: Place) -> tuple[Node | None, list[Diagnostic]]:
    """Read JSON that Terraform's directives choose parts of."""
    from policyeval.lint.directives import lifted  # noqa: PLC0415 - few runs have such files
    from policyeval.syntax.hcl_strings import BrokenError, read_template  # noqa: PLC0415

    try:
        patchwork = lifted(read_template(source.text))
    except BrokenError:
        patchwork = None
    whole = Text(source.text, source, 0, len(source.text))
    root, faults = read_patchwork(patchwork, whole, "") if patchwork is not None else (None, [])
    if root is None or isinstance(root, Unknown):
        return None, faults or [_unrendered(mark, "JSON")]
    return root, faults


def _read_lines(text: str, name: str) -> tuple[Node | None, list[Diagnostic]]:
    """Read JSON Lines: a document on each line that is not blank."""
    source = Source(name, text.removeprefix("\ufeff"))
    whole = Text(source.text, source, 0, len(source.text))
    documents: list[Node] = []
    found: list[Diagnostic] = []
    for line in _LINE.finditer(source.text):
        if line.group().isspace():
            continue
        patchwork = Patchwork(line.group(), (), list(range(line.start(), line.end() + 1)))
        node, faults = read_patchwork(patchwork, whole, f"/{len(documents)}")
        documents.append(node or Unknown(UNREADABLE, source, *line.span()))
        found += faults
    return List(documents, source, 0, len(source.text)), found


def _mark_in_json(faults: list[Diagnostic]) -> Place | None:
    """Find the first mark of a template at which a text stops to be JSON: in no string is it any fault."""
    for place in (fault.place for fault in faults):
        if place is not None and place.source is not None:
            found = _MARK.search(place.source.text, max(place.start - 1, 0), place.start + 2)
            if found is not None:
                return Place(place.source, *found.span())
    return None


def _is_for_terraform(name: str) -> bool:
    """Tell whether a file is a template that `templatefile` fills in: there `${…}` is no variable of IAM's."""
    return name.lower().endswith(_FOR_TERRAFORM)


def _variable_of_terraform(source: Source) -> Place | None:
    """Find the first variable, whatever stands in it: a text may be JSON with it, or stop to be at a quote in it."""
    found = _HOLES["${"].search(source.text)
    return Place(source, found.start(), found.start() + 2) if found is not None else None


def _unrendered(mark: Place, language: str) -> Diagnostic:
    message = f"the file is a template, and no {language} before it is filled in"
    return Diagnostic(message, "render it, and lint what comes", mark, FileKind.UNRENDERED_TEMPLATE)


def _read_yaml(text: str, name: str) -> tuple[Node | None, list[Diagnostic]]:
    from policyeval.syntax.yaml_reader import read_yaml  # noqa: PLC0415 - imports PyYAML, which JSON needs not

    read_as = partial(read_yaml, text, name, functions=TAGS, several=True)
    node, faults = read_as()
    mark = _directive(faults[0]) if faults else None
    if mark is not None:
        return None, [_unrendered(mark, "YAML")]
    if node is not None and _is_for_terraform(name):
        return without_expressions(node, _HOLES["${"].search), faults
    return read_as(foreign=True) if faults and node is not None and _is_foreign(node) else (node, faults)


def _is_foreign(root: Node) -> bool:
    """Tell whether others read a document, such as Ansible: they merge, and have tags of their own.

    CloudFormation does neither, and nor do we.
    """
    documents = [root, *root.items] if isinstance(root, List) else [root]
    return not any(is_cloudformation(each) or any(get(each, name) is not None for name in OURS) for each in documents)


def _directive(fault: Diagnostic) -> Place | None:
    """Find the directive of a template where a text stops to be YAML: in that line, or in what comes before it."""
    source = fault.place.source if fault.place is not None else None
    if fault.place is None or source is None:
        return None
    start, end = source.line_span(fault.place.line or 1)
    # A directive by itself is told to be no key at the next line that has something.
    before = source.text.rfind("\n", 0, len(source.text[:start].rstrip())) + 1
    found = _DIRECTIVE.search(source.text, before, end)
    return Place(source, *found.span(1)) if found is not None else None


def _begins_as_json(text: str) -> bool:
    """Tell whether a text is JSON by its first character, after comments: these JSON has not, and YAML otherwise."""
    at = _after_blanks(text, 0)
    while text.startswith(("//", "/*"), at):
        end = "\n" if text[at + 1] == "/" else "*/"
        closed = text.find(end, at + 2)
        if closed < 0:
            return False
        at = _after_blanks(text, closed + len(end))
    return text[at : at + 1] in {"{", "["}


def _after_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found is not None else at


_BLANKS: Final = re.compile("[\ufeff \t\r\n]*")
# Of Helm and Jinja, where YAML has a value: to it `{{` opens an object in an object.
_DIRECTIVE: Final = re.compile(r"^[ \t]*(?:- +|[\w./-]+: +)*(\{\{|\{%)", re.MULTILINE)
# Of those, and of Terraform's `templatefile`, where JSON has a value; and what is filled in there, by how it begins.
_MARK: Final = re.compile(r"\{\{|\{%|\$\{|%\{|<%")
# What has a key is an object in a brace too many; and within `${…}` a string may have another one.
_HOLES: Final = MappingProxyType(
    {
        "{{": re.compile(r'\{\{(?!\s*"[^"]*"\s*:)[^{}]*\}\}'),
        "${": re.compile(r"(?<!\$)\$\{[^{}]*+(?:\{[^{}]*\}[^{}]*+)*\}"),
    }
)
_LINES: Final = frozenset({".jsonl", ".ndjson"})
_LINE: Final = re.compile(r"[^\r\n]+")
_YAML: Final = frozenset({".yaml", ".yml"})
