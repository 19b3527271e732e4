"""How well our findings agree with AWS's, code by code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from policyeval.lint.finding import Finding
from policyeval.lint.linter import Linter
from policyeval.model.policy import PolicyType
from policyeval.syntax.json_reader import read_json
from tests.parity.corpora import Location, Row, Said

# What these codes find depends on what the services were on that day: the oracle's answers are of many days.
DATED = frozenset({"INVALID_ACTION", "INVALID_SERVICE", "INVALID_SERVICE_IN_ACTION"})

# These do so in part: a key or the support of tags that a service has got since.
PARTLY_DATED = frozenset({"ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", "INVALID_SERVICE_CONDITION_KEY"})


class Pair(NamedTuple):
    """What AWS said of a policy and what we did; None where the other has nothing to go with it."""

    row: Row
    aws: Said | None
    ours: Said | None

    @property
    def exact(self) -> bool:
        """Whether both have the same spans."""
        return self.aws is not None and self.ours is not None and _spans(self.aws) == _spans(self.ours)


@dataclass
class Score:
    """The pairs of one code, and what is counted of them."""

    code: str
    pairs: list[Pair] = field(default_factory=list)

    @property
    def both(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.aws is not None and pair.ours is not None]

    @property
    def aws(self) -> int:
        return sum(pair.aws is not None for pair in self.pairs)

    @property
    def ours(self) -> int:
        return sum(pair.ours is not None for pair in self.pairs)

    @property
    def recall(self) -> float:
        return len(self.both) / self.aws if self.aws else 1.0

    @property
    def precision(self) -> float:
        return len(self.both) / self.ours if self.ours else 1.0

    @property
    def exact(self) -> float:
        """The share of exact spans."""
        return sum(pair.exact for pair in self.both) / len(self.both) if self.both else 1.0

    @property
    def severities(self) -> bool:
        """Whether we call it as bad as AWS does."""
        return all(pair.aws.severity == pair.ours.severity for pair in self.both if pair.aws and pair.ours)


def ours(linter: Linter, row: Row) -> list[Said]:
    """Lint a policy, and give what goes by one of AWS's codes."""
    node, faults = read_json(row.text, None)
    assert node is not None, f"{row} cannot be read: {faults}"
    return [_said(found) for found in linter.lint(node, PolicyType.IDENTITY, faults=faults) if found.access_analyzer]


def score(linter: Linter, rows: Iterable[Row], *, everything: bool = False) -> dict[str, Score]:
    """Score a linter where AWS answered; the codes are those that AWS or we have a finding of, sorted.

    With `everything`, its silence counts too where it was not asked or had no such check yet.
    """
    scores: dict[str, Score] = {}
    for row in rows:
        if not sound(row) or not (row.asked or everything):
            continue
        found = [said for said in ours(linter, row) if everything or row.checked(said.code)]
        for code in {said.code for said in (*row.said, *found)}:
            theirs = [said for said in row.said if said.code == code]
            mine = [said for said in found if said.code == code]
            scores.setdefault(code, Score(code)).pairs += pair_up(row, theirs, mine)
    return dict(sorted(scores.items()))


def sound(row: Row) -> bool:
    """Tell whether AWS was asked about this text: of a few policies the spans are of another version."""
    return all(
        row.text[at.start : at.start + 1] in '"[{' and row.text[at.end - 1 : at.end] in '"]}'
        for said in row.said
        for at in said.locations
    )


def pair_up(row: Row, theirs: list[Said], mine: list[Said]) -> list[Pair]:
    """Pair findings of one code: those of equal spans, then of a common place, then of one statement."""
    pairs = []
    theirs, mine = list(theirs), list(mine)
    for alike in (_same_spans, _common_place, _same_statement):
        for aws in tuple(theirs):
            match = next((found for found in mine if alike(aws, found)), None)
            if match is not None:
                theirs.remove(aws)
                mine.remove(match)
                pairs.append(Pair(row, aws, match))
    return [*pairs, *(Pair(row, aws, None) for aws in theirs), *(Pair(row, None, found) for found in mine)]


def total(scores: Iterable[Score], code: str = "all") -> Score:
    """Add scores up."""
    return Score(code, [pair for each in scores for pair in each.pairs])


def _said(finding: Finding) -> Said:
    places = (finding.place, *finding.also)
    locations = tuple(Location(place.pointer, place.start, place.end) for place in places)
    return Said(finding.access_analyzer or "", str(finding.severity), locations)


def _spans(said: Said) -> set[tuple[int, int]]:
    return {(location.start, location.end) for location in said.locations}


def _same_spans(one: Said, other: Said) -> bool:
    return _spans(one) == _spans(other)


def _common_place(one: Said, other: Said) -> bool:
    return bool({at.pointer for at in one.locations} & {at.pointer for at in other.locations})


def _same_statement(one: Said, other: Said) -> bool:
    return bool(_statements(one) & _statements(other))


_STATEMENT: Callable[[str], re.Match[str] | None] = re.compile(r"/Statement(/\d+)?").match


def _statements(said: Said) -> set[str]:
    return {match[0] for at in said.locations if (match := _STATEMENT(at.pointer)) is not None}
