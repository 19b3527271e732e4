"""Bytes that are no UTF-8 text, and what they may be instead."""

from __future__ import annotations

from typing import Final

from policyeval.model.source import Diagnostic, Place, Source
from policyeval.syntax.faults import MAX_FAULTS

# The mark of UTF-32 may begin as that of UTF-16 does.
_MARKS: Final = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


def wide_encoding(data: bytes) -> str | None:
    """Name the encoding of a text by its byte order mark, None where it has none of another than UTF-8."""
    return next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)


def explain_bytes(data: bytes, name: str | None) -> list[Diagnostic]:
    """Say which bytes are not UTF-8."""
    encoding = wide_encoding(data)
    if encoding is not None:
        return [Diagnostic(f"the text is {encoding}", "save it as UTF-8", Place(Source(name, "")))]
    source = Source(name, data.decode(errors="surrogateescape"))
    found = []
    for at, character in enumerate(source.text):
        if "\udc80" <= character <= "\udcff":
            message = f"the byte `0x{ord(character) - 0xDC00:02x}` is not UTF-8"
            found.append(Diagnostic(message, "save the text as UTF-8", Place(source, at, at + 1)))
            if len(found) == MAX_FAULTS:
                break
    return found
