"""Conditions and texts around what a request holds: some hold, some are one step off."""

from __future__ import annotations

from policyeval.model.policy import Condition
from tests.differential.dice import Dice, chance, pick, weighted
from tests.reference.conditions import Truth, holds
from tests.reference.text import Facts, text_of

_STRING = (
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
)
_ARN = ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike")
_COMPARE = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_NUMERIC = tuple(f"Numeric{name}" for name in _COMPARE)
_DATE = tuple(f"Date{name}" for name in _COMPARE)
_ADDRESS = ("IpAddress", "NotIpAddress")
_ALL = (*_STRING, *_ARN, *_NUMERIC, *_DATE, *_ADDRESS, "Bool", "BinaryEquals")

_ABSENT = (
    "aws:username",
    "aws:PrincipalTag/none",
    "aws:SourceVpce",
    "aws:SourceAccount",
    "kms:ViaService",
    "kms:EncryptionContext:nothing",
    "aws:PrincipalOrgID",
    "app:absent",
    "aws:PrincipalOrgPaths",
    "kms:ResourceAliases",
    "aws:ResourceTag/none",
)
_SPARE = (
    "blue",
    "10.0.0.0/8",
    "7",
    "true",
    "2026-03-01T00:00:00Z",
    "arn:aws:s3:::bucket",
    "*",
    "QUJD",
    "QU JD",
    "b*",
    "",
)
# Texts that nobody settled how to write: a moment as text, and who may compare it.
_TIMES = ("aws:currenttime", "aws:epochtime", "aws:tokenissuetime")

# Variables that are all of a value.
_WHOLE = ("${aws:userid}", "${aws:SourceArn}", "${app:source}", "${aws:username, 'arn:aws:s3:::*'}", "${app:none}")

TRIES = 8


def condition(
    dice: Dice, facts: Facts, version: str | None, *, wanted: Truth, in_key_policy: bool = False
) -> Condition:
    """Make a condition that is as wanted in this request, as far as a few tries go."""
    made = _any_condition(dice, facts)
    for _ in range(TRIES):
        if holds(made, version, facts, in_key_policy=in_key_policy) is wanted:
            break
        made = _any_condition(dice, facts)
    return made


def _any_condition(dice: Dice, facts: Facts) -> Condition:
    keys = sorted(facts)
    key = pick(dice, keys) if keys and chance(dice, 80) else pick(dice, _ABSENT).lower()
    value = facts.get(key)
    if chance(dice, 9):
        of_set = weighted(dice, {"": 94, "ForAnyValue:": 3, "ForAllValues:": 3})
        return Condition(f"{of_set}Null", cased(dice, key), (pick(dice, ["true", "false"]),))
    if isinstance(value, tuple):
        operator = pick(dice, _STRING) if chance(dice, 85) else pick(dice, _ALL)
        of_set = weighted(dice, {"ForAnyValue:": 45, "ForAllValues:": 45, "": 10})
        items = list(value) or ["blue"]
    else:
        operator = pick(dice, _operators(key, value)) if chance(dice, 92) else pick(dice, _ALL)
        of_set = weighted(dice, {"": 90, "ForAnyValue:": 5, "ForAllValues:": 5})
        items = [pick(dice, _SPARE) if value is None else value]
    if key in _TIMES and operator not in (*_DATE, *_NUMERIC):
        operator = "DateLessThan"
    count = weighted(dice, {1: 70, 2: 22, 3: 8})
    values = [_value(dice, operator, pick(dice, items), facts) for _ in range(count)]
    if operator in _ARN and chance(dice, 15):  # what a variable stands for need not be an ARN
        values.insert(dice.below(len(values) + 1), pick(dice, _WHOLE))
    if chance(dice, 1):
        operator = pick(
            dice,
            ["stringequals", "StringMatches", "StringEqualsifexists", "ForSomeValues:StringEquals", "NullIfExists"],
        )
        return Condition(operator, cased(dice, key), tuple(values))
    return Condition(of_set + operator + ("IfExists" if chance(dice, 15) else ""), cased(dice, key), tuple(values))


