"""The chain: every line has its number and a digest over itself and the line before (docs/trail.md).

With a key the digest is HMAC-SHA256 (RFC 2104), else plain SHA-256. HMAC because it is the keyed
construction that is sound whatever the messages are, and that every language has: hashing the key in
front of the line would be quicker by a microsecond and open to length extension. A prepared HMAC is
copied for every line, which saves hashing the key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

__all__ = ["DIGEST_SIZE", "END", "GENESIS", "Chain", "Digest", "Head", "Link", "digest_of"]

# Gives the digest of a text, in 64 hex digits.
Digest: TypeAlias = Callable[[bytes], str]

DIGEST_SIZE = 64
"""Characters of a digest: SHA-256 in hex, lower-case."""

GENESIS = "0" * DIGEST_SIZE
"""What stands for the digest of the line before the first."""

END = '"}}\n'
"""How every line ends, after its digest."""

_TO_SEQUENCE = ',"chain":{"sequence":'
_SHORTEST_KEY = 16  # bytes
_BLOCK = 64  # bytes of a block of SHA-256


_HEAD = re.compile(rf"(0|[1-9][0-9]{{0,17}}):([0-9a-f]{{{DIGEST_SIZE}}})")


class Head(NamedTuple):
    """Where a chain ends: the number of its last line (0 for none) and that line's digest."""

    sequence: int = 0
    digest: str = GENESIS

    def __str__(self) -> str:
        """`12:9f86…`, as `--head` takes it."""
        return f"{self.sequence}:{self.digest}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read `12:9f86…`.

        Raises:
            ValueError: it is none.

        """
        found = _HEAD.fullmatch(text)
        if found is None:
            message = f"`{text}` is not a head: SEQUENCE:DIGEST, the digest in {DIGEST_SIZE} hex digits"
            raise ValueError(message)
        return cls(int(found[1]), found[2])


_START = Head()


class Link(NamedTuple):
    """How the lines of a chain are made: the name of the digest's member, and the digest."""

    name: str
    digest: Digest

    @classmethod
    def keyed_by(cls, key: bytes | None) -> Link:
        """Give the construction for a key, or for none.

        Raises:
            ValueError: the key is shorter than 16 bytes: it could be guessed.

        """
        return cls("hmac" if key is not None else "sha256", digest_of(key))

    @property
    def to_digest(self) -> str:
        """The text between a line's number and its digest."""
        return f',"{self.name}":"'

    def mark(self, sequence: int) -> str:
        """Give the text between a record and its digest."""
        return f"{_TO_SEQUENCE}{sequence}{self.to_digest}"


class Chain:
    """A chain that grows. Not for several threads at once: whoever appends holds a lock.

    The next line is made with `line`, and counts once it is written and `advance` is told its digest.
    """

    __slots__ = ("_compute", "_digest", "_sequence", "_to_digest")

    def __init__(self, link: Link, head: Head = _START) -> None:
        self._compute = link.digest
        self._to_digest = link.to_digest
        self._sequence, self._digest = head

    @property
    def head(self) -> Head:
        """Where the chain ends."""
        return Head(self._sequence, self._digest)

    def line(self, record: str) -> tuple[bytes, str]:
        """Make the next line of a record without its closing brace; give it and its digest."""
        before = f"{self._digest}{record}{_TO_SEQUENCE}{self._sequence + 1}{self._to_digest}".encode("ascii")
        digest = self._compute(before)
        return before[DIGEST_SIZE:] + f"{digest}{END}".encode("ascii"), digest

    def advance(self, digest: str) -> None:
        """Take the line of this digest for written."""
        self._sequence += 1
        self._digest = digest


def digest_of(key: bytes | None) -> Digest:
    """Give the digest for a key, or for none.

    Raises:
        ValueError: the key is shorter than 16 bytes: it could be guessed.

    """
    if key is None:
        return lambda text: hashlib.sha256(text).hexdigest()
    if len(key) < _SHORTEST_KEY:
        message = f"a trail key has at least {_SHORTEST_KEY} bytes, not {len(key)}"
        raise ValueError(message)
    # HMAC as RFC 2104 writes it, with both keyed hashes begun once: `hmac` takes five calls more for each line.
    padded = (key if len(key) <= _BLOCK else hashlib.sha256(key).digest()).ljust(_BLOCK, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def digest(text: bytes) -> str:
        within, mac = inner.copy(), outer.copy()
        within.update(text)
        mac.update(within.digest())
        return mac.hexdigest()

    return digest
