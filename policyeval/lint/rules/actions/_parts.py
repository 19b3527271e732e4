"""An action's text, taken apart for the rules of this family."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from policyeval.syntax.patterns import is_action_pattern


class ActionParts(NamedTuple):
    """The service in lower case, and the action as it is written."""

    service: str
    name: str


@lru_cache(maxsize=1024)
def split_action(text: str) -> ActionParts | None:
    """Take an action apart; None for `*`, which names no service, and for what is no action (A104 to A106)."""
    if text == "*" or not is_action_pattern(text):
        return None
    service, _, name = text.partition(":")
    return ActionParts(service.lower(), name)
