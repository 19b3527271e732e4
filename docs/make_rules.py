"""Write docs/rules/ from the rules and their fixtures: `python docs/make_rules.py`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from policyeval.lint.rule import Rule  # noqa: E402 - the checkout's own
from policyeval.lint.rules.table import load_all  # noqa: E402

FOLDER = ROOT / "docs" / "rules"
FIXTURES = ROOT / "tests" / "lint" / "rules"
FAMILIES = {
    "A": "Actions",
    "C": "Conditions",
    "G": "Grants",
    "K": "KMS",
    "P": "Principals",
    "R": "Resources",
    "S": "Syntax",
    "T": "Policy types",
    "V": "Variables",
    "W": "Permissive",
    "X": "Files and suppressions",
}
# A fixture of a quota is no example for people.
LONGEST = 2_000


def render() -> dict[str, str]:
    """Give the text of each page by file name."""
    rules = load_all()
    pages = {f"{rule.code}.md": _page(rule) for rule in rules}
    pages["README.md"] = _index(rules)
    return pages


def _page(rule: Rule) -> str:
    analyzer = f", IAM Access Analyzer's `{rule.access_analyzer}`" if rule.access_analyzer else ""
    source = f"<{rule.source}>" if rule.source.startswith("https:") else "[the linter](../lint.md)"
    parts = [
        f"# {rule.code}: {rule.name}",
        "<!-- Made by docs/make_rules.py from the rule and its fixtures; edit those. -->",
        f"*{_severity(rule)}{analyzer}*",
        rule.summary,
        f"## Why\n\n{rule.why}",
        *_example("Found", rule, "bad"),
        f"## Instead\n\n{rule.instead}",
        *_example("Not found", rule, "good"),
        f"## Source\n\n{source}",
    ]
    return "\n\n".join(parts) + "\n"


def _severity(rule: Rule) -> str:
    return rule.severity.replace("_", " ")


def _example(title: str, rule: Rule, kind: str) -> list[str]:
    for path in sorted((FIXTURES / rule.code).glob(f"{kind}*"), key=lambda path: (len(path.name), path.name)):
        if path.suffix not in {".json", ".yaml"} or ".fixed" in path.suffixes or path.stat().st_size > LONGEST:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found = path.with_suffix(".expected")
        shown = f"\n\n```text\n{found.read_text(encoding='utf-8').rstrip()}\n```" if kind == "bad" else ""
        return [f"## {title}\n\n```{path.suffix[1:]}\n{text.rstrip()}\n```{shown}"]
    return []


def _index(rules: tuple[Rule, ...]) -> str:
    lines = ["# Rules", "", "<!-- Made by docs/make_rules.py; edit the rules. -->", ""]
    lines.append(
        f"{len(rules)} rules; `policyeval rule CODE` prints a page. How to run them: [the linter](../lint.md)."
    )
    for letter in sorted({rule.code[0] for rule in rules}):
        lines += ["", f"## {FAMILIES[letter]} ({letter})", "", "| Code | Name | Severity | Access Analyzer | Finds |"]
        lines.append("| ---- | ---- | -------- | --------------- | ----- |")
        for rule in rules:
            if rule.code.startswith(letter):
                analyzer = f"`{rule.access_analyzer}`" if rule.access_analyzer else ""
                cells = f"[{rule.code}]({rule.code}.md)", rule.name, _severity(rule), analyzer, rule.summary
                lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    made = render()
    for stale in FOLDER.glob("*.md"):
        if stale.name not in made:
            stale.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
