"""What the AWS CLI printed, by file name, and the list of what it did not."""

from __future__ import annotations

import json
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from policyeval.entities.aws_shapes import misfits
from policyeval.entities.reading import Document
from policyeval.errors import EntitiesError, system_reason
from policyeval.model.source import Diagnostic
from policyeval.syntax.faults import by_place
from policyeval.syntax.tree import Node

Json = Any
Output = dict[str, Json]
# What stands beside a list that has more pages, by `--max-items` or `--no-paginate`.
_MORE = ("NextToken", "Truncated", "IsTruncated")


class ExportFiles:
    """The files of one folder; `missing` gathers what is not there, in the order it was looked for.

    Args:
        names: the files, relative to the folder, with `/` between its parts.
        read: gives the text of one of them.
        shown: what messages call the folder; it ends with `/` or is empty.

    """

    def __init__(self, names: Iterable[str], read: Callable[[str], str], shown: str = "") -> None:
        self.names = frozenset(names)
        self.missing: dict[str, None] = {}  # a set that keeps its order
        self._read = read
        self.shown = shown

    def apart(self) -> ExportFiles:
        """Give the same files with a list of their own of what is missing."""
        return ExportFiles(self.names, self._read, self.shown)

    def output(self, name: str, what: str, key: str | None = None) -> Output | None:
        """Give what a call printed, None when its file is missing, which is noted.

        Raises `EntitiesError` for a file that is not what the call prints: no JSON, without `key`, or of other types.
        """
        if name not in self.names:
            self.note(f"{what} is missing: {self.shown}{name}")
            return None
        text = self._text(name)
        found = self._parsed(name, text)
        if isinstance(found, dict) and (key is None or key in found):
            self._check(name, text, found)
            if any(found.get(sign) for sign in _MORE):
                self.note(f"{what} is cut off, and its rest is missing: {self.shown}{name}")
            return found
        message = f"`{self.shown}{name}` is not what the AWS CLI prints: it has no `{key}`"
        raise EntitiesError([Diagnostic(message, f"{what} belongs there")])

    def listed(self, name: str, what: str, key: str) -> list[Output] | None:
        """Give the list that a call printed under a key, None when its file is missing."""
        found = self.output(name, what, key)
        if found is None:
            return None
        return list(found[key])

    def note(self, message: str) -> None:
        """Say that something is missing, once."""
        self.missing[message] = None

    def _text(self, name: str) -> str:
        try:
            return self._read(name).removeprefix("\ufeff")  # Windows PowerShell's UTF-8 begins with it
        except UnicodeDecodeError as error:
            reason = "it is not UTF-8"
            if error.object.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
                reason = "it is UTF-16, as `>` of Windows PowerShell writes it: use `| Out-File -Encoding utf8`"
        except OSError as error:
            reason = system_reason(error)
        raise EntitiesError([Diagnostic(f"cannot read `{self.shown}{name}`: {reason}")])

    def _parsed(self, name: str, text: str) -> Json:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            _, diagnostics = self._tree(name, text)
            fallback = [Diagnostic(f"`{self.shown}{name}` is not JSON")]
            raise EntitiesError(diagnostics or fallback) from None

    def _check(self, name: str, text: str, found: Output) -> None:
        wrong = misfits(name, found)
        if not wrong:
            return
        root, _ = self._tree(name, text)
        hint = "the AWS CLI prints something else: make the file anew"
        if root is None:  # what `json` takes, and no reader of policies, such as a name that is there twice
            raise EntitiesError(Diagnostic(f"`{self.shown}{name}`: {message}", hint) for _, message in wrong)
        document: Document[Any] = Document(f"{self.shown}{name}", root, None)
        raise EntitiesError(by_place(document.spot(*path).fault(message, hint) for path, message in wrong))

    def _tree(self, name: str, text: str) -> tuple[Node | None, list[Diagnostic]]:
        from policyeval.syntax.json_reader import read_json  # noqa: PLC0415 - it knows where and why

        return read_json(text, f"{self.shown}{name}")


def document(value: Json) -> Json:
    """Give a policy document as an object: the CLI prints objects, JSON texts, or URL-encoded JSON texts.

    What is none of these is given back as it is, for the loader to refuse with its place.
    """
    if not isinstance(value, str):
        return value
    text = unquote(value) if value.lstrip().lower().startswith("%7b") else value
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return value


def tags(items: Json, key: str = "Key", value: str = "Value") -> dict[str, str]:
    """Turn AWS's list of tags into a mapping in the order of the names."""
    return {item[key]: item[value] for item in sorted(items or (), key=lambda item: str(item[key]))}


def without_empty(entry: Mapping[str, Json]) -> Output:
    """Leave out what says nothing, so that the file stays readable."""
    return {name: value for name, value in entry.items() if value not in (None, "", [], {}, ())}
