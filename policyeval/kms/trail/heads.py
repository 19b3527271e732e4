"""The file that knows the head of a trail: one line of JSON beside it, sealed like the lines.

The seal keeps those who have no key from writing a head that fits a trail which they cut. Nothing on
the same disk can keep them from putting back an older trail together with its older head: for that
the head has to be kept elsewhere (`--head`).
"""

from __future__ import annotations

import hmac
import json
from typing import NamedTuple

from policyeval.kms.trail.chain import Head, Link

__all__ = ["Known", "head_text", "read_head"]


class Known(NamedTuple):
    """A head, and the length of the trail in bytes when it was the last line."""

    head: Head
    size: int


def head_text(known: Known, link: Link) -> str:
    """Write the file's text."""
    head, size = known
    members = {"sequence": head.sequence, "digest": head.digest, "size": size, "seal": _seal(known, link)}
    return json.dumps(members) + "\n"


def read_head(text: str, link: Link) -> Known:
    """Read the file's text.

    Raises:
        ValueError: it is no such file, or sealed under another key.

    """
    try:
        members = json.loads(text)
        head = Head.parse(f"{members['sequence']}:{members['digest']}")
        known, seal = Known(head, int(members["size"])), str(members["seal"])
    except (ValueError, KeyError, TypeError, RecursionError):
        message = "it is not the head of a trail"
        raise ValueError(message) from None
    if not hmac.compare_digest(seal.encode(), _seal(known, link).encode()):
        message = "it is not sealed with this key" if link.name == "hmac" else "its seal does not fit, or it has a key"
        raise ValueError(message)
    return known


def _seal(known: Known, link: Link) -> str:
    # No line is digested from a text that starts like this: theirs start with a digest.
    return link.digest(f"policyeval trail head {known.head} {known.size}".encode())
