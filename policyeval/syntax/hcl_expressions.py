"""Values of HCL, as far as they are written down: what is computed is `Unknown`.

`jsonencode(x)` is x, `concat(…)` a list of what is written down in it, `merge(…)` an object of that, and
`[for x in xs : {…}]` a list that may have such an object. No other expression is evaluated: only its end has to be
found, and whatever Terraform takes before that is passed over.
https://developer.hashicorp.com/terraform/language/expressions
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.syntax.faults import Kind, ticked
from policyeval.syntax.hcl_lists import compacted, flattened, items_of, merged
from policyeval.syntax.hcl_scanner import NAME, HclScanner
from policyeval.syntax.hcl_strings import PLAIN, BrokenError, end_of_heredoc, end_of_string, read_string
from policyeval.syntax.objects import DAMAGED
from policyeval.syntax.strings import has_lone_surrogate
from policyeval.syntax.tree import (
    CHOICE,
    ELSEWHERE,
    INTERPOLATION,
    MAX_DEPTH,
    REFERENCE,
    UNNAMED,
    Boolean,
    List,
    Mapping,
    Null,
    Number,
    Text,
    Unknown,
)

if TYPE_CHECKING:
    from policyeval.syntax.tree import Node

_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_IF: Final = re.compile(r"if\b")
# Functions that give the items of the lists that they are called with.
_LISTS: Final = frozenset(
    {"compact", "concat", "distinct", "flatten", "reverse", "setunion", "sort", "tolist", "toset"}
)
_FOR: Final = re.compile(r"[\[{]\s*for\b(?!\s*[=:])")
_OPERATORS: Final = frozenset("?.[=!<>&|+-*/%")


class HclExpressions(HclScanner):
    """Reads a value from where it is; each method leaves it behind what it read."""

    def expression(self, stops: str, depth: int) -> Node:
        """Read a value. `stops` are the signs that end it; a line ends it if a new line is among them."""
        if depth > MAX_DEPTH:
            self.broken(f"values nest deeper than {MAX_DEPTH} levels", Kind.TOO_DEEP)
        many_lines = "\n" not in stops
        self.skip_lines() if many_lines else self.skip_space()
        start = self.at
        node = self._primary(depth)
        end = self.at
        self.skip_lines() if many_lines else self.skip_space()
        following = self.peek()
        if node is not None and following not in stops and following not in _OPERATORS:
            self.broken(f"unexpected {ticked(following)} after a value")
        if node is None or (following and following not in stops):
            end = self.skip_expression(start, stops + "?")
            if self.peek() == "?" and "?" not in stops:
                return self._conditional(start, end, stops, depth)
            return self._computed(start, end)
        self.at = max(self.at, end)
        return node

    def _computed(self, start: int, end: int) -> Unknown:
        if end == start:
            self.broken("a value is missing")
        return Unknown(REFERENCE, self.source, start, end, Text(self.text[start:end], self.source, start, end))

    def _conditional(self, start: int, end: int, stops: str, depth: int) -> Unknown:
        """Read `condition ? one : other`, whose condition has been read; as a whole where it is written otherwise."""
        at = self.at
        try:
            self.at += 1
            held = self.expression(":\n" if "\n" in stops else ":", depth + 1)
            if self.peek() != ":":
                return self._computed(start, self.skip_expression(start, stops, self.at))
            self.at += 1
            otherwise = self.expression(stops, depth + 1)
        except BrokenError as error:
            if error.at >= len(self.text):  # the text ends too early, however it is read
                raise
            self.at = at
            return self._computed(start, self.skip_expression(start, stops))
        condition = Text(self.text[start:end], self.source, start, end)
        options = List([condition, held, otherwise], self.source, start, otherwise.end)
        return Unknown(CHOICE, self.source, start, otherwise.end, options)

    def _primary(self, depth: int) -> Node | None:
        """Read what is written down; None for all else."""
        sign = self.peek()
        if sign == '"':
            return self.quoted(depth)
        if self.text.startswith("<<", self.at):
            return self._string(end_of_heredoc(self.text, self.at), depth)
        if sign in {"[", "{"}:
            if _FOR.match(self.text, self.at):
                return self._repeated(depth) if sign == "[" else None
            return self._tuple(depth) if sign == "[" else self._object(depth)
        if sign == "(":
            self.at += 1
            node = self.expression(")", depth + 1)
            self.expect(")")
            return node
        return self._constant(depth)

    def _constant(self, depth: int) -> Node | None:
        start = self.at
        number = _NUMBER.match(self.text, start)
        if number is not None:
            self.at = number.end()
            return Number(number.group(), self.source, start, self.at)
        name = NAME.match(self.text, start)
        if name is None:
            return None
        self.at = name.end()
        word = name.group()
        if word == "null":
            return Null(self.source, start, self.at)
        if word in {"true", "false"}:
            return Boolean(word == "true", self.source, start, self.at)
        return self._call(word, start, depth) if self.peek() == "(" else None

    def _call(self, function: str, start: int, depth: int) -> Node | None:
        """Read a call of a function that gives what it is called with; None for all others."""
        if function in _LISTS:
            return self._concat(function, start, depth)
        if function == "merge":
            members = merged(self._arguments(depth))
            is_known = any(key.value != DAMAGED for key, _ in members)
            return Mapping(members, self.source, start, self.at) if is_known else None
        if function == "jsonencode":
            given = self._arguments(depth)
            return given[0] if len(given) == 1 else None
        return None

    def _repeated(self, depth: int) -> List | None:
        """Read `[for x in xs : {…}]` as a list with such an object, or none, and with others; None for all else."""
        start = self.at
        self.at += 1
        try:
            self.skip_expression(self.at, ":")
            self.expect(":")
            self.skip_lines()
            if self.peek() != "{" or _FOR.match(self.text, self.at):
                return None
            made = self._object(depth + 1)
            self.skip_lines()
            if _IF.match(self.text, self.at):
                self.skip_expression(self.at, "]")
            self.expect("]")
        except BrokenError as error:
            if error.at >= len(self.text):  # the text ends too early, however it is read
                raise
            return None
        at = (self.source, made.start, made.end)
        options = List([Text(f"for {start}", *at), made, Null(*at)], *at)
        others = Unknown(ELSEWHERE, self.source, start, made.start)
        return List([others, Unknown(CHOICE, *at, options)], self.source, start, self.at)

    def _concat(self, function: str, start: int, depth: int) -> List:
        """Read the lists that a call puts together; of what is no list that is written down, nobody knows the items."""
        items = [item for given in self._arguments(depth) for item in items_of(given)]
        if function == "flatten":
            items = [inner for item in items for inner in flattened(item)]
        if function == "compact":
            items = compacted(items)
        return List(items, self.source, start, self.at)

    def _arguments(self, depth: int) -> list[Node]:
        """Read what a call is called with."""
        given: list[Node] = []
        self.at += 1
        self.skip_lines()
        while self.peek() != ")":
            given.append(self.expression("),", depth + 1))
            self._separator(",", ")")
        self.at += 1
        return given

    def _tuple(self, depth: int) -> List:
        node = List([], self.source, self.at)
        self.at += 1
        self.skip_lines()
        while self.peek() != "]":
            node.items.append(self.expression(",]", depth + 1))
            self._separator(",", "]")
        self.at += 1
        node.end = self.at
        return node

    def _object(self, depth: int) -> Mapping:
        node = Mapping([], self.source, self.at)
        self.at += 1
        self.skip_lines()
        while self.peek() != "}":
            key = self._key(depth)
            self.skip_space()
            if self.peek() not in {"=", ":"}:
                self.broken(f"a `=` is missing after {ticked(self.text[key.start : key.end])}")
            self.at += 1
            value = self.expression(",}\n", depth + 1)
            if isinstance(key, Text):
                node.entries.append((key, value))
            else:
                hidden = Unknown(UNNAMED, self.source, value.start, value.end)
                node.entries.append((Text(DAMAGED, self.source, key.start, key.end), hidden))
            self._separator(",\n", "}")
        self.at += 1
        node.end = self.at
        return node

    def _key(self, depth: int) -> Node:
        name = NAME.match(self.text, self.at)
        if name is not None and self.text.startswith(("=", ":"), self.past_space(name.end())):
            self.at = name.end()
            return Text(name.group(), self.source, name.start(), name.end())
        return self.expression("=:", depth + 1)

    def _separator(self, signs: str, closing: str) -> None:
        if self.peek() in signs and self.peek():
            if self.peek() == ",":
                self.at += 1
            self.skip_lines()
            if self.peek() == "," and "\n" in signs:
                self.at += 1
                self.skip_lines()
        elif self.peek() != closing:
            self.broken(f"expected `,` or `{closing}`")

    # Strings.

    def quoted(self, depth: int) -> Node:
        """Read a quoted string, or the value of an interpolation that is all of it."""
        plain = PLAIN.match(self.text, self.at)
        if plain is None:
            return self._string(end_of_string(self.text, self.at), depth)
        self.at = plain.end()
        return Text(plain.group(1), self.source, plain.start(), plain.end())

    def _string(self, end: int, depth: int) -> Node:
        start = self.at
        read = read_string(self.text, start, end)
        if read.value.startswith("${") and read.holes == ((0, len(read.value)),) and self.text[start] == '"':
            # `"${x}"` is x.
            self.at = start + len('"${')
            node = self.expression("}", depth + 1)
            self.at = end
            return node
        self.at = end
        if read.holes or has_lone_surrogate(read.value):
            return Unknown(INTERPOLATION, self.source, start, end, ending=read.ending)
        return Text(read.value, self.source, start, end)
