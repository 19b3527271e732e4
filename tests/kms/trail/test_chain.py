"""The chain is what docs/trail.md says, computed here from the page alone."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from pathlib import Path

import pytest

from policyeval.kms.trail.chain import GENESIS, Chain, Head, Link
from policyeval.kms.trail.heads import Known, head_text, read_head
from tests.kms.trail.samples import SECRET, event, lines_of

PAGE = Path(__file__).resolve().parents[3] / "docs" / "trail.md"


@pytest.mark.parametrize("key", [None, SECRET, b"k" * 200], ids=["no key", "a key", "a key longer than a block"])
def test_every_digest_is_that_of_the_digest_before_and_the_line_up_to_its_own(key: bytes | None) -> None:
    lines, head = lines_of([event(number=number) for number in range(1, 6)], key)
    before = "0" * 64
    for number, line in enumerate(lines, 1):
        chain = json.loads(line)["chain"]
        name = "sha256" if key is None else "hmac"
        assert [*chain] == ["sequence", name]
        assert chain["sequence"] == number
        text = before.encode() + line[: line.rindex(chain[name].encode())]
        digest = hashlib.sha256(text) if key is None else hmac.new(key, text, "sha256")
        assert chain[name] == digest.hexdigest()
        assert line.endswith(f'"{chain[name]}"}}}}\n'.encode())
        before = chain[name]
    assert head == Head(5, before)


def test_the_program_of_the_page_verifies_a_trail() -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    names: dict[str, object] = {}
    exec(compile(code, "docs/trail.md", "exec"), names)  # noqa: S102 - it is our own text
    verify = names["verify"]
    assert callable(verify)
    for key in (None, SECRET):
        lines, head = lines_of([event(number=number) for number in range(1, 6)], key)
        assert verify(lines, key) == head
        with pytest.raises(ValueError, match="record 3"):
            verify([*lines[:2], lines[2].replace(b"blue", b"grey"), *lines[3:]], key)


def test_a_line_that_was_not_written_is_none() -> None:
    chain = Chain(Link.keyed_by(SECRET))
    assert chain.line("{}")[0] == chain.line("{}")[0]
    assert chain.head == Head(0, GENESIS)


def test_a_key_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes, not 15"):
        Link.keyed_by(b"k" * 15)


@pytest.mark.parametrize(
    "text", ["", "1", "1:", f"01:{GENESIS}", f"1:{GENESIS[:-1]}", f"1:{'A' * 64}", f" 1:{GENESIS}"]
)
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a head: SEQUENCE:DIGEST"):
        Head.parse(text)


def test_a_head_is_read_as_it_is_written() -> None:
    assert Head.parse(str(Head(12, "ab" * 32))) == Head(12, "ab" * 32)


@pytest.mark.parametrize("key", [None, SECRET], ids=["no key", "a key"])
def test_the_file_of_a_head_tells_the_head_and_every_edit_of_it_shows(key: bytes | None) -> None:
    link, known = Link.keyed_by(key), Known(Head(12, "ab" * 32), 4711)
    text = head_text(known, link)
    assert read_head(text, link) == known
    for old, new in (("12", "11"), ("ab", "ac"), ("4711", "4710"), ('"seal": "', '"seal": "0')):
        with pytest.raises(ValueError, match=r"it is not sealed|its seal does not fit"):
            read_head(text.replace(old, new, 1), link)


def test_the_file_of_a_head_is_good_for_its_key_only() -> None:
    known = Known(Head(12, "ab" * 32), 4711)
    with pytest.raises(ValueError, match="it is not sealed with this key"):
        read_head(head_text(known, Link.keyed_by(None)), Link.keyed_by(SECRET))
    with pytest.raises(ValueError, match="its seal does not fit, or it has a key"):
        read_head(head_text(known, Link.keyed_by(SECRET)), Link.keyed_by(None))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '"x"', "null", '{"sequence": 1}', '{"sequence": [], "digest": {}}', "[" * 100_000],
    ids=lambda text: text[:13],
)
def test_what_is_no_file_of_a_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="it is not the head of a trail"):
        read_head(text, Link.keyed_by(SECRET))
