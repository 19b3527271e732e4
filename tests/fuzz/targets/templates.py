"""A value with policy variables comes apart as AWS writes them, or the fault's place is in it (S22)."""

from __future__ import annotations

import re

from policyeval.evaluator.templates import compile_resource_template, compile_template
from policyeval.syntax.templates import Literal, Part, TemplateError, Variable, parse_template
from tests.fuzz.checks import text_of

FINE = ()
WORDS = (
    b"${",
    b"}",
    b"$",
    b"${*}",
    b"${?}",
    b"${$}",
    b"${aws:username}",
    b"${k, 'd'}",
    b", '",
    b"'",
    b"*",
    b"arn:a:b:c:d:",
)

_KEY = r"[^\s{}$',/]+(?:/[^{}$',]*[^\s{}$',])?"
_WHOLE = re.compile(rf"\$\{{(?:([*?$])|({_KEY})(?:, *'([^']*)')?)\}}")


def run(data: bytes) -> None:
    text = text_of(data)
    expected = _expected(text)
    try:
        parts = parse_template(text)
    except TemplateError as fault:
        assert expected is None, expected
        assert 0 <= fault.start < fault.end <= len(text)
        assert text.startswith("${", fault.start)
        assert fault.message.isprintable()
        return
    assert parts == expected
    for version in (True, False):
        template = compile_template(text, variables=version, wildcards=True)
        keys = frozenset(part.key.lower() for part in parts if isinstance(part, Variable)) if version else frozenset()
        assert template.keys() == keys
        assert (template.static is None) is bool(keys)
        # In a Resource variables count after the fifth colon; one in a default counts as well.
        last = _expected(text.split(":", 5)[5] if text.count(":") > 4 else "")
        if last is not None:
            keys = (
                frozenset(part.key.lower() for part in last if isinstance(part, Variable)) if version else frozenset()
            )
            assert compile_resource_template(text, variables=version).keys() == keys


def _expected(text: str) -> tuple[Part, ...] | None:
    """Split by hand, from left to right."""
    parts: list[Part] = []
    plain = ""
    while text:
        if not text.startswith("${"):
            plain, text = plain + text[0], text[1:]
            continue
        found = _WHOLE.match(text)
        if found is None:
            return None
        if plain:
            parts.append(plain)
        character, key, default = found.groups()
        parts.append(Literal(character) if character is not None else Variable(key, default))
        plain, text = "", text[found.end() :]
    return (*parts, plain) if plain else tuple(parts)
