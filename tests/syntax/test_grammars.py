"""Where grammars come from, and that nothing is loaded before it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from policyeval.syntax.grammars import grammar_text


@pytest.mark.parametrize("name", ["json", "template"])
def test_every_grammar_is_found(name: str) -> None:
    assert "start:" in grammar_text(name)


def test_a_grammar_that_is_not_there_is_a_broken_installation() -> None:
    with pytest.raises(FileNotFoundError):
        grammar_text("klingon")


def test_lark_is_loaded_to_explain_a_fault_and_not_before() -> None:
    script = """if True:
        import sys
        from policyeval.syntax.json_reader import read_json
        from policyeval.syntax.policy import parse_policy
        parse_policy('{"Statement": {"Effect": "Deny", "Action": "kms:*", "Resource": "arn:aws:kms:*:${aws:userid}"}}')
        assert "lark" not in sys.modules
        assert "yaml" not in sys.modules
        assert read_json("{", None)[1]
        assert "lark" in sys.modules
    """
    subprocess.run([sys.executable, "-c", script], check=True)
