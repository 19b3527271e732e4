"""Findings are paired as the page about parity says, and the corpora, where they are, keep the score above its aim."""

from __future__ import annotations

import os

import pytest

from policyeval.lint.linter import Linter
from policyeval.lint.rules.table import load_all
from tests.parity import corpora
from tests.parity.__main__ import PAGE, everything
from tests.parity.checks import WITHOUT, otherwise
from tests.parity.corpora import Location, Row, Said
from tests.parity.report import AIM, page, table
from tests.parity.score import DATED, PARTLY_DATED, Pair, Score, pair_up, score, sound, total

ROW = Row("Name", "HEAD", '{"a": "b"}', ())
WHOLE, KEY, VALUE = (
    Location("/Statement/0/a", 0, 10),
    Location("/Statement/0/a", 1, 4),
    Location("/Statement/0/a", 6, 9),
)
NEAR, FAR = Location("/Statement/0/b", 6, 9), Location("/Statement/1/b", 6, 9)


def _said(*locations: Location) -> Said:
    return Said("CODE", "error", locations)


@pytest.mark.parametrize(
    ("aws", "ours", "paired", "exact"),
    [
        pytest.param((VALUE,), (VALUE,), True, True, id="the same span"),
        pytest.param((VALUE, KEY), (KEY, VALUE), True, True, id="the same spans in another order"),
        pytest.param((VALUE, KEY), (VALUE,), True, False, id="one span of two"),
        pytest.param((VALUE,), (WHOLE,), True, False, id="another span of the same place"),
        pytest.param((KEY,), (NEAR,), True, False, id="another place of the same statement"),
        pytest.param((VALUE,), (FAR._replace(start=1),), False, False, id="another statement"),
    ],
)
def test_findings_of_one_code_are_paired(
    aws: tuple[Location, ...], ours: tuple[Location, ...], *, paired: bool, exact: bool
) -> None:
    pairs = pair_up(ROW, [_said(*aws)], [_said(*ours)])
    assert len(pairs) == (1 if paired else 2)
    assert pairs[0].exact is exact


def test_the_closest_are_paired_first() -> None:
    pairs = pair_up(ROW, [_said(VALUE), _said(KEY)], [_said(KEY), _said(VALUE)])
    assert [pair.exact for pair in pairs] == [True, True]


def test_a_score_counts_what_each_side_has() -> None:
    one = Score(
        "CODE", [Pair(ROW, _said(VALUE), _said(VALUE)), Pair(ROW, _said(VALUE), None), Pair(ROW, None, _said(KEY))]
    )
    assert (one.aws, one.ours, one.recall, one.precision, one.exact) == (2, 2, 0.5, 0.5, 1.0)
    assert total([one, one]).aws == 4


def test_a_policy_of_which_aws_has_the_spans_of_another_text_does_not_count() -> None:
    broken = ROW._replace(said=(_said(VALUE), _said(Location("/Statement/0/a", 3, 5))))
    assert not sound(broken)
    assert sound(ROW._replace(said=(_said(VALUE),)))
    assert score(Linter(()), [broken]) == {}


@pytest.mark.parametrize(
    ("name", "at", "said", "asked"),
    [
        ("AWSOpsWorksRole", "HEAD", (), False),
        ("AWSOpsWorksRole", "2021-03-24", (), True),
        ("AWSOpsWorksRole", "HEAD", (_said(VALUE),), True),
        ("Another", "HEAD", (), True),
    ],
)
def test_silence_tells_nothing_where_aws_was_not_asked(
    name: str, at: str, said: tuple[Said, ...], *, asked: bool
) -> None:
    assert Row(name, at, "{}", said).asked is asked


@pytest.mark.parametrize(
    ("code", "at", "checked"),
    [
        ("EQUIVALENT_TO_NULL_FALSE", "2025-07-30", False),
        ("EQUIVALENT_TO_NULL_FALSE", "2025-07-31", True),
        ("EQUIVALENT_TO_NULL_FALSE", "HEAD", True),
        ("REDUNDANT_ACTION", "2021-03-24", True),
    ],
)
def test_a_check_counts_since_aws_has_it(code: str, at: str, *, checked: bool) -> None:
    assert Row("Name", at, "{}", ()).checked(code) is checked


def test_nothing_said_is_no_perfect_score() -> None:
    rows = list(table([Score("CODE", [Pair(ROW, _said(VALUE), None)])]))
    assert "| `CODE` | 1 | 0 | — | 0.000 | — |" in rows


needs_corpora = pytest.mark.skipif(corpora.VARIABLE not in os.environ, reason=f"{corpora.VARIABLE} names no corpora")


@needs_corpora
def test_the_score_reaches_its_aim_and_the_page_tells_it() -> None:
    home = corpora.folder()
    assert home is not None
    found = everything(home)
    whole = total(each for each in found.scores.values() if each.code not in DATED | PARTLY_DATED)
    assert whole.recall >= AIM["recall"]
    assert whole.precision >= AIM["precision"]
    assert whole.exact >= AIM["exact"]
    assert [each for each in found.flagged if each.reason is None] == []
    assert [code for code in found.without if code not in WITHOUT] == []
    assert PAGE.read_text(encoding="utf-8") == page(found), "run `python -m tests.parity --write`"


@needs_corpora
def test_rules_are_as_severe_as_aws_s_checks() -> None:
    home = corpora.folder()
    assert home is not None
    assert list(otherwise(corpora.checks(home), load_all())) == []