def _operators(key: str, value: object) -> tuple[str, ...]:
    """Give the operators that suit a value."""
    text = "" if value is None else text_of(value)
    suits = (
        (key in _TIMES or text.startswith("2026-"), _DATE),
        (isinstance(value, bool), ("Bool", "Bool", "StringEquals")),
        (isinstance(value, int | float), _NUMERIC),
        (text.startswith("arn:"), (*_ARN, *_STRING)),
        (key.endswith("ip"), _ADDRESS),
        (text.startswith("QUJ"), ("BinaryEquals", "StringEquals")),
    )
    return next((operators for suited, operators in suits if suited), _STRING)


_POOLS = {
    **dict.fromkeys(_NUMERIC, ("7", "3", "3.50", "-1", "300", "+3", "0.1", "9007199254740992", "seven", "")),
    **dict.fromkeys(
        _DATE,
        (
            "2026-03-01T12:00:00Z",
            "2026-03-01T12:30:00+00:00",
            "2026-03-01T11:55:00Z",
            "2026-03-01",
            "1772366400",
            "1772368200",
            "2026-03-01T13:00:00+01:00",
            "2026-03",
            "2026",
            "2026-03-01T12:00:00.5Z",
            "2026-03-01T12:00",
            "2026-13-01",
            "yesterday",
        ),
    ),
    **dict.fromkeys(
        _ADDRESS,
        (
            "10.0.0.0/8",
            "10.0.0.1",
            "203.0.113.0/24",
            "2001:db8::/32",
            "::/0",
            "0.0.0.0/0",
            "10.0.0",
            "10.9.9.9/8",
            "10.0.0.1/33",
        ),
    ),
    "Bool": ("true", "false", "true", "false", "True", "yes"),
}


def _value(dice: Dice, operator: str, value: object, facts: Facts) -> str:
    """Write a policy value around a value of the request: the same, alike, or another."""
    text = text_of(value)
    if operator in _POOLS:
        return text if operator in _NUMERIC and chance(dice, 20) else pick(dice, _POOLS[operator])
    shape = weighted(dice, {"same": 50, "wild": 20, "variable": 12, "other": 12, "case": 6})
    if shape == "wild" and text:
        return wild(dice, text)
    if shape == "variable":
        return variable(dice, text, facts)
    if shape == "other":
        return pick(dice, _SPARE)
    return text.swapcase() if shape == "case" else text


def wild(dice: Dice, text: str) -> str:
    """Put one wildcard into a text, or several."""
    at = dice.below(len(text))
    then = at + dice.below(len(text) - at)
    return pick(
        dice,
        [
            f"{text[:at]}*",
            f"*{text[at:]}",
            f"{text[:at]}?{text[at + 1 :]}",
            f"{text[:at]}*{text[at + 1 :]}",
            f"{text[:at]}*{text[then:]}",
            f"{text[:at]}*{text[at + 1 : then]}*",
            f"*{text[at:then]}*{text[then + 1 :]}",
            f"?*{text[1:at]}*{text[then:]}*",
            f"{text[:at]}*{text[then:]}x",
            f"{text[:at]}*~*{text[then:]}",
        ],
    )


def variable(dice: Dice, text: str, facts: Facts) -> str:
    """Write a text with a variable in it, one that resolves to (a part of) it where there is one."""
    fitting = [
        key
        for key, value in facts.items()
        if isinstance(value, str) and value and value in text and key not in _TIMES and "," not in key
    ]
    if fitting and chance(dice, 70):
        key = pick(dice, sorted(fitting))
        return text.replace(str(facts[key]), "${" + cased(dice, key) + "}", 1)
    key = pick(dice, ["aws:username", "aws:PrincipalTag/none", "app:labels", "aws:userid", "app:absent"])
    return pick(
        dice,
        [
            "${" + key + "}",
            "${" + key + ", '" + text.replace("'", "") + "'}",
            text.replace("*", "${*}") if "*" in text else text[:1] + "${*}",
            text + "${$}",
        ],
    )


def cased(dice: Dice, key: str) -> str:
    """Write a key in some case: it does not matter (S33)."""
    shape = weighted(dice, {"lower": 70, "upper": 10, "title": 20})
    return {"lower": key, "upper": key.upper(), "title": key.title()}[shape]
