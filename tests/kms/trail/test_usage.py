"""What a trail says of use and cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from policyeval.catalog.kms_prices import kms_prices
from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.kms.errors import StorageError
from policyeval.kms.trail.event import INTERNAL, Event, Who
from policyeval.kms.trail.usage import PricedKey, Usage, UsageReport
from tests.kms.trail.samples import ARN, KEY, SECRET, event, lines_of, written

PRICES = kms_prices()
START, END = datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 2, 1, tzinfo=UTC)


def on(day: int, operation: str = "Encrypt", month: int = 1, **facts: Any) -> Event:
    return event(operation, time=datetime(2030, month, day, tzinfo=UTC), **facts)


def counted(events: Iterable[Event], since: datetime | None = START, until: datetime | None = END) -> UsageReport:
    usage = Usage(PRICES, since, until)
    for each in events:
        usage.add(written(each))
    report = usage.report()
    assert report is not None
    return report


def only_key(*events: Event, until: datetime = END) -> PricedKey:
    (key,) = counted(events, until=until).keys
    return key


def created(day: int, month: int = 1) -> Event:
    answer = {"KeyMetadata": {"Arn": ARN, "AWSAccountId": KEY.account, "KeyManager": "CUSTOMER"}}
    return on(day, "CreateKey", month, keys=(), response=answer)


def rotated(day: int, previous: str, kind: str = "AUTOMATIC") -> Event:
    details = {"rotationType": kind, "previousKeyMaterialId": previous}
    return on(day, "RotateKey", who=Who(INTERNAL, KEY.account), decisions=(), parameters=details)


def test_the_rates_are_those_of_the_page() -> None:
    per_10000 = {name: str(rate.per_10000) for name, rate in PRICES.rates.items()}
    assert per_10000 == {
        "standard": "0.03",
        "rsa_2048": "0.03",
        "asymmetric": "0.15",
        "ecc_data_key_pair": "0.10",
        "rsa_data_key_pair": "12.00",
    }
    assert [name for name, rate in PRICES.rates.items() if rate.free_tier] == ["standard"]
    assert (PRICES.key_month, PRICES.rotation_month, PRICES.rotations_charged) == (1, 1, 2)
    assert datetime.fromisoformat(PRICES.read)


@pytest.mark.parametrize(
    ("operation", "spec", "pair", "price_class"),
    [
        ("Encrypt", "SYMMETRIC_DEFAULT", None, "standard"),
        ("Encrypt", "RSA_2048", None, "rsa_2048"),
        ("Encrypt", "RSA_4096", None, "asymmetric"),
        ("Sign", "ECC_NIST_P256", None, "asymmetric"),
        ("Sign", "ML_DSA_65", None, "asymmetric"),
        ("GenerateMac", "HMAC_256", None, "standard"),
        ("GetPublicKey", "RSA_3072", None, "asymmetric"),
        ("DescribeKey", "RSA_3072", None, "standard"),
        ("ListKeys", None, None, "standard"),
        ("GenerateDataKeyPair", "SYMMETRIC_DEFAULT", "RSA_2048", "rsa_data_key_pair"),
        ("GenerateDataKeyPairWithoutPlaintext", "SYMMETRIC_DEFAULT", "ECC_NIST_P384", "ecc_data_key_pair"),
        ("GenerateDataKeyPair", "SYMMETRIC_DEFAULT", "SM2", "sm2_data_key_pair"),
    ],
)
def test_the_price_class_of_a_request(operation: str, spec: str | None, pair: str | None, price_class: str) -> None:
    assert PRICES.price_class(operation, spec, pair) == price_class


def test_every_spec_has_a_class_and_only_these_pairs_have_no_rate() -> None:
    assert all(PRICES.price_class("Sign", spec) in PRICES.rates for spec in KEY_SPECS)
    pairs = {name for name, spec in KEY_SPECS.items() if spec.key_pair}
    unpriced = {name for name in pairs if PRICES.price_class("GenerateDataKeyPair", None, name) not in PRICES.rates}
    assert unpriced == {"ML_KEM_512", "ML_KEM_768", "ML_KEM_1024", "SM2"} & pairs


def test_requests_are_counted_by_operation_with_those_that_failed() -> None:
    report = counted([on(1), on(2), on(3, error="AccessDeniedException"), on(3, "ListKeys", keys=())])
    assert report.operations == {"Encrypt": (3, 1), "ListKeys": (1, 0)}


def test_the_free_tier_is_a_months_and_an_accounts_and_not_for_asymmetric_keys() -> None:
    other = Who("arn:aws:iam::111122223333:user/alice", "111122223333")
    rsa = replace(KEY, arn=f"{ARN}-rsa", spec="RSA_4096")
    few = PRICES._replace(free_requests=3)
    usage = Usage(few, START, datetime(2030, 3, 1, tzinfo=UTC))
    events = [on(1)] * 5 + [on(1, month=2)] * 2 + [on(2, who=other)] * 4 + [on(3, "Sign", keys=(rsa,))] * 2
    for each in events:
        usage.add(written(each))
    report = usage.report()
    assert report is not None
    assert [(row.account, row.price_class, row.requests, row.free, row.cost) for row in report.requests] == [
        ("111122223333", "standard", 4, 3, Decimal("0.000003")),
        ("444455556666", "asymmetric", 2, 0, Decimal("0.00003")),
        ("444455556666", "standard", 7, 5, Decimal("0.000006")),
    ]


@pytest.mark.parametrize(("spec", "price_class"), [("RSA_4096", "asymmetric"), ("RSA_2048", "rsa_2048")])
@pytest.mark.parametrize("order", [1, -1], ids=["the dearer last", "the dearer first"])
def test_a_request_with_two_keys_costs_what_the_dearer_one_does(spec: str, price_class: str, order: int) -> None:
    """RSA 2048 has the rate of a symmetric key, but nothing of it is free."""
    rsa = replace(KEY, arn=f"{ARN}-rsa", spec=spec)
    (row,) = counted([on(1, "ReEncrypt", keys=(KEY, rsa)[::order])]).requests
    assert (row.price_class, row.free) == (price_class, 0)


def test_what_has_no_rate_is_counted_and_not_priced() -> None:
    report = counted([on(1, "GenerateDataKeyPair", parameters={"KeyPairSpec": "SM2"})], until=START.replace(day=2))
    (row,) = report.requests
    assert (row.price_class, row.requests, row.cost) == ("sm2_data_key_pair", 1, None)
    assert report.total == report.keys[0].cost


def test_a_service_that_calls_in_its_own_name_is_its_key_owners() -> None:
    (row,) = counted([on(1, who=Who("s3.amazonaws.com"))]).requests
    assert row.account == KEY.account


def test_a_key_costs_a_dollar_a_month_by_the_hour() -> None:
    whole = only_key(created(1))
    assert (whole.months, whole.cost) == (Decimal(1), Decimal(1))
    hours = only_key(created(31))
    assert hours.months == Decimal(24) / (31 * 24)
    part = only_key(created(1), until=START.replace(minute=1))
    assert part.months == Decimal(1) / (31 * 24)
    two = only_key(created(15), until=datetime(2030, 2, 15, tzinfo=UTC))
    assert two.months == Decimal(17 * 24) / (31 * 24) + Decimal(14 * 24) / (28 * 24)


def test_a_key_costs_nothing_while_it_waits_for_deletion_unless_that_is_cancelled() -> None:
    scheduled = only_key(created(1), on(11, "ScheduleKeyDeletion"))
    assert scheduled.months == Decimal(10 * 24) / (31 * 24)
    deleted = only_key(created(1), on(11, "ScheduleKeyDeletion"), on(20, "DeleteKey", who=Who(INTERNAL, KEY.account)))
    assert deleted.end == scheduled.end
    cancelled = only_key(created(1), on(11, "ScheduleKeyDeletion"), on(12, "CancelKeyDeletion"))
    assert cancelled.cost == 1


def test_what_was_refused_changes_nothing_about_a_key() -> None:
    refused = on(11, "ScheduleKeyDeletion", error="AccessDeniedException")
    assert only_key(created(1), refused).cost == 1


def test_two_rotations_cost_as_much_again_and_no_third_does() -> None:
    rotations = [on(day, "RotateKeyOnDemand", number=day) for day in (2, 3, 4)]
    key = only_key(created(1), *rotations)
    assert key.rotations == 3
    assert key.cost == 1 + (Decimal(30 * 24) + Decimal(29 * 24)) / (31 * 24)


def test_a_rotation_on_demand_is_one_even_if_it_is_told_twice() -> None:
    told = rotated(2, "m1", "ON_DEMAND")
    assert only_key(created(1), on(2, "RotateKeyOnDemand"), told, rotated(9, "m2")).rotations == 2


def test_a_rotation_that_the_store_could_not_keep_is_one_with_the_next_attempt() -> None:
    """A sweep tells it before the commit, and again when it comes to it again."""
    key = only_key(created(1), rotated(2, "m1"), rotated(11, "m1"), rotated(21, "m2"))
    assert key.rotations == 2
    assert key.cost == 1 + (Decimal(21 * 24) + Decimal(11 * 24)) / (31 * 24)


def test_a_rotation_on_demand_is_one_of_each_replica() -> None:
    """As an automatic one is, which is told of each."""
    arns = [f"arn:aws:kms:{region}:{KEY.account}:key/mrk-{'1' * 32}" for region in ("us-east-1", "eu-west-1")]
    other = f"arn:aws:kms:eu-west-1:{KEY.account}:key/mrk-{'2' * 32}"
    born = [{"ReplicaKeyMetadata": {"Arn": arn, "AWSAccountId": KEY.account}} for arn in (*arns, other)]
    made = [on(1, "ReplicateKey", keys=(), response=answer) for answer in born]
    report = counted([*made, on(2, "RotateKeyOnDemand", keys=(replace(KEY, arn=arns[0]),))])
    assert {key.arn: key.rotations for key in report.keys} == {arns[0]: 1, arns[1]: 1, other: 0}


@pytest.mark.parametrize("operation", ["ScheduleKeyDeletion", "RotateKeyOnDemand", "ReplicateKey", "TagResource"])
def test_what_the_store_could_not_keep_was_not_done(operation: str) -> None:
    """The trail is written first: a second record of the same request says so."""
    replica = {"ReplicaKeyMetadata": {"Arn": f"{ARN}-replica", "AWSAccountId": KEY.account}}
    told = on(11, operation, number=7, response=replica)
    undone = told._replace(response=None, error="KMSInternalException")
    report = counted([created(1), told, on(11, number=8), undone, on(12, number=9)])
    (key,) = report.keys
    assert (key.cost, key.rotations) == (1, 0)
    assert report.operations == {"CreateKey": (1, 0), "Encrypt": (2, 0), operation: (1, 1)}
    assert sum(row.requests for row in report.requests) == 4


@pytest.mark.parametrize(("between", "undone"), [(1023, True), (1024, False)])
def test_only_recent_changes_are_remembered_to_be_undone(between: int, *, undone: bool) -> None:
    told = on(11, "ScheduleKeyDeletion", number=7)
    failed = told._replace(response=None, error="KMSInternalException")
    others = [on(12, "TagResource", number=number) for number in range(100, 100 + between)]
    report = counted([created(1), told, *others, failed])
    assert report.operations["ScheduleKeyDeletion"] == ((1, 1) if undone else (2, 1))
    assert (report.keys[0].end == END) is undone


def test_what_failed_before_it_was_told_is_a_request() -> None:
    failed = on(11, "ScheduleKeyDeletion", number=7, response=None, error="KMSInternalException")
    report = counted([created(1), failed, failed])
    assert report.operations == {"CreateKey": (1, 0), "ScheduleKeyDeletion": (2, 2)}
    assert report.keys[0].cost == 1


def test_an_aws_managed_key_costs_nothing() -> None:
    key = only_key(on(1, keys=(replace(KEY, manager="AWS"),)))
    assert (key.manager, key.cost) == ("AWS", 0)


def test_a_key_from_before_counts_from_its_first_record() -> None:
    assert only_key(on(20)).start == datetime(2030, 1, 20, tzinfo=UTC)


def test_what_lies_outside_is_not_counted_but_keys_from_before_are() -> None:
    report = counted([created(1), on(2), on(20), on(25)], START.replace(day=10), START.replace(day=22))
    assert report.operations == {"Encrypt": (1, 0)}
    assert report.keys[0].months == Decimal(12 * 24) / (31 * 24)


def test_a_key_that_was_gone_before_is_not_charged() -> None:
    report = counted([created(1), on(3, "ScheduleKeyDeletion"), on(20)], START.replace(day=10), START.replace(day=22))
    assert report.keys == ()
    assert report.operations == {"Encrypt": (1, 0)}


def test_without_bounds_it_is_the_trails_own_time() -> None:
    report = counted([on(3), on(5)], None, None)
    assert (report.since, report.until) == (START.replace(day=3), START.replace(day=5, second=1))


def test_nothing_counted_is_no_report() -> None:
    assert Usage(PRICES).report() is None


def test_a_replica_is_a_key_of_its_own() -> None:
    replica = {"ReplicaKeyMetadata": {"Arn": f"{ARN}-replica", "AWSAccountId": KEY.account}}
    report = counted([created(1), on(1, "ReplicateKey", response=replica)])
    assert [key.arn for key in report.keys] == [ARN, f"{ARN}-replica"]


def test_a_replica_that_is_made_again_is_another_key_of_the_same_name() -> None:
    replica = {"ReplicaKeyMetadata": {"Arn": ARN, "AWSAccountId": KEY.account}}

    def made(day: int) -> Event:
        return on(day, "ReplicateKey", keys=(), response=replica)

    gone = on(10, "DeleteKey", who=Who(INTERNAL, KEY.account))
    first, second = counted([made(1), on(3, "ScheduleKeyDeletion"), gone, made(21)]).keys
    assert (first.arn, first.start.day, first.end.day) == (ARN, 1, 3)
    assert (second.arn, second.start.day, second.end) == (ARN, 21, END)


@pytest.mark.parametrize(
    "line",
    [b"\n", b"{\n", b"[]\n", b"{}\n", b"null\n", b'{"eventTime":"x","eventName":"y"}\n', b"[" * 100_000],
    ids=lambda line: line[:9].decode(),
)
def test_a_line_that_is_no_record_is_named(line: bytes) -> None:
    usage = Usage(PRICES)
    lines, _ = lines_of([on(1)], SECRET)
    with pytest.raises(StorageError, match=r"`trail\.jsonl` line 2 is no record of a trail"):
        usage.read("trail.jsonl", [*lines, line])


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_nor_is_one_of_a_time_beyond_the_years_that_there_are(time: str) -> None:
    lines, _ = lines_of([on(1)], SECRET)
    with pytest.raises(StorageError, match="line 1 is no record of a trail"):
        Usage(PRICES).read("trail.jsonl", [lines[0].replace(b"2030-01-01T00:00:00Z", time.encode())])


@pytest.mark.parametrize("until", [None, datetime.max.replace(tzinfo=UTC)])
def test_the_last_second_that_there_is_can_be_counted(until: datetime | None) -> None:
    usage = Usage(PRICES, None, until)
    for time in ("2030-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        usage.add({**written(on(1)), "eventTime": time})
    report = usage.report()
    assert report is not None
    assert [(key.start.year, key.end.year) for key in report.keys] == [(2030, 9999)]
