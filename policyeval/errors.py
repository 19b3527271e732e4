"""The exceptions of policyeval, a shallow tree under `PolicyEvalError`, and how messages tell an error of the system.

Every one of them carries `diagnostics`: what is wrong, where, and a hint when
one is likely. A deny is data, never an exception.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policyeval.model.source import Diagnostic


class PolicyEvalError(Exception):
    """Bad input, with everything that is wrong with it.

    Attributes:
        diagnostics: the faults in the order of their places, never empty.

    """

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Keep the faults; the text of the exception shows each under its source line."""
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        """Every fault as `file:line:column: message`, its source line, a caret and a hint."""
        return "\n".join(diagnostic.render() for diagnostic in self.diagnostics)


class PolicySyntaxError(PolicyEvalError):
    """A text is not JSON, or not a policy."""


class EntitiesError(PolicyEvalError):
    """An entities file, a scenario file or an AWS export cannot be used as it is."""


class RequestError(PolicyEvalError):
    """A request that cannot be decided: malformed, or it contradicts what is known."""


class UnknownEntityError(RequestError):
    """A request names a principal, key, account or endpoint that nothing describes."""


class ConfigError(PolicyEvalError):
    """Settings of the linter, or a baseline, cannot be used as they are."""


class MissingExtraError(PolicyEvalError):
    """A part of policyeval needs an optional dependency that is not installed."""


def system_reason(error: OSError) -> str:
    """Give what the system says of a file or a socket, in lower case as messages are."""
    return (error.strerror or str(error)).lower()
