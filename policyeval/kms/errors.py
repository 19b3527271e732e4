"""What KMS answers when it refuses: one exception, with AWS's code and AWS's words."""

from __future__ import annotations

from policyeval.errors import PolicyEvalError
from policyeval.model.source import Diagnostic


class KmsError(PolicyEvalError):
    """An operation was refused.

    Attributes:
        code: the error code of the API, such as `NotFoundException`.
        message: AWS's words, "" where AWS says nothing.

    """

    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        self.message = message
        super().__init__([Diagnostic(f"{code}: {message}" if message else code)])


class StorageError(PolicyEvalError):
    """A store cannot be opened or used: another process has it, its root key is another one, it is damaged."""
