"""What operators read: metrics, and the journal."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from policyeval.server.app import App
from policyeval.server.endpoint import Peer, Reply
from policyeval.server.journal import Journal
from policyeval.server.metrics import Metrics

_SAMPLE = re.compile(r'[a-z_]+(\{([a-z]+="(\\.|[^"\\\n])*",?)+\})? [0-9.e+-]+')


def _metrics() -> Metrics:
    metrics = Metrics("1.2.3", 1_000.0)
    metrics.count("kms", "Encrypt", "", 0.0001)
    metrics.count("kms", "Encrypt", "", 0.004)
    metrics.count("kms", "Encrypt", "AccessDeniedException", 60.0)
    metrics.count("sts", "AssumeRole", "", 0.005)
    metrics.count_reload(taken=False)
    return metrics


def test_every_line_is_a_sample_or_describes_one() -> None:
    text = _metrics().render()
    assert text.endswith("\n")
    described: set[str] = set()
    for line in text.splitlines():
        if line.startswith("#"):
            described.add(line.split()[2])
        else:
            assert _SAMPLE.fullmatch(line), line
            name = re.sub(r"_(bucket|sum|count)$", "", re.split(r"[{ ]", line)[0])
            assert name in described


def test_requests_are_counted_by_how_they_ended() -> None:
    text = _metrics().render()
    assert 'policyeval_requests_total{service="kms",operation="Encrypt",code=""} 2\n' in text
    assert 'policyeval_requests_total{service="kms",operation="Encrypt",code="AccessDeniedException"} 1\n' in text
    assert 'policyeval_reloads_total{outcome="refused"} 1\n' in text
    assert 'policyeval_info{version="1.2.3"} 1\n' in text


def test_a_bucket_holds_all_that_were_not_slower() -> None:
    found = re.findall(r'bucket\{service="kms",operation="Encrypt",le="([^"]+)"\} (\d+)', _metrics().render())
    counts = {bound: int(count) for bound, count in found}
    assert [counts[bound] for bound in ("0.00025", "0.0025", "0.005", "5.0", "+Inf")] == [1, 1, 2, 2, 3]
    text = _metrics().render()
    assert 'policyeval_request_seconds_count{service="kms",operation="Encrypt"} 3\n' in text
    # A value that is a bucket's bound is in it.
    assert 'bucket{service="sts",operation="AssumeRole",le="0.005"} 1\n' in text


def test_labels_are_escaped() -> None:
    metrics = Metrics('"\\\n', 0)
    assert 'policyeval_info{version="\\"\\\\\\n"} 1\n' in metrics.render()


def _written(style: Any, **fields: Any) -> str:
    lines: list[str] = []
    Journal(lines.append, style, lambda: datetime(2030, 1, 2, 3, 4, 5, 678_901, UTC)).note(
        "warning", "refused", **fields
    )
    (line,) = lines
    return line


def test_for_programs_an_event_is_an_object_on_a_line() -> None:
    line = _written("json", operation="Encrypt", status=400, message="é\n\x1b[31m", none=None)
    assert line.count("\n") == 1
    assert json.loads(line) == {
        "time": "2030-01-02T03:04:05.678Z",
        "level": "warning",
        "event": "refused",
        "operation": "Encrypt",
        "status": 400,
        "message": "é\n\x1b[31m",
    }


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Encrypt", "Encrypt"),
        (400, "400"),
        (0.000234, "0.000234"),  # seconds, of which most requests take a part of a thousandth
        ("two words", '"two words"'),
        ("", '""'),
        ("a=b", '"a=b"'),
        ("a\nb", '"a\\nb"'),
        ("\x1b[31m", '"\\u001b[31m"'),
        ('a"b', '"a\\"b"'),
        ("é", "é"),
    ],
)
def test_for_people_a_value_ends_where_it_seems_to(value: Any, shown: str) -> None:
    assert _written("text", value=value) == f"2030-01-02T03:04:05.678Z warning refused  value={shown}\n"


def test_what_has_many_lines_stands_below_and_no_line_of_it_looks_like_an_event() -> None:
    line = _written("text", fault="accounts.yaml:3:1: no\n2030-01-02T03:04:05.678Z error   forged\n\x1b[31m", path="a")
    assert line.splitlines() == [
        "2030-01-02T03:04:05.678Z warning refused  path=a",
        "    | accounts.yaml:3:1: no",
        "    | 2030-01-02T03:04:05.678Z error   forged",
        "    | \N{REPLACEMENT CHARACTER}[31m",
    ]


def test_of_a_refusal_that_quotes_a_request_without_end_the_beginning_is_told() -> None:
    lines: list[str] = []
    journal = Journal(lines.append, "json", lambda: datetime(2030, 1, 2, tzinfo=UTC))
    nothing: Any = None
    app = App(nothing, beside=nothing, pool=nothing, makers=nothing, metrics=Metrics("1", 0), journal=journal)
    exchange: Any = SimpleNamespace(
        service="kms", operation="", caller=None, peer=Peer(None, secure=False), request_id=""
    )
    app.tell(exchange, Reply(400, "", b"", "ValidationException", "w" * 1_025, hint="h" * 1_025), 0)
    told = json.loads(lines[0])
    assert (told["message"], told["hint"]) == ("w" * 1_024, "h" * 1_024)
