"""Between the linter's values and the language server protocol's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lsprotocol import types as lsp
from pygls.uris import from_fs_path

from policyeval.lint.editor.completion import Sort
from policyeval.lint.editor.documents import shown
from policyeval.lint.editor.meanings import action_text, key_text, operator_text
from policyeval.lint.editor.text import LiveText, Position
from policyeval.lint.finding import Severity
from policyeval.lint.fixes import written_anew
from policyeval.lint.rules.table import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from policyeval.lint.editor.completion import Completion, Proposal
    from policyeval.lint.editor.documents import Document
    from policyeval.lint.editor.hover import Hover
    from policyeval.lint.editor.suppress import Insertion
    from policyeval.lint.finding import Finding

SOURCE: Final = "policyeval"
FIX_ALL: Final = "source.fixAll.policyeval"

# Neither a string in which something is escaped, nor a document that is written as a string.
_ONE_WORD: Final = re.compile(r"""\"[^"\\\n]*"|'[^'\\\n]*'|[\w:.*?/-]+""")

_SEVERITIES: Final = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.SECURITY_WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.SUGGESTION: lsp.DiagnosticSeverity.Information,
}
# The names of rules begin with what they find; editors show the one faded, the other struck out.
_TAGS: Final = {
    "redundant": lsp.DiagnosticTag.Unnecessary,
    "repeated": lsp.DiagnosticTag.Unnecessary,
    "retired": lsp.DiagnosticTag.Deprecated,
    "deprecated": lsp.DiagnosticTag.Deprecated,
}
_ICONS: Final = {
    Sort.ELEMENT: lsp.CompletionItemKind.Property,
    Sort.VALUE: lsp.CompletionItemKind.EnumMember,
    Sort.SERVICE: lsp.CompletionItemKind.Module,
    Sort.ACTION: lsp.CompletionItemKind.Method,
    Sort.KEY: lsp.CompletionItemKind.Field,
    Sort.OPERATOR: lsp.CompletionItemKind.Operator,
}
_MEANINGS: Final[Mapping[str, Callable[[str], str | None]]] = {
    Sort.SERVICE.name: action_text,
    Sort.ACTION.name: action_text,
    Sort.KEY.name: key_text,
    Sort.OPERATOR.name: operator_text,
}


def position_of(position: lsp.Position) -> Position:
    """Take a position."""
    return Position(position.line, position.character)


def range_at(text: LiveText, start: int, end: int) -> lsp.Range:
    """Give the range of a part of a text."""
    return lsp.Range(lsp.Position(*text.position(start)), lsp.Position(*text.position(end)))


def edited(text: LiveText, changes: Iterable[lsp.TextDocumentContentChangeEvent]) -> LiveText:
    """Make the changes of a text in their order; one without a range is the whole text anew."""
    for change in changes:
        if isinstance(change, lsp.TextDocumentContentChangePartial):
            text = text.edited(position_of(change.range.start), position_of(change.range.end), change.text)
        else:
            text = LiveText(change.text, text.encoding)
    return text


def diagnostic(document: Document, finding: Finding) -> lsp.Diagnostic:
    """Write a finding."""
    text, rule = document.text, load(finding.code)
    tag = _TAGS.get(rule.name.partition("-")[0])
    return lsp.Diagnostic(
        range_at(text, *(shown(finding) if tag is None else (finding.place.start, finding.place.end))),
        finding.message if finding.hint is None else f"{finding.message}\n{finding.hint}",
        _SEVERITIES[finding.severity],
        finding.code,
        lsp.CodeDescription(rule.source) if rule.source.startswith("https:") else None,
        SOURCE,
        [tag] if tag is not None else None,
        [
            lsp.DiagnosticRelatedInformation(
                lsp.Location(document.uri, range_at(text, place.start, place.end)), "this too"
            )
            for place in finding.also
        ]
        or None,
    )


def touching(findings: Sequence[Finding], start: int, end: int) -> list[Finding]:
    """Give the findings that are shown where a part of the text is."""
    places = ((finding, *shown(finding)) for finding in findings)
    return [finding for finding, first, last in places if first <= end and last >= start]


def quick_fixes(document: Document, findings: Sequence[Finding], *, versions: bool) -> Iterator[lsp.CodeAction]:
    """Give the fixes that findings have; `versions` as for `workspace_edit`."""
    for finding in findings:
        fix = finding.fix
        if fix is None:
            continue
        edits = [lsp.TextEdit(range_at(document.text, edit.start, edit.end), edit.text) for edit in sorted(fix.edits)]
        yield lsp.CodeAction(
            f"{finding.code}: {fix.title}",
            lsp.CodeActionKind.QuickFix,
            [diagnostic(document, finding)],
            is_preferred=True,
            edit=workspace_edit(document, edits, versions=versions),
        )


