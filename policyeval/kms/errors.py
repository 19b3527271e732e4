"""What KMS answers when it refuses: one exception, with AWS's code and AWS's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.errors import PolicyEvalError
from policyeval.model.source import Diagnostic

if TYPE_CHECKING:
    from policyeval.authorizer import Decision


class KmsError(PolicyEvalError):
    """An operation was refused.

    Attributes:
        code: the error code of the API, such as `NotFoundException`.
        message: AWS's words, "" where AWS says nothing.
        decision: what the authorizer said, where that is why. The caller is not to learn of it: it tells more than AWS
            does.

    """

    def __init__(self, code: str, message: str = "", decision: Decision | None = None) -> None:
        self.code = code
        self.message = message
        self.decision = decision
        super().__init__([Diagnostic(f"{code}: {message}" if message else code)])

    def __reduce__(self) -> tuple[type[KmsError], tuple[str, str, Decision | None]]:
        """Say what it is made of, for another process."""
        return type(self), (self.code, self.message, self.decision)


class StorageError(PolicyEvalError):
    """A store cannot be opened or used: another process has it, its root key is another one, it is damaged."""


class DamageError(StorageError):
    """What is asked for is damaged; something else may not be."""
