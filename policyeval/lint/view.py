"""What rules see of a policy: its elements in their order, however broken the document is.

A view says what is there and never what is wrong: that is the rules' to say. What is missing, of the wrong
type or unknown (a template's reference) is left out, and `complete` tells whether anything was left out
that could have been a value; a rule that concludes from absence asks it first. Of a key that comes twice
the first counts. Places and pointers are made when somebody asks for them.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from policyeval.lint.entries import Entries
from policyeval.lint.key_facts import KeyFacts
from policyeval.lint.names import NameIndex
from policyeval.model.policy import CURRENT_VERSION
from policyeval.syntax.strings import inside
from policyeval.syntax.tree import Boolean, Number, Text, pointer_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policyeval.model.policy import PolicyType
    from policyeval.model.source import Place
    from policyeval.syntax.tree import Mapping, Node, Unknown

Scalar: TypeAlias = Text | Number | Boolean


class Value:
    """One string of an element or condition: an action, a resource, a principal, what a key is compared with.

    `text` is the string as written, `true` for a JSON boolean, the digits for a number; `node` is its node.
    `owner` is the element or condition it stands in. `index` is None where it stands there alone, outside of
    an array.
    """

    __slots__ = ("index", "node", "owner", "text")

    def __init__(self, text: str, node: Scalar | Unknown, owner: Element | Condition, index: int | None) -> None:
        self.text = text
        self.node = node
        self.owner = owner
        self.index = index

    @property
    def statement(self) -> Statement:
        """The statement it stands in."""
        return self.owner.statement

    @property
    def pointer(self) -> str:
        """Its JSON Pointer."""
        return self.owner.pointer if self.index is None else f"{self.owner.pointer}/{self.index}"

    def place(self, start: int | None = None, end: int | None = None) -> Place:
        """Give its place, quotes included; with offsets in `text`, the place of that part, without them."""
        if start is None or not isinstance(self.node, Text):
            return self.node.place(self.pointer)
        return inside(self.node, start, len(self.text) if end is None else end, self.pointer)


class Element:
    """Action, Resource, Principal or their Not… forms.

    `kind` is `AWS`, `Service`, `Federated`, `CanonicalUser` or whatever stands there, for principals: of these
    a statement has one element for each kind. `"Principal": "*"` is of the kind AWS. Elsewhere it is "".
    `key` is the key that names it (of a principal its kind), `node` the value with all its values. `negated`:
    it is the Not… form. `endings` are the ends of those strings of which a template leaves the beginning open.
    """

    __slots__ = (
        "_names",
        "complete",
        "endings",
        "key",
        "kind",
        "name",
        "negated",
        "node",
        "pointer",
        "statement",
        "values",
    )

    def __init__(self, name: str, kind: str, entry: tuple[Text, Node], statement: Statement, pointer: str) -> None:
        self.name = name
        self.kind = kind
        self.key, self.node = entry
        self.statement = statement
        self.pointer = pointer
        self.negated = name.startswith("Not")
        self.values: tuple[Value, ...] = ()
        self.endings: tuple[Value, ...] = ()
        self.complete = True
        self._names: NameIndex[Value] | None = None

    def covering(self, name: str) -> Sequence[Value]:
        """Give the actions that cover one, which is given in lower case and without wildcards."""
        if self._names is None:
            self._names = NameIndex(self.values)
        return self._names.covering(name)

    def forget(self) -> None:
        """Leave the values: each of them has the element, too."""
        self.values = self.endings = ()
        self._names = None

    def named(self, service: str) -> Sequence[tuple[Value, str]]:
        """Give the actions of a service that are named in full, each with its text in lower case."""
        if self._names is None:
            self._names = NameIndex(self.values)
        return self._names.of_service(service)

    def place(self) -> Place:
        """Give the place of its value."""
        return self.node.place(self.pointer)

    def key_place(self) -> Place:
        """Give the place of its name."""
        return self.key.place(self.pointer)


class Condition:
    """One key under one operator.

    `operator` is as written; `quantifier` (`ForAllValues`, `ForAnyValue` or ""), `base` and `if_exists` are its
    parts. `key` is as written, `folded` in lower case. `looked_around` tells whether anybody asked for the
    statement around it: who did not knows it by its own parts alone.
    """

    __slots__ = (
        "_statement",
        "base",
        "complete",
        "folded",
        "if_exists",
        "key",
        "key_node",
        "looked_around",
        "node",
        "operator",
        "operator_node",
        "quantifier",
        "values",
    )

    def __init__(
        self, operator_node: Text, parts: tuple[str, str, bool], key_node: Text, node: Node, statement: Statement
    ) -> None:
        self.operator_node = operator_node
        self.operator = operator_node.value
        self.quantifier, self.base, self.if_exists = parts
        self.key_node = key_node
        self.key = key_node.value
        self.folded = self.key.lower()
        self.node = node
        self.values: tuple[Value, ...] = ()
        self.complete = True
        self.looked_around = False
        self._statement = statement

    @property
    def statement(self) -> Statement:
        """The statement it stands in."""
        self.looked_around = True
        return self._statement

    @property
    def own(self) -> tuple[object, ...] | None:
        """All of it but what it stands in, to be compared; None where it has parts other than strings."""
        values = self.values
        if not self.complete or any(type(value.node) is not Text for value in values):
            return None
        return self.operator, self.key, type(self.node), *[value.text for value in values]

    @property
    def pointer(self) -> str:
        """The JSON Pointer of the key's values."""
        return f"{self.operator_pointer}/{pointer_part(self.key)}"

    @property
    def operator_pointer(self) -> str:
        """The JSON Pointer of the operator."""
        return f"{self.statement.pointer}/Condition/{pointer_part(self.operator)}"

    def place(self) -> Place:
        """Give the place of the key's value or array of values."""
        return self.node.place(self.pointer)

    def key_place(self) -> Place:
        """Give the place of the key."""
        return self.key_node.place(self.pointer)

    def operator_place(self) -> Place:
        """Give the place of the operator."""
        return self.operator_node.place(self.operator_pointer)


