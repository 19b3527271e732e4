"""Makes `grammar/NAME.tables.json` of the grammars that are read by Lark's tables: run it when one has changed.

    python -m tests.syntax.make_tables

Lark works the tables out in 30 ms to 100 ms, which is most of what a command takes to start; to read them takes one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lark import Lark

from policyeval.syntax.grammars import grammar_text
from policyeval.syntax.tables import Tables

HOME = Path(__file__).resolve().parents[2] / "grammar"
GRAMMARS = ("json", "template")


def tables_of(lark: Lark) -> Tables:
    """Take the tables of a parser, whose builder must name all methods.

    Raises:
        AssertionError: the grammar has a rule of which Lark does not give every part to the builder.

    """
    conf: Any = lark.parse_interactive("").parser_state.parse_conf
    terminals = sorted(lark.terminals, key=_order)
    numbers = _numbers(conf)
    rules: list[tuple[str, int, str]] = []
    states: list[tuple[dict[str, int], dict[str, int]]] = []
    for state in numbers:
        shifts, reduces = {}, {}
        for name, (_, argument) in sorted(conf.states[state].items()):
            if isinstance(argument, int):
                shifts[name] = numbers[argument]
                continue
            rule = _rule(argument)
            if rule not in rules:
                rules.append(rule)
            reduces[name] = rules.index(rule)
        states.append((shifts, reduces))
    return Tables(
        {terminal.name: terminal.pattern.to_regexp() for terminal in terminals}, rules, states, numbers[conf.end_state]
    )


def render(grammar: str) -> str:
    """Write a grammar's tables, a line for each rule and state."""
    tables = tables_of(Lark(grammar_text(grammar), parser="lalr", maybe_placeholders=False))
    fields = [f'"{name}": {_lines(value)}' for name, value in tables._asdict().items()]
    return "{\n" + ",\n".join(fields) + "\n}\n"


def _lines(value: object) -> str:
    if isinstance(value, list):
        return "[\n" + ",\n".join(map(json.dumps, value)) + "\n]"
    return json.dumps(value, indent=0)


def _numbers(conf: Any) -> dict[int, int]:
    """Number the states in the order in which they are met from the start: Lark's numbers differ between runs."""
    met = {conf.start_state: 0}
    waiting = [conf.start_state]
    for state in waiting:
        for _, (_, argument) in sorted(conf.states[state].items()):
            if isinstance(argument, int) and argument not in met:
                met[argument] = len(met)
                waiting.append(argument)
    # Where the start leads when all is read: nothing leads on from there.
    met.setdefault(conf.end_state, len(met))
    return met


def _rule(rule: Any) -> tuple[str, int, str]:
    whole = not (rule.options.expand1 or rule.origin.name.startswith("_"))
    assert whole, f"{rule} is inlined"
    for symbol in rule.expansion:
        assert not getattr(symbol, "filter_out", False), f"{rule} leaves out {symbol}"
        assert not symbol.name.startswith("_"), f"{rule} inlines {symbol}"
    return rule.origin.name, len(rule.expansion), rule.alias or rule.origin.name


def _order(terminal: Any) -> tuple[int, int, int, str]:
    # Lark's own order of trying them.
    pattern = terminal.pattern
    return -terminal.priority, -pattern.max_width, -len(pattern.value), terminal.name


if __name__ == "__main__":
    for each in GRAMMARS:
        (HOME / f"{each}.tables.json").write_text(render(each), encoding="utf-8")
