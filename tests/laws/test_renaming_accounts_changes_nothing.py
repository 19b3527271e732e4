"""No account's number means anything: it may be another, wherever it stands."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from typing import Any

from policyeval.model.request import Request
from tests.laws.changes import decided, lives
from tests.reference.world import World

# Alike in front, so that a pattern's beginning fits both, and both are numbers of seconds with a year.
_OTHERS = {"111122223333": "111122227777", "444455556666": "444455552222", "777788889999": "777788881111"}
_ID = re.compile("|".join(_OTHERS))
# The end of a number behind a wildcard, or a number cut short, which fits one of the two alone.
_PART = re.compile(r"[*?}x~]\d*[369](?!\d)|\d{8,11}[*?x]")


class _Renaming:
    """Puts the other numbers into whatever holds texts; what was one object stays one."""

    def __init__(self) -> None:
        self._made: dict[int, Any] = {}
        self.cut = False

    def of(self, value: Any) -> Any:
        if isinstance(value, str):
            self.cut = self.cut or bool(_PART.search(value))
            return _ID.sub(lambda found: _OTHERS[found.group()], value)
        if isinstance(value, dict):
            return {self.of(name): self.of(each) for name, each in value.items()}
        if isinstance(value, tuple | list | frozenset):
            return type(value)(self.of(each) for each in value)
        if not is_dataclass(value) or isinstance(value, type):
            return value
        if id(value) not in self._made:
            given = {each.name: self.of(getattr(value, each.name)) for each in fields(value) if each.init}
            self._made[id(value)] = type(value)(**given)
        return self._made[id(value)]

    def of_request(self, request: Request) -> Request:
        return Request(**{name: self.of(getattr(request, name)) for name in Request.__slots__})


def _renamed(world: World, request: Request) -> tuple[World, Request] | None:
    """Rename all accounts; None where a pattern holds a part of a number."""
    renaming = _Renaming()
    renamed = renaming.of(world), renaming.of_request(request)
    return None if renaming.cut else renamed


def test_renaming_accounts_changes_nothing() -> None:
    allowed = 0
    for life in lives(15):
        renamed = _renamed(life.world, life.request)
        if renamed is not None:
            before = decided(life.world, life.request)
            assert decided(*renamed) == before, f"seed {life.seed}: {life.request}"
            allowed += before.allowed
    assert allowed > 50
