"""A request as it came over the wire, and what is refused before an operation is reached."""

from __future__ import annotations

from typing import NamedTuple

from policyeval.errors import PolicyEvalError
from policyeval.model.source import Diagnostic


class WireRequest(NamedTuple):
    """An HTTP request, with nothing decoded yet: signatures are over what was sent.

    Attributes:
        method: `POST`, in the client's own letters.
        path: as sent: percent-encoded, without the query (ASGI's `raw_path`).
        query: as sent, without the question mark.
        headers: names and values in the order received, names in lower case (as ASGI gives them).
        body: all of it.

    """

    method: str
    path: bytes
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def header(self, name: bytes) -> str | None:
        """Give a header's value, None when it is absent. `name` is in lower case.

        A header that came several times is one, joined with commas, as it is signed: nobody reads the first
        where another reads the last.
        """
        values = [value.strip() for known, value in self.headers if known == name]
        return b",".join(values).decode("latin-1") if values else None


class WireError(PolicyEvalError):
    """A request was refused before an operation was reached.

    Attributes:
        code: the error code, in the words of the protocol: `IncompleteSignatureException`, `SignatureDoesNotMatch`.
        message: AWS's words, "" where AWS says nothing.
        status: the HTTP status.

    """

    def __init__(self, code: str, message: str = "", status: int = 400) -> None:
        self.code = code
        self.message = message
        self.status = status
        super().__init__([Diagnostic(f"{code}: {message}" if message else code)])
