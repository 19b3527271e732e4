"""The command line as its users see it: what is typed, and everything that comes back."""

from __future__ import annotations

import pytest

from tests.cli.transcript import Transcript, transcripts


@pytest.mark.parametrize("transcript", [pytest.param(each, id=each.sentence) for each in transcripts()])
def test_transcript(transcript: Transcript) -> None:
    printed = transcript.run()
    assert transcript.agrees(printed), f"\n$ {transcript.command}\n{printed}"
