"""ARNs come apart where their colons are, and nothing is lost; actions have one colon."""

from __future__ import annotations

import re
from string import ascii_letters, digits

from policyeval.model.arn import is_account_id, root_arn, split_arn
from policyeval.syntax.patterns import is_action_pattern
from tests.fuzz.checks import text_of

FINE = ()
WORDS = (b"arn:", b"aws", b":kms:", b"us-east-1", b"111122223333", b":key/", b":", b"*", b"?", b"/", b"${aws:username}")
_OF_ACTIONS = {*ascii_letters, *digits, *"_.*?-"}


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
    service, _, name = text.partition(":")
    is_one = bool(service and name) and set(service + name) <= _OF_ACTIONS
    assert is_action_pattern(text) is (is_one or text == "*")
