"""A request as it came over the wire, and what is refused before an operation is reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from policyeval.errors import PolicyEvalError
from policyeval.model.source import Diagnostic

__all__ = ["WireError", "WireRequest"]


class _Parts(NamedTuple):
    method: str
    path: bytes
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class WireRequest(_Parts):
    """An HTTP request, with nothing decoded yet: signatures are over what was sent.

    Attributes:
        method: `POST`, in the client's own letters.
        path: as sent: percent-encoded, without the query.
        query: as sent, without the question mark.
        headers: names and values in the order received, names in lower case.
        body: all of it.

    """

    @cached_property
    def folded(self) -> Mapping[bytes, bytes]:
        """The headers by name."""
        return _fold(self.headers)

    def with_body(self, body: bytes) -> WireRequest:
        """Give the whole of a request that is a head; what was found in the head is found."""
        whole = WireRequest(*self[:-1], body)
        whole.__dict__.update(self.__dict__)
        return whole

    def header(self, name: bytes) -> str | None:
        """Give a header's value, None when it is absent. `name` is in lower case.

        A header that came several times is one, joined with commas, as it is signed: nobody reads the first
        where another reads the last.
        """
        value = self.folded.get(name)
        return None if value is None else value.strip().decode("latin-1")


def _fold(headers: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Make one header of those with the same name: their values in order, trimmed, joined with commas."""
    found = dict(headers)
    if len(found) == len(headers):
        return found
    found = {}
    for name, value in headers:
        known = found.get(name)
        found[name] = value if known is None else known.strip() + b"," + value.strip()
    return found


class WireError(PolicyEvalError):
    """A request was refused before an operation was reached.

    Attributes:
        code: the error code, in the words of the protocol: `IncompleteSignatureException`, `SignatureDoesNotMatch`.
        message: AWS's words, "" where AWS says nothing.
        status: the HTTP status.
        hint: what whoever runs the server may know, and the client need not.

    """

    def __init__(self, code: str, message: str = "", status: int = 400, hint: str | None = None) -> None:
        self.code = code
        self.message = message
        self.status = status
        self.hint = hint
        super().__init__([Diagnostic(f"{code}: {message}" if message else code, hint)])
