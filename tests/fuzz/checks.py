"""What several targets ask: of faults, of the text that an input stands for, of files that were read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from policyeval.authorizer import Authorizer
from policyeval.errors import PolicyEvalError
from policyeval.model.source import Diagnostic
from policyeval.syntax.faults import MAX_FAULTS

POLICY_WORDS = (
    b'{"Version":"2012-10-17","Statement":[',
    b'"Statement"',
    b'"Effect":"Allow"',
    b'"Sid":',
    b'"Principal":{"AWS":"111122223333"}',
    b'"NotPrincipal":"*"',
    b'"Action":["kms:*"]',
    b'"NotAction"',
    b'"Resource":"*"',
    b'"NotResource":[]',
    b'"Condition":{"StringLike":{"aws:username":"a*"}}',
    b'"ForAnyValue:StringEqualsIfExists"',
    b'"2008-10-17"',
    b"${aws:username}",
    b"${k, 'd'}",
    b"arn:aws:kms:us-east-1:111122223333:key/k",
    b"\\u0045",
    b"\\ud83d\\udd11",
    b'"":',
    b"[[[[",
    b"]]]]",
    b"{",
    b"}",
    b",",
    b"// c",
    b"/* c */",
    b"True",
    b"null",
    b"1e5",
    b"'",
)


def text_of(data: bytes) -> str:
    """Take the bytes as text; what is no UTF-8 becomes half surrogate pairs, which texts can hold too."""
    return data.decode(errors="surrogateescape")


def expect_faults(faults: Sequence[Diagnostic], *, of_text: bool = True) -> None:
    """A refusal says why, at places that are in the text, and can be shown.

    The faults `of_text`, which the syntax tells, stand in the order of their places and escape what cannot be printed.
    """
    assert faults, "refused without a reason"
    for fault in faults:
        assert fault.message[:1].lower() == fault.message[:1] != "", fault.message
        assert not of_text or (fault.message + (fault.hint or "")).isprintable(), fault
        assert fault.render()
        assert fault.to_json()
        place = fault.place
        if place is not None and place.source is not None:
            assert 0 <= place.start <= place.end <= len(place.source.text), fault
    starts = [fault.place.start for fault in faults if fault.place is not None and fault.place.source is not None]
    assert not of_text or starts == sorted(starts), [str(fault.place) for fault in faults]


def expect_few(faults: Sequence[Diagnostic], passes: int = 1) -> None:
    """A reader stops when it has said enough."""
    assert len(faults) <= MAX_FAULTS * passes


def expect_answers(authorizer: Authorizer, questions: Iterable[Callable[[Authorizer], object]]) -> None:
    """Whatever was read can be asked: an answer comes, or a reason why the question is none."""
    for question in questions:
        try:
            question(authorizer)
        except PolicyEvalError as error:
            expect_faults(error.diagnostics, of_text=False)
