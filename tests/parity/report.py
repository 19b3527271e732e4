"""The score as people read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from policyeval.catalog.service_data import service_data
from tests.parity.checks import WITHOUT
from tests.parity.corpora import SINCE, UNASKED, Location, Said
from tests.parity.documented import Flagged
from tests.parity.score import DATED, PARTLY_DATED, Pair, Score, total

AIM = {"recall": 0.98, "precision": 0.98, "exact": 0.95}

_HEAD = (
    "| Issue code | AWS | ours | precision | recall | exact spans |",
    "| ---------- | --: | ---: | --------: | -----: | ----------: |",
)


def table(scores: Iterable[Score]) -> Iterator[str]:
    """Write a row a code, those that depend on the data's day last, each part with its total."""
    scores = list(scores)
    yield from _HEAD
    for part in ([s for s in scores if s.code not in DATED], [s for s in scores if s.code in DATED]):
        yield from map(_row, part)
        yield _row(total(part, "**dated**" if part and part[0].code in DATED else "**all of these**"))


def _row(score: Score) -> str:
    name = score.code if score.code.startswith("*") else f"`{score.code}`"
    cells = (
        name,
        str(score.aws),
        str(score.ours),
        _share(score.precision, score.ours),
        _share(score.recall, score.aws),
        _share(score.exact, len(score.both)),
    )
    return f"| {' | '.join(cells)} |"


def _share(share: float, of: int) -> str:
    return f"{share:.3f}" if of else "—"


def disagreements(score: Score) -> Iterator[str]:
    """Show each policy of which we say something else than AWS, with places and their text."""
    yield from _HEAD
    yield _row(score)
    for pair in score.pairs:
        if not pair.exact:
            yield f"{_verdict(pair)}: {pair.row}"
            yield from _shown("aws ", pair, pair.aws)
            yield from _shown("ours", pair, pair.ours)
    if not score.severities:
        yield "the severities differ"


def _verdict(pair: Pair) -> str:
    if pair.ours is None:
        return "only AWS"
    return "only we" if pair.aws is None else "other spans"


def _shown(who: str, pair: Pair, said: Said | None) -> Iterator[str]:
    for at in said.locations if said is not None else ():
        yield f"    {who} {at.pointer} {_excerpt(pair.row.text, at)}"


def _excerpt(text: str, at: Location, width: int = 90) -> str:
    shown = text[at.start : at.end]
    return shown if len(shown) <= width else f"{shown[:width]}…"


def _latest(score: Score) -> Score:
    return Score(score.code, [pair for pair in score.pairs if pair.row.at == "HEAD"])


def _figures(scores: Iterable[Score]) -> str:
    whole = total(scores)
    return f"recall {whole.recall:.3f}, precision {whole.precision:.3f}, exact spans {whole.exact:.3f}"


class Findings(NamedTuple):
    """What the page tells: the scores, the same with everything counted, how many checks AWS has and which of them
    have no rule, and the errors in AWS's guides.
    """

    scores: Mapping[str, Score]
    uncut: Mapping[str, Score]
    known: int
    without: Iterable[str]
    flagged: Iterable[Flagged]


def page(findings: Findings) -> str:
    """Write docs/lint-parity.md."""
    scores, uncut, known, without, flagged = findings
    data = service_data()
    rest = [score for score in scores.values() if score.code not in DATED]
    undated = [score for score in rest if score.code not in PARTLY_DATED]
    dated = [score for score in scores.values() if score.code in DATED]
    all_rest = [score for score in uncut.values() if score.code not in DATED]
    lines = [
        "# The linter beside IAM Access Analyzer",
        "",
        "What `policyeval lint` says of AWS's own managed policies, beside what AWS's ValidatePolicy said of them:",
        "1,005 policies, of many days from 2021 on, with 909 findings. A finding counts as the same when it has the",
        "same code and a place in common; spans are exact when all of them are AWS's to the character. Not counted,",
        "with the reasons in `tests/parity/corpora.py`:",
        "",
        "- five policies of which AWS's spans are those of another version,",
        f"- the latest versions of {len(UNASKED)} policies that AWS was not asked about: it has no finding there, where the",
        "  same words have one in all others,",
        f"- what {len(SINCE)} checks would find in answers from before AWS had them.",
        "",
        "```sh",
        "POLICYEVAL_CORPORA=… python -m tests.parity            # this table",
        "POLICYEVAL_CORPORA=… python -m tests.parity --code C   # each disagreement about a code",
        "POLICYEVAL_CORPORA=… python -m tests.parity --write    # this page",
        "```",
        "",
        f"The aim, over the codes that do not depend on the day of the service data: recall {AIM['recall']}, precision",
        f"{AIM['precision']}, exact spans {AIM['exact']}. Reached, over all but the last three of the table:"
        f" {_figures(rest)}.",
        f"Two more codes depend on that day in part; without them: {_figures(undated)}.",
        f"With what is not counted, precision over the first is {total(all_rest).precision:.3f}.",
        "",
        "In the latest versions alone, which AWS and we look at with data of nearly the same day:",
        f"{_figures(map(_latest, rest))} over those codes, and {_figures(map(_latest, dated))} over the last three. (The",
        "few actions that AWS takes without listing them were read off these very policies.)",
        "",
        *table(scores.values()),
        "",
        f"Our data is of {data.date}. What AWS reported because it was new on the day it was asked is right today: the",
        "services and actions of the last three rows, keys of `INVALID_SERVICE_CONDITION_KEY` such as `ecs:CreateAction`,",
        "and actions of `ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE` that know tags by now. The other way",
        "round, a service that has been retired since was right then.",
        "",
        "## Its checks",
        "",
        f"Of the {known} checks in AWS's reference these have no rule:",
        "",
        *(f"- `{code}`: {WITHOUT.get(code, '**to be looked at**')}" for code in without),
        "",
        "## The policies of AWS's guides",
        "",
        "254 policies that the guides show. These errors are found in them, and every one is true: a text for the",
        "reader to replace, or a slip.",
        "",
        "| Policy | Rule | Text | Why it is no false alarm |",
        "| ------ | ---- | ---- | ------------------------ |",
        *(
            f"| {each.policy} | {each.code} | `{each.text}` | {each.reason or '**to be looked at**'} |"
            for each in flagged
        ),
        "",
    ]
    return "\n".join(lines)
