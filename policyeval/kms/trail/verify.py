"""Verification of a trail, line by line, in one pass and constant memory (docs/trail.md).

An edit shows in the line's digest. A line that is gone, moved or there twice shows in the numbers,
and in the digest of what follows it. A cut tail shows against a head that is known from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from policyeval.kms.trail.chain import DIGEST_SIZE, END, Head, Link

__all__ = ["Fault", "Kind", "Report", "Verifier"]

_END = END.encode()
_TAIL = len(_END) + DIGEST_SIZE
_MARK = re.compile(rb',"chain":\{"sequence":([1-9][0-9]{0,17}),"(hmac|sha256)":"([0-9a-f]{64})"\}\}\n\Z')
_RECOVERED = b'"eventName":"RecoverTrail"'
_SHOWN = 100  # faults
_GAPS = 1000  # that wait for records which come late
_START = Head()


class Kind(StrEnum):
    """What is wrong with a trail."""

    EDITED = "edited"
    MISSING = "missing"
    REORDERED = "reordered"
    REPEATED = "repeated"
    CUT = "cut"
    REPLACED = "replaced"
    TORN = "torn"
    FOREIGN = "foreign"
    HEADLESS = "headless"


class Fault(NamedTuple):
    """One thing that is wrong; `line` is 1-based, of `file`; both None where no line is to blame."""

    kind: Kind
    message: str
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        """`file:line: kind: message`."""
        place = f"{self.file}:{self.line}: " if self.line is not None else ""
        return f"{place}{self.kind}: {self.message}"


class Report(NamedTuple):
    """What was found.

    Attributes:
        faults: what is wrong, in the order of the lines; the first hundred.
        total: how many things are wrong.
        records: how many lines were read.
        head: where the chain ends.
        after_head: how many lines follow the known head, None where none is known.
        recoveries: how many times a half-written line was taken up after a crash.

    """

    faults: tuple[Fault, ...]
    total: int
    records: int
    head: Head
    after_head: int | None
    recoveries: int

    @property
    def verified(self) -> bool:
        """Whether nothing is wrong."""
        return self.total == 0


class _Gap(NamedTuple):
    first: int
    last: int
    file: str
    line: int


class Verifier:
    """Reads the lines of one chain, from one file or from several in their order.

    Args:
        link: how the lines were made.
        known: the head that is known, None for none.
        start: the head of the line before the first one read.

    """

    def __init__(self, link: Link, known: Head | None = None, start: Head = _START) -> None:
        self._link = link
        self._known = known
        self._met: str | None = start.digest if known is not None and known.sequence == start.sequence else None
        self._sequence, self._digest = start
        # The digest that the line before has by what it says: another one where that line was edited.
        self._computed = start.digest
        self._files: list[str] = []
        self._gaps: list[_Gap] = []
        self._faults: list[Fault] = []
        self._total = 0
        self._records = 0
        self._recoveries = 0

    def read(self, file: str, lines: Iterable[bytes], at: int = 1) -> None:
        """Read lines, each with its end; the first one's number is `at`."""
        link, compute = self._link, self._link.digest
        watched = self._known.sequence if self._known is not None else -1
        self._files.append(file)
        number = at - 1
        for number, line in enumerate(lines, at):
            sequence = self._sequence + 1
            text, digest = line[:-_TAIL], line[-_TAIL : -len(_END)]
            expected = compute(self._digest.encode() + text)
            if digest == expected.encode() and text.endswith(link.mark(sequence).encode()) and line.endswith(_END):
                self._sequence, self._digest, self._computed = sequence, expected, expected
            else:
                self._look_closer(file, number, line)
            if _RECOVERED in text:
                self._recoveries += 1
            if self._sequence == watched:
                self._met = self._digest
        self._records += number - at + 1

    def end(self) -> Report:
        """Say what was found."""
        for gap in self._gaps:
            self._missing(gap)
        after = None
        if self._known is not None:
            after = max(0, self._sequence - self._known.sequence)
            self._compare(self._known)
        return Report(
            tuple(sorted(self._faults, key=self._order)), self._total, self._records, self.head, after, self._recoveries
        )

    @property
    def head(self) -> Head:
        """Where the chain ends, so far."""
        return Head(self._sequence, self._digest)

    def _compare(self, known: Head) -> None:
        if self._sequence < known.sequence:
            message = f"the head is record {known.sequence}, and the last one here is {self._sequence}"
            self._fault(Kind.CUT, message)
        elif self._met is not None and self._met != known.digest:
            self._fault(Kind.REPLACED, f"record {known.sequence} is not the one that the head knows")

    def _look_closer(self, file: str, number: int, line: bytes) -> None:
        """Say what is wrong with a line, and go on after it as if it were right."""
        if not line.endswith(b"\n"):
            message = f"{len(line)} bytes without an end: a crash while writing, or a cut"
            self._fault(Kind.TORN, message, file, number)
            return
        mark = _MARK.search(line)
        if mark is None:
            self._fault(Kind.FOREIGN, "it has no place in a chain", file, number)
            return
        if mark[2].decode() != self._link.name:
            why = "it is chained with a key" if mark[2] == b"hmac" else "it is chained without a key"
            self._fault(Kind.FOREIGN, why, file, number)
            return
        sequence, digest = int(mark[1]), mark[3].decode()
        computed = digest
        if sequence == self._sequence + 1:
            computed = self._at_its_place(file, number, line[: mark.start(3)], digest)
        elif sequence > self._sequence + 1:
            self._gap(_Gap(self._sequence + 1, sequence - 1, file, number))
        else:
            self._out_of_place(file, number, sequence)
            return
        self._sequence, self._digest, self._computed = sequence, digest, computed

    def _at_its_place(self, file: str, number: int, text: bytes, digest: str) -> str:
        """Say whether a line was edited; give the digest that it should have."""
        computed = self._link.digest(self._digest.encode() + text)
        # After a line whose digest alone was edited, this one follows from the digest that it had.
        if self._link.digest(self._computed.encode() + text) == digest:
            return digest
        with_key = " with this key" if self._link.name == "hmac" else ""
        self._fault(Kind.EDITED, f"what it says is not what was written{with_key}", file, number)
        return computed

    def _out_of_place(self, file: str, number: int, sequence: int) -> None:
        if self._fill(sequence):
            message = f"record {sequence} stands after record {self._sequence}"
            self._fault(Kind.REORDERED, message, file, number)
        else:
            message = f"record {sequence} stands here again, after record {self._sequence}"
            self._fault(Kind.REPEATED, message, file, number)

    def _gap(self, gap: _Gap) -> None:
        if len(self._gaps) < _GAPS:
            self._gaps.append(gap)
        else:
            self._missing(gap)

    def _missing(self, gap: _Gap) -> None:
        which = f"record {gap.first}" if gap.first == gap.last else f"records {gap.first} to {gap.last}"
        self._fault(Kind.MISSING, f"{which} should stand before this line", gap.file, gap.line)

    def _fill(self, sequence: int) -> bool:
        """Take a record that comes late out of the gap that it left; tell whether there was one."""
        for at, gap in enumerate(self._gaps):
            if gap.first <= sequence <= gap.last:
                parts = (gap._replace(last=sequence - 1), gap._replace(first=sequence + 1))
                self._gaps[at : at + 1] = [part for part in parts if part.first <= part.last]
                return True
        return False

    def _fault(self, kind: Kind, message: str, file: str | None = None, line: int | None = None) -> None:
        self._total += 1
        if len(self._faults) < _SHOWN:
            self._faults.append(Fault(kind, message, file, line))

    def _order(self, fault: Fault) -> tuple[bool, int, int]:
        if fault.file is None or fault.line is None:
            return True, 0, 0
        return False, self._files.index(fault.file), fault.line
