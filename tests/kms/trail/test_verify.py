"""Whatever is done to a trail shows."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyeval.kms.trail.chain import Head, Link
from policyeval.kms.trail.verify import Kind, Report, Verifier
from tests.kms.trail.samples import SECRET, event, lines_of

KEYED, PLAIN = Link.keyed_by(SECRET), Link.keyed_by(None)
LINES, HEAD = lines_of([event(number=number) for number in range(1, 9)])
DATA = b"".join(LINES)
COUNT = len(LINES)


def verify(lines: list[bytes], known: Head | None = HEAD, link: Link = KEYED) -> Report:
    verifier = Verifier(link, known)
    verifier.read("trail", lines)
    return verifier.end()


def found(report: Report) -> list[tuple[str, int | None]]:
    return [(str(fault.kind), fault.line) for fault in report.faults]


def test_a_whole_trail_is_verified() -> None:
    report = verify(LINES)
    assert report == Report((), 0, COUNT, HEAD, 0, 0)
    assert report.verified


def test_a_trail_may_stand_in_several_files() -> None:
    verifier = Verifier(KEYED, HEAD)
    verifier.read("first", LINES[:3])
    verifier.read("second", LINES[3:])
    assert verifier.end().verified
    verifier = Verifier(KEYED, HEAD)
    verifier.read("second", LINES[3:])
    verifier.read("first", LINES[:3])
    assert [str(fault) for fault in verifier.end().faults] == [
        f"first:{number}: reordered: record {number} stands after record 8" for number in (1, 2, 3)
    ]


@settings(max_examples=300)
@given(at=st.integers(0, len(DATA) - 1), bit=st.integers(0, 7))
def test_every_edit_of_every_byte_shows(at: int, bit: int) -> None:
    edited = bytearray(DATA)
    edited[at] ^= 1 << bit
    lines = bytes(edited).split(b"\n")
    assert not verify([line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])).verified


@given(first=st.integers(0, COUNT - 1), last=st.integers(0, COUNT - 1))
def test_every_gap_shows(first: int, last: int) -> None:
    first, last = sorted((first, last))
    assert not verify(LINES[:first] + LINES[last + 1 :]).verified


@given(order=st.permutations(range(COUNT)))
def test_every_other_order_shows(order: list[int]) -> None:
    assert verify([LINES[number] for number in order]).verified is (order == sorted(order))


@given(which=st.integers(0, COUNT - 1), at=st.integers(0, COUNT))
def test_every_line_that_stands_there_twice_shows(which: int, at: int) -> None:
    assert not verify([*LINES[:at], LINES[which], *LINES[at:]]).verified


@given(length=st.integers(0, len(DATA) - 1))
def test_every_cut_tail_shows(length: int) -> None:
    report = verify(DATA[:length].splitlines(keepends=True))
    assert Kind.CUT in {fault.kind for fault in report.faults}


@given(count=st.integers(0, COUNT), known=st.integers(0, COUNT))
def test_a_head_that_lags_is_no_fault(count: int, known: int) -> None:
    head = Head() if known == 0 else lines_of([event(number=number) for number in range(1, known + 1)])[1]
    report = verify(LINES[:count], head)
    assert report.verified is (count >= known)
    assert report.after_head == max(0, count - known)


def _edited(line: bytes) -> bytes:
    return line.replace(b"blue", b"grey")


_OTHER = lines_of([event(number=number + 50) for number in range(1, 9)])[0]
_FORGED = lines_of([event(number=number) for number in range(1, 9)], b"another key of 32 bytes, no more")[0]
_UNKEYED = lines_of([event(number=number) for number in range(1, 9)], None)[0]


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        pytest.param([*LINES[:4], _edited(LINES[4]), *LINES[5:]], [("edited", 5)], id="one line edited"),
        pytest.param(
            [*LINES[:4], LINES[4].replace(LINES[4][-68:-4], b"0" * 64), *LINES[5:]],
            [("edited", 5)],
            id="one digest edited",
        ),
        pytest.param(
            [_edited(LINES[0]), *LINES[1:7], _edited(LINES[7])], [("edited", 1), ("edited", 8)], id="two lines"
        ),
        pytest.param([*LINES[:4], *LINES[5:]], [("missing", 5)], id="one line gone"),
        pytest.param(LINES[2:], [("missing", 1)], id="the beginning gone"),
        pytest.param([*LINES[:2], LINES[3], *LINES[5:]], [("missing", 3), ("missing", 4)], id="two gaps"),
        pytest.param([*LINES[:4], LINES[5], LINES[4], *LINES[6:]], [("reordered", 6)], id="two lines swapped"),
        pytest.param([*LINES[:4], LINES[3], *LINES[4:]], [("repeated", 5)], id="a line twice"),
        pytest.param(LINES[:6], [("cut", None)], id="the tail cut"),
        pytest.param([], [("cut", None)], id="everything cut"),
        pytest.param([*LINES[:7], LINES[7][:-1]], [("torn", 8), ("cut", None)], id="half of the last line cut"),
        pytest.param([*LINES[:4], b"hello\n", *LINES[4:]], [("foreign", 5)], id="a line that is none of ours"),
        pytest.param([*LINES[:4], b"\n", *LINES[4:]], [("foreign", 5)], id="an empty line"),
        pytest.param([*LINES, _OTHER[7]], [("repeated", 9)], id="a line of another trail with the same key"),
        pytest.param(_OTHER, [("replaced", None)], id="another trail with the same key in its place"),
        pytest.param(_FORGED[:1] + LINES[1:], [("edited", 1)], id="a line under another key"),
        pytest.param([_UNKEYED[0], *LINES[1:]], [("foreign", 1), ("missing", 2)], id="a line without a key"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(lines: list[bytes], faults: list[tuple[str, int | None]]) -> None:
    assert found(verify(lines)) == faults


def test_a_head_of_no_record_is_the_one_from_which_every_chain_starts() -> None:
    assert verify(LINES, Head()).verified
    assert found(verify(LINES, Head(0, "f" * 64))) == [("replaced", None)]


def test_a_record_that_is_missing_is_not_replaced_as_well() -> None:
    _, fifth = lines_of([event(number=number) for number in range(1, 6)])
    assert found(verify([*LINES[:4], *LINES[5:]], fifth)) == [("missing", 5)]


def test_faults_are_told_in_the_order_of_the_lines_and_those_of_no_line_last() -> None:
    verifier = Verifier(KEYED, HEAD)
    verifier.read("second", [_edited(LINES[0]), *LINES[2:4]])
    verifier.read("first", [LINES[4], _edited(LINES[5]), b"\n"])
    assert [str(fault) for fault in verifier.end().faults] == [
        "second:1: edited: what it says is not what was written with this key",
        "second:2: missing: record 2 should stand before this line",
        "first:2: edited: what it says is not what was written with this key",
        "first:3: foreign: it has no place in a chain",
        "cut: the head is record 8, and the last one here is 6",
    ]


def test_a_forger_without_the_key_cannot_make_the_trail_anew() -> None:
    assert not verify(_FORGED).verified
    report = verify(_UNKEYED)
    assert {fault.message for fault in report.faults if fault.line} == {"it is chained without a key"}
    assert not verify(LINES, link=PLAIN).verified


def test_without_a_head_a_cut_tail_cannot_show() -> None:
    assert verify(LINES[:5], None) == Report((), 0, 5, Head(5, LINES[4][-68:-4].decode()), None, 0)


def test_a_recovery_is_counted_and_cannot_be_talked_into_being() -> None:
    spoofed = event(parameters={"KeyId": '"eventName":"RecoverTrail"'})
    lines, head = lines_of([event("RecoverTrail"), spoofed])
    assert verify(lines, head).recoveries == 1


def test_a_shuffled_trail_is_told_in_bounded_memory() -> None:
    lines, _ = lines_of([event(number=number) for number in range(1, 5000)])
    report = verify(lines[::2], None)
    assert len(report.faults) == 100
    assert report.total == 2499
    assert all(first.line <= second.line for first, second in pairwise(report.faults) if first.line and second.line)
