"""One walk over a policy feeds all rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.build import view_policy
from policyeval.lint.finding import Edit, Finding, Fix
from policyeval.lint.fixes import written
from policyeval.lint.rule import Flaw, Level, TextFlaw
from policyeval.syntax.faults import Kind
from policyeval.syntax.policy import policy_from_node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from policyeval.lint.rule import Rule
    from policyeval.lint.view import Element, GrantView, PolicyView, Statement, Value
    from policyeval.model.policy import PolicyType
    from policyeval.model.source import Diagnostic
    from policyeval.syntax.tree import Node

# How many different strings a linter remembers the answers for, at each level; then it starts anew.
_REMEMBERED: Final = 65_536

_Answers = tuple[tuple["Rule", TextFlaw], ...]


class _Sorted:
    """The rules for one type of policy by what they look at, and what those of texts answered so far."""

    __slots__ = ("actions", "at", "resources")

    def __init__(self, rules: Iterable[Rule], policy_type: PolicyType | None) -> None:
        able = [rule for rule in rules if policy_type is None or rule.types is None or policy_type in rule.types]
        self.at = {level: tuple(rule for rule in able if rule.level is level) for level in Level}
        self.actions: dict[str, _Answers] = {}
        self.resources: dict[str, _Answers] = {}


class Linter:
    """Rules, sorted by what they look at. It remembers what they said of a string, and nothing else.

    Not thread-safe.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Take the rules to apply."""
        self.rules: Final = tuple(rules)
        self._sorted: dict[PolicyType | None, _Sorted] = {}

    def lint(
        self,
        node: Node,
        policy_type: PolicyType | None = None,
        *,
        pointer: str = "",
        faults: Iterable[Diagnostic] = (),
    ) -> list[Finding]:
        """Give what the rules find in a policy, by place.

        `pointer` is where the policy stands in its document. `faults` are what its reader had to say.
        """
        policy = view_policy(node, policy_type, pointer)
        found = list(faults)
        policy_from_node(node, policy.type, found, pointer)
        findings = [*self.faults(found, policy), *self.view(policy)]
        return sorted(findings, key=_by_place)

    def faults(self, faults: Iterable[Diagnostic], policy: PolicyView | None = None) -> Iterator[Finding]:
        """Give what the parser found, under the codes of the rules for it."""
        rules = self._for(policy.type if policy is not None else None).at[Level.FAULT]
        for fault in faults:
            # What a template leaves open is nobody's fault.
            if fault.kind != Kind.UNRESOLVED:
                for rule in rules:
                    yield from _found(rule, rule.check(fault), policy)

    def view(self, policy: PolicyView) -> Iterator[Finding]:
        """Give what the rules find in a policy's view, in no order."""
        rules = self._for(policy.type)
        for rule in rules.at[Level.POLICY]:
            yield from _found(rule, rule.check(policy), policy)
        for statement in policy.statements:
            yield from _statement(statement, rules)

    def grants(self, grants: Sequence[GrantView]) -> Iterator[Finding]:
        """Give what the rules find in the grants of one key."""
        rules = self._for(None).at
        for rule in rules[Level.GRANTS]:
            yield from _found(rule, rule.check(tuple(grants)), None)
        for rule in rules[Level.GRANT]:
            for grant in grants:
                yield from _found(rule, rule.check(grant), None)

    def _for(self, policy_type: PolicyType | None) -> _Sorted:
        found = self._sorted.get(policy_type)
        if found is None:
            found = self._sorted[policy_type] = _Sorted(self.rules, policy_type)
        return found


def _statement(statement: Statement, rules: _Sorted) -> Iterator[Finding]:
    at, policy = rules.at, statement.policy
    for rule in at[Level.STATEMENT]:
        yield from _found(rule, rule.check(statement), policy)
    if statement.action is not None:
        yield from _values(statement.action, at[Level.ACTION], at[Level.ACTION_TEXT], rules.actions)
    if statement.resource is not None:
        yield from _values(statement.resource, at[Level.RESOURCE], at[Level.RESOURCE_TEXT], rules.resources)
    for principal in statement.principals:
        yield from _values(principal, at[Level.PRINCIPAL], (), {})
    for condition in statement.conditions:
        for rule in at[Level.CONDITION]:
            yield from _found(rule, rule.check(condition), policy)
        for rule in at[Level.CONDITION_VALUE]:
            for value in condition.values:
                yield from _found(rule, rule.check(value), policy)


def _values(
    element: Element, rules: tuple[Rule, ...], text_rules: tuple[Rule, ...], answers: dict[str, _Answers]
) -> Iterator[Finding]:
    policy = element.statement.policy
    for value in element.values:
        text = value.text
        known = answers.get(text)
        if known is None:
            known = tuple((rule, flaw) for rule in text_rules for flaw in rule.check(text))  # type: ignore[misc]
            if len(answers) >= _REMEMBERED:
                answers.clear()
            answers[text] = known
        for rule, flaw in known:
            yield _finding(rule, _at(value, flaw), policy)
        for rule in rules:
            yield from _found(rule, rule.check(value), policy)


def _at(value: Value, flaw: TextFlaw) -> Flaw:
    fix = None
    if flaw.replacement is not None and value.node.source is not None:
        edit = Edit(value.node.start, value.node.end, written(flaw.replacement, value.node))
        fix = Fix(f"write `{flaw.replacement}`", (edit,))
    return Flaw(value.place(flaw.start, flaw.end), flaw.message, flaw.hint, fix=fix)


def _found(rule: Rule, flaws: Iterable[Flaw] | Iterable[TextFlaw], policy: PolicyView | None) -> Iterator[Finding]:
    for flaw in flaws:
        yield _finding(rule, flaw, policy)  # type: ignore[arg-type]  # only `…_TEXT` levels give the other


def _finding(rule: Rule, flaw: Flaw, policy: PolicyView | None) -> Finding:
    return Finding(
        rule.code,
        rule.severity,
        rule.access_analyzer,
        flaw.message,
        flaw.hint,
        flaw.place,
        flaw.also,
        flaw.fix,
        _sid(flaw.place.pointer, policy),
    )


def _sid(pointer: str, policy: PolicyView | None) -> str | None:
    for statement in policy.statements if policy is not None else ():
        if pointer == statement.pointer or pointer.startswith(statement.pointer + "/"):
            return statement.sid
    return None


def _by_place(finding: Finding) -> tuple[int, int, str, str]:
    return finding.place.start, finding.place.end, finding.code, finding.message
