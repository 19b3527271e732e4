"""HCL to the value tree, as far as values are written down: what is computed is `Unknown`.

A file becomes what Terraform's JSON syntax would say: `resource "a" "b" {…}` is `{"resource": {"a": {"b": …}}}`,
and a name that comes twice stays twice. Values are read by `hcl_expressions`.
https://developer.hashicorp.com/terraform/language/syntax/configuration
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.model.source import Diagnostic, Place, Source
from policyeval.syntax.faults import Kind
from policyeval.syntax.hcl_expressions import HclExpressions
from policyeval.syntax.hcl_strings import BrokenError
from policyeval.syntax.objects import DAMAGED
from policyeval.syntax.tree import MAX_DEPTH, Mapping, Text

if TYPE_CHECKING:
    from policyeval.syntax.tree import Node


def read_hcl(text: str, name: str | None) -> tuple[Node | None, list[Diagnostic]]:
    """Read a text of HCL into the value tree.

    Gives the tree as far as the text could be read, and what is wrong with it. Values of which a part is computed
    are `Unknown`; what stands under a key that is computed stands under `DAMAGED`.
    """
    reader = _Reader(Source(name, text.removeprefix("\ufeff")))
    root = Mapping([], reader.source, 0, len(reader.text))
    try:
        reader.body(root, 1)
    except BrokenError as error:
        place = Place(reader.source, error.at, min(error.at + 1, len(reader.text)))
        return root, [Diagnostic(error.message, None, place, error.kind)]
    return root, []


class _Reader(HclExpressions):
    """Reads bodies: attributes and blocks."""

    def body(self, into: Mapping, depth: int, closing: str = "") -> None:
        if depth > MAX_DEPTH:
            self.broken(f"blocks nest deeper than {MAX_DEPTH} levels", Kind.TOO_DEEP)
        while True:
            self.skip_lines()
            if self.peek() == closing:
                self.at += len(closing)
                return
            key = self.word()
            self.skip_space()
            if self.peek() == "=" and self.text[self.at + 1 : self.at + 2] != "=":
                self.at += 1
                into.entries.append((key, self.expression("\n" + closing, depth)))
            else:
                into.entries.append((key, self.block(depth)))

    def block(self, depth: int) -> Mapping:
        labels = []
        self.skip_space()
        while self.peek() not in {"{", ""}:
            labels.append(self.quoted(depth) if self.peek() == '"' else self.word())
            self.skip_lines() if self.peek() == "\n" else self.skip_space()
        start = self.at
        self.expect("{")
        inner = Mapping([], self.source, start)
        self.body(inner, depth + len(labels) + 1, "}")
        inner.end = self.at
        for label in reversed(labels):
            key = label if isinstance(label, Text) else Text(DAMAGED, self.source, label.start, label.end)
            inner = Mapping([(key, inner)], self.source, label.start, self.at)
        return inner