def guesses(document: Document, findings: Sequence[Finding], *, versions: bool) -> Iterator[lsp.CodeAction]:
    """Give what was probably meant, where that can be written in the place of one plain word or string."""
    for finding in findings:
        place, meant = finding.place, finding.meant
        before = document.text.text[place.start : place.end]
        if meant is None or _ONE_WORD.fullmatch(before) is None:
            continue
        edit = lsp.TextEdit(range_at(document.text, place.start, place.end), written_anew(meant, before))
        yield lsp.CodeAction(
            f"{finding.code}: change to `{meant}`",
            lsp.CodeActionKind.QuickFix,
            [diagnostic(document, finding)],
            edit=workspace_edit(document, [edit], versions=versions),
        )


def fix_all(document: Document, mended: str, *, versions: bool) -> lsp.CodeAction | None:
    """Give the action that makes all fixes; None where there is none to make. `versions` as for `workspace_edit`."""
    text = document.text.text
    if mended == text:
        return None
    start = _common(text, mended)
    back = _common(text[start:][::-1], mended[start:][::-1])
    edit = lsp.TextEdit(range_at(document.text, start, len(text) - back), mended[start : len(mended) - back])
    return lsp.CodeAction("Make all safe fixes", FIX_ALL, edit=workspace_edit(document, [edit], versions=versions))


def _common(one: str, other: str) -> int:
    """Count the characters that both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))


def suppressing(document: Document, finding: Finding, insertion: Insertion) -> lsp.CodeAction:
    """Give the action that writes a suppression into the settings."""
    uri = from_fs_path(insertion.file) or insertion.file
    at = lsp.Position(*insertion.at)
    identifier = lsp.OptionalVersionedTextDocumentIdentifier(uri)
    edit = lsp.TextDocumentEdit(identifier, [lsp.TextEdit(lsp.Range(at, at), insertion.text)])
    create = [lsp.CreateFile(uri, options=lsp.CreateFileOptions(ignore_if_exists=True))] if insertion.is_new else []
    return lsp.CodeAction(
        f"{finding.code}: suppress it, for a reason to be written",
        lsp.CodeActionKind.QuickFix,
        [diagnostic(document, finding)],
        edit=lsp.WorkspaceEdit(document_changes=[*create, edit]),
    )


def workspace_edit(document: Document, edits: Sequence[lsp.TextEdit], *, versions: bool) -> lsp.WorkspaceEdit:
    """Give edits for one state of a document.

    `versions`: the editor takes edits that say for which state they are, and refuses them for another.
    """
    if not versions:
        return lsp.WorkspaceEdit({document.uri: edits})
    identifier = lsp.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    return lsp.WorkspaceEdit(document_changes=[lsp.TextDocumentEdit(identifier, edits)])


def hover_of(text: LiveText, hover: Hover) -> lsp.Hover:
    """Write what to tell of a place."""
    content = lsp.MarkupContent(lsp.MarkupKind.Markdown, hover.text)
    return lsp.Hover(content, range_at(text, hover.start, hover.end))


def completion_list(text: LiveText, completion: Completion) -> lsp.CompletionList:
    """Write proposals."""
    where = range_at(text, completion.start, completion.end)
    return lsp.CompletionList(
        is_incomplete=False,
        items=[_item(proposal, where, completion) for proposal in completion.proposals],
    )


def _item(proposal: Proposal, where: lsp.Range, completion: Completion) -> lsp.CompletionItem:
    return lsp.CompletionItem(
        proposal.text,
        kind=_ICONS[proposal.sort],
        detail=proposal.detail or None,
        sort_text=f"{proposal.rank:02}{proposal.text}",
        filter_text=proposal.text,
        text_edit=lsp.TextEdit(where, f"{completion.before}{proposal.text}{completion.after}"),
        data=proposal.sort.name if proposal.sort.name in _MEANINGS else None,
    )


def resolved(item: lsp.CompletionItem) -> lsp.CompletionItem:
    """Add to a proposal what it means: all at once it would be much to send."""
    meaning = _MEANINGS.get(item.data) if isinstance(item.data, str) else None
    said = meaning(item.label) if meaning is not None else None
    if said is not None:
        item.documentation = lsp.MarkupContent(lsp.MarkupKind.Markdown, said)
    return item
