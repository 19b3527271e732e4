"""Bytes are read as the UTF-8 text they are, or refused."""

from __future__ import annotations

from policyeval.errors import PolicySyntaxError
from policyeval.model.policy import Policy
from policyeval.syntax.policy import parse_policy
from tests.fuzz.checks import POLICY_WORDS, expect_faults

FINE = ()
WORDS = (*POLICY_WORDS, b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b'{\0"\0')


def run(data: bytes) -> None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        assert _outcome(data)[0] is None
        return
    assert _outcome(data) == _outcome(text)


def _outcome(text: str | bytes) -> tuple[Policy | None, list[tuple[str, str | None, str]]]:
    try:
        return parse_policy(text, "fuzz.json"), []
    except PolicySyntaxError as error:
        expect_faults(error.diagnostics)
        return None, [(fault.message, fault.hint, str(fault.place)) for fault in error.diagnostics]
