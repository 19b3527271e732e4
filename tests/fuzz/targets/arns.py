"""ARNs and actions come apart where their colons are, and nothing is lost."""

from __future__ import annotations

import re

from policyeval.model.arn import is_account_id, root_arn, split_arn
from policyeval.syntax.patterns import Span, parse_action_pattern
from tests.fuzz.checks import text_of

FINE = ()
WORDS = (b"arn:", b"aws", b":kms:", b"us-east-1", b"111122223333", b":key/", b":", b"*", b"?", b"/", b"${aws:username}")
_ACTION = re.compile(r"([A-Za-z0-9_.*?-]+):([A-Za-z0-9_.*?-]+)")


def run(data: bytes) -> None:
    text = text_of(data)
    _arn(text)
    _action(text)


def _arn(text: str) -> None:
    arn = split_arn(text)
    fields = text.split(":")
    if arn is None:
        assert len(fields) < 6 or fields[0] != "arn" or not (fields[1] and fields[2] and ":".join(fields[5:]))
        return
    assert str(arn) == text
    assert [*arn[:4], arn.resource] == [*fields[1:5], ":".join(fields[5:])]
    if is_account_id(arn.account):
        assert re.fullmatch("[0-9]{12}", arn.account)
        assert split_arn(root_arn(arn.account, arn.partition)) == (arn.partition, "iam", "", arn.account, "root")


def _action(text: str) -> None:
    pattern = parse_action_pattern(text)
    expected = _ACTION.fullmatch(text)
    if pattern is None:
        assert text != "*"
        assert expected is None
        return
    _in_place(text, [pattern.service, pattern.name])
    if text == "*":
        assert pattern.service == pattern.name == Span("*", 0)
    else:
        assert expected is not None
        assert (pattern.service.text, pattern.name.text) == expected.groups()


def _in_place(text: str, spans: list[Span]) -> None:
    assert all(text[span.start : span.end] == span.text for span in spans)
