"""S121: characters in a Sid that its type of policy does not take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Edit, Fix, Severity
from policyeval.lint.fixes import written_anew, written_end
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.syntax.faults import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.model.source import Diagnostic, Place


_OF_OTHERS: Final = re.compile(r"[\\{]|%22")


def check(fault: Diagnostic) -> Iterator[Flaw]:
    """Pass on what the parser says, with a Sid made of the same letters and digits."""
    if fault.kind == Kind.INVALID_SID and fault.place is not None:
        yield Flaw(fault.place, fault.message, "use letters and digits only", fix=_fix(fault.place))


def _fix(place: Place) -> Fix | None:
    if place.source is None:
        return None
    written = place.source.text[place.start : place.end]
    # The first line of a block scalar of YAML says how to read it.
    name = written.partition("\n")[2] if written.startswith(("|", ">")) else written
    words = re.findall("[0-9A-Za-z]+", name)
    sid = "".join(word[0].upper() + word[1:] for word in words)
    # An escape is no word of the name, nor is what else a string holds in which the policy is.
    if not sid or _OF_OTHERS.search(written):
        return None
    end = written_end(place.start, place.end, place.source.text)
    return Fix(f"write `{sid}`", (Edit(place.start, end, written_anew(sid, written)),))


RULE = Rule(
    code="S121",
    name="invalid-sid",
    severity=Severity.ERROR,
    access_analyzer="UNSUPPORTED_SID",
    level=Level.FAULT,
    check=check,
    summary="A Sid has characters that the policy type does not take.",
    why=(
        "In IAM's and Organizations' own policies a Sid is made of ASCII letters and digits; AWS refuses any "
        "other. Key policies and other resource policies take more."
    ),
    instead="Use letters and digits, such as `ReadReports`.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html",
)
