"""Transcripts: a command as somebody types it, and everything that comes back.

A file in `transcripts/` starts with a sentence after `# `. Then comes `$ ` and the command, from the
repository's root, its standard input after `<` when it has one; then what it prints, lines of standard
error with `! ` before them; and at the end `[exit N]`. A line of three dots stands for any lines.
After a wanted change of the output: `python tests/cli/transcript.py` writes them all anew.
"""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from policyeval.cli import main

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).with_name("transcripts")
ANY_LINES = "..."


@dataclass(frozen=True)
class Transcript:
    """One file, taken apart."""

    path: Path
    sentence: str
    command: str
    expected: str

    @classmethod
    def read(cls, path: Path) -> Transcript:
        """Take a file apart."""
        first, second, *rest = path.read_text(encoding="utf-8").splitlines()
        assert first.startswith("# "), path
        assert second.startswith("$ policyeval "), path
        return cls(path, first[2:], second[2:], "\n".join(rest))

    def run(self) -> str:
        """Run the command; give what it printed, in the form of the file."""
        words = shlex.split(self.command)[1:]
        text = None
        if "<" in words:
            at = words.index("<")
            text = (ROOT / words[at + 1]).read_bytes()
            words = words[:at]
        here = Path.cwd()
        os.chdir(ROOT)
        try:
            result = CliRunner().invoke(main, words, input=text, prog_name="policyeval")
        finally:
            os.chdir(here)
        errors = [f"! {line}".rstrip() for line in result.stderr.splitlines()]
        return "\n".join([*result.stdout.splitlines(), *errors, f"[exit {result.exit_code}]"])

    def agrees(self, printed: str) -> bool:
        """Compare with what is expected."""
        # Lines of three dots stand for any lines, and end the line before wherever it ends.
        parts = [re.escape(part) for part in self.expected.split(f"\n{ANY_LINES}\n")]
        pattern = r".*\n(?:.*\n)*?".join(parts)
        return re.fullmatch(pattern, printed) is not None


def transcripts() -> list[Transcript]:
    """Read all of them."""
    return [Transcript.read(path) for path in sorted(FOLDER.glob("*.txt"))]


if __name__ == "__main__":
    for each in transcripts():
        if f"\n{ANY_LINES}\n" not in f"\n{each.expected}\n":
            each.path.write_text(f"# {each.sentence}\n$ {each.command}\n{each.run()}\n", encoding="utf-8")