class Statement(Entries):
    """One statement, with its elements by name.

    `action`, `resource` are None where the element is absent or is no string or array; with both forms there,
    the plain one. `effect` is `Allow`, `Deny` or None for whatever else stands there. `principals` has an
    element for each kind.
    """

    __slots__ = (
        "action",
        "complete",
        "conditions",
        "effect",
        "index",
        "policy",
        "principals",
        "resource",
        "sid",
    )

    def __init__(self, node: Mapping, pointer: str, policy: PolicyView, index: int) -> None:
        super().__init__(node, pointer)
        self.policy = policy
        self.index = index
        self.complete = True
        self.effect: str | None = None
        self.sid: str | None = None
        self.action: Element | None = None
        self.resource: Element | None = None
        self.principals: tuple[Element, ...] = ()
        self.conditions: tuple[Condition, ...] = ()

    @property
    def allows(self) -> bool:
        """Whether its effect is Allow."""
        return self.effect == "Allow"

    @property
    def denies(self) -> bool:
        """Whether its effect is Deny."""
        return self.effect == "Deny"

    def key_place(self, name: str) -> Place:
        """Give the place of an element's name, which must be there."""
        return self.entries[name][0].place(f"{self.pointer}/{name}")


class PolicyView:
    """A policy.

    `type` is what it was said or seems to be; `type_given` tells which. `version` is the text of Version,
    None when it is absent or no text. `complete` is false where a part of the document could not be read, or
    an element of the policy or a whole statement is unknown. `key` tells of the KMS key of a key policy. `narrowing`
    keeps what was found out of its Denies, by condition keys.
    """

    def __init__(self, node: Node, pointer: str, policy_type: PolicyType | None, *, type_given: bool) -> None:
        self.node = node
        self.pointer = pointer
        self.type = policy_type
        self.type_given = type_given
        self.entries: dict[str, tuple[Text, Node]] = {}
        self.version: str | None = None
        self.statements: tuple[Statement, ...] = ()
        self.complete = True
        self.key = KeyFacts()
        self.narrowing: dict[frozenset[str], Sequence[Statement]] = {}

    @cached_property
    def variables(self) -> bool:
        """Whether `${…}` is a policy variable in it: only in version 2012-10-17 (S22)."""
        return self.version == CURRENT_VERSION

    def take_apart(self) -> None:
        """Undo the circles between what stands in what, so that the view goes when nobody has it any more.

        A view that is taken apart has no statements, and its statements have no values: keep none of them.
        """
        for statement in self.statements:
            for element in (statement.action, statement.resource, *statement.principals):
                if element is not None:
                    element.forget()
            for condition in statement.conditions:
                condition.values = ()
            statement.action = statement.resource = None
            statement.principals = ()
            statement.conditions = ()
        self.statements = ()
        self.narrowing.clear()

    def place(self) -> Place:
        """Give the place of the whole document."""
        return self.node.place(self.pointer)
