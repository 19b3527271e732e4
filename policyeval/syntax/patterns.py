"""What an action looks like in a policy; matching is the evaluator's."""

from __future__ import annotations

import re
from typing import Final

_ACTION: Final = re.compile(r"\*|[A-Za-z0-9_.*?-]+:[A-Za-z0-9_.*?-]+")


def is_action_pattern(text: str) -> bool:
    """Tell whether an Action value is `*` or `service:name`, each perhaps with wildcards."""
    return _ACTION.fullmatch(text) is not None
