"""Positions in an editor's units, and edits as they come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.lint.editor.text import Encoding, LiveText, Position

# Of one, two, three and four bytes, the last of two UTF-16 units; U+2028 and form feed end no line of an editor.
CHARACTERS = "aé€😀\u2028\f\n\r"
texts = st.text(CHARACTERS, max_size=30)
encodings = st.sampled_from(list(Encoding))
UNIT = {Encoding.UTF8: 1, Encoding.UTF16: 2, Encoding.UTF32: 4}
CODEC = {Encoding.UTF8: "utf-8", Encoding.UTF16: "utf-16-le", Encoding.UTF32: "utf-32-le"}


@pytest.mark.parametrize(
    ("encoding", "character"),
    [(Encoding.UTF8, 6), (Encoding.UTF16, 4), (Encoding.UTF32, 3)],
)
def test_a_character_beyond_the_basic_plane_has_the_width_of_its_encoding(encoding: Encoding, character: int) -> None:
    text = LiveText('{"a":\n"😀": 1}', encoding)
    assert text.position(9) == Position(1, character)
    assert text.offset(Position(1, character)) == 9


@pytest.mark.parametrize(
    ("name", "text", "position", "offset"),
    [
        ("past the end of a line is its end", "ab\ncd", Position(0, 99), 2),
        ("past the end of a line that ends with CR LF is before both", "ab\r\ncd", Position(0, 99), 2),
        ("past the last line is the end", "ab\ncd", Position(9, 0), 5),
        ("past the end of the last line is the end", "ab\ncd", Position(1, 99), 5),
        ("half a character is none of it", "😀b", Position(0, 1), 0),
        ("CR alone ends a line", "ab\rcd", Position(1, 1), 4),
        ("U+2028 ends no line", "a\u2028b\nc", Position(1, 0), 4),
        ("an empty text has one line", "", Position(0, 0), 0),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_where_a_position_is(name: str, text: str, position: Position, offset: int) -> None:
    assert LiveText(text).offset(position) == offset, name


@given(texts, encodings, st.data())
def test_a_position_leads_back_to_its_offset(text: str, encoding: Encoding, data: st.DataObject) -> None:
    live = LiveText(text, encoding)
    offset = data.draw(st.integers(0, len(text)))
    # Between CR and LF there is no position of its own.
    if text[offset - 1 : offset + 1] != "\r\n" or offset == 0:
        assert live.offset(live.position(offset)) == offset


@given(texts, encodings)
def test_units_are_those_of_the_encoded_line(text: str, encoding: Encoding) -> None:
    end = LiveText(text, encoding).position(len(text))
    last = text.replace("\r\n", "\n").replace("\r", "\n").rpartition("\n")[2]
    assert end.character == len(last.encode(CODEC[encoding])) // UNIT[encoding]


@given(texts, texts, encodings, st.data())
def test_an_edit_replaces_what_is_between(text: str, new: str, encoding: Encoding, data: st.DataObject) -> None:
    live = LiveText(text, encoding)
    start, end = sorted(live.position(data.draw(st.integers(0, len(text)))) for _ in range(2))
    expected = text[: live.offset(start)] + new + text[live.offset(end) :]
    assert live.edited(start, end, new).text == expected
