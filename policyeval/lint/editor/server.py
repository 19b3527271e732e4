"""The language server: keeps the documents that an editor has open, lints what is written, answers questions.

It is the only module that waits: for the editor, for a pause in the writing, for the linter in its thread.
"""

from __future__ import annotations

import asyncio
import traceback
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from os import path as names
from typing import TYPE_CHECKING, Any, Final, TypeVar

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from policyeval.lint.editor import wire
from policyeval.lint.editor.completion import complete
from policyeval.lint.editor.documents import Document, check, mend
from policyeval.lint.editor.hover import hover
from policyeval.lint.editor.suppress import suppression
from policyeval.lint.editor.text import Encoding, LiveText

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import BinaryIO

    from policyeval.lint.editor.documents import Settings
    from policyeval.lint.editor.suppress import Insertion
    from policyeval.lint.finding import Finding

# How long the writing must pause, in seconds; longer for a document that takes longer to lint.
_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 2.0
# From how many findings on a selection is for something else than to suppress each of them.
_FEW: Final = 5
_OWN: Final = (lsp.TEXT_DOCUMENT_DID_OPEN, lsp.TEXT_DOCUMENT_DID_CHANGE, lsp.TEXT_DOCUMENT_DID_CLOSE)
_WATCHED: Final = ("**/policyeval.toml", "**/pyproject.toml")


Result = TypeVar("Result")


class Open:
    """A document that is open: its last state, and the last state that was linted with what was found."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.checked: Document | None = None
        self.findings: list[Finding] = []
        self.waiting: asyncio.Task[None] | None = None
        self.seconds = 0.0  # that the last check took
        self.turn = asyncio.Lock()  # one check at a time


class Editor:
    """One editor at the other end. `settings_for` gives the settings for the files of a folder."""

    def __init__(self, server: LanguageServer, settings_for: Callable[[str], Settings]) -> None:
        self._server = server
        self._settings_for = settings_for
        self._open: dict[str, Open] = {}
        # The linter's session is for one thread, and the loop must hear the editor meanwhile.
        self._linter = ThreadPoolExecutor(1)
        self._problems: dict[str, str | None] = {}
        self.was_shut_down = False

    # What the editor tells

    def initialized(self, _params: object) -> None:
        """Ask to be told when settings change."""
        workspace = self._server.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace is not None else None
        if watching is not None and watching.dynamic_registration:
            watchers = [lsp.FileSystemWatcher(pattern) for pattern in _WATCHED]
            method = lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES
            options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers)
            self._server.client_register_capability(
                lsp.RegistrationParams([lsp.Registration("settings", method, options)])
            )

    def shut_down(self, _params: object) -> None:
        """Take leave."""
        self.was_shut_down = True
        self._linter.shutdown(wait=False, cancel_futures=True)

    def did_open(self, params: lsp.DidOpenTextDocumentParams) -> None:
        """Lint a document that was opened."""
        item = params.text_document
        text = LiveText(item.text, Encoding(self._server.workspace.position_encoding or Encoding.UTF16))
        document = Document(item.uri, to_fs_path(item.uri), item.language_id, item.version, text)
        self._forget(item.uri)
        self._open[item.uri] = Open(document)
        self._check_later(self._open[item.uri], 0)

    def did_change(self, params: lsp.DidChangeTextDocumentParams) -> None:
        """Take what was written, and lint it when the writing pauses."""
        state = self._open.get(params.text_document.uri)
        if state is None:
            return
        text = wire.edited(state.document.text, params.content_changes)
        state.document = state.document._replace(version=params.text_document.version, text=text)
        self._check_later(state, min(max(_PAUSE, 2 * state.seconds), _LONGEST_PAUSE))

    def did_close(self, params: lsp.DidCloseTextDocumentParams) -> None:
        """Forget a document, and take back what was said of it."""
        uri = params.text_document.uri
        if self._forget(uri):
            self._server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))

    def settings_changed(self, _params: object) -> None:
        """Lint everything anew: rules or suppressions may be others."""
        for state in self._open.values():
            state.document = state.document._replace()  # what is under way is of no use
            self._check_later(state, 0)

    # What the editor asks

    async def hover(self, params: lsp.HoverParams) -> lsp.Hover | None:
        """Tell of what is pointed at."""
        state = self._open.get(params.text_document.uri)
        if state is None:
            return None
        document, findings = await self._current(state)
        offset = document.text.offset(wire.position_of(params.position))
        said = hover(document.text.text, offset, findings, yaml=document.yaml)
        return wire.hover_of(document.text, said) if said is not None else None

    async def code_actions(self, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        """Give the fixes for a part of a document, and the one that makes all of them."""
        state = self._open.get(params.text_document.uri)
        if state is None:
            return []
        document, findings = await self._current(state)
        can = self._server.client_capabilities.workspace
        edits = can.workspace_edit if can is not None else None
        versions = bool(edits and edits.document_changes)
        actions: list[lsp.CodeAction] = []
        if _wanted(params.context.only, lsp.CodeActionKind.QuickFix):
            start, end = (document.text.offset(wire.position_of(at)) for at in (params.range.start, params.range.end))
            here = wire.touching(findings, start, end)
            actions += wire.quick_fixes(document, here, versions=versions)
            actions += wire.guesses(document, here, versions=versions)
            if versions and len(here) <= _FEW:
                creates = bool(edits and lsp.ResourceOperationKind.Create in (edits.resource_operations or ()))
                actions += await self._suppressions(document, here, creates=creates)
        if _wanted(params.context.only, wire.FIX_ALL) and any(finding.fix is not None for finding in findings):
            every = wire.fix_all(document, await self._lint(mend, document), versions=versions)
            actions += [every] if every is not None else []
        return actions

    async def _suppressions(
        self, document: Document, findings: list[Finding], *, creates: bool
    ) -> list[lsp.CodeAction]:
        def insertions(document: Document, settings: Settings) -> list[tuple[Finding, Insertion | None]]:
            return [(finding, suppression(document, finding, settings)) for finding in findings]

        return [
            wire.suppressing(document, finding, insertion)
            for finding, insertion in await self._lint(insertions, document)
            if insertion is not None and (creates or not insertion.is_new)
        ]

    def completion(self, params: lsp.CompletionParams) -> lsp.CompletionList | None:
        """Propose what can be written."""
        state = self._open.get(params.text_document.uri)
        if state is None:
            return None
        document = state.document
        offset = document.text.offset(wire.position_of(params.position))
        completion = complete(document.text.text, offset, yaml=document.yaml) if document.yaml is not None else None
        return wire.completion_list(document.text, completion) if completion is not None else None

    def resolve(self, item: lsp.CompletionItem) -> lsp.CompletionItem:
        """Tell what a proposal means."""
        return wire.resolved(item)

    # Linting

    def _forget(self, uri: str) -> bool:
        state = self._open.pop(uri, None)
        if state is not None and state.waiting is not None:
            state.waiting.cancel()
        return state is not None

    def _check_later(self, state: Open, seconds: float) -> None:
        if state.waiting is not None:
            state.waiting.cancel()
        state.waiting = asyncio.get_running_loop().create_task(self._check_in(state, seconds))

    async def _check_in(self, state: Open, seconds: float) -> None:
        await asyncio.sleep(seconds)
        try:
            await self._current(state)
        except Exception:  # noqa: BLE001 - a fault of a rule must not end the server
            message = lsp.LogMessageParams(lsp.MessageType.Error, traceback.format_exc())
            self._server.window_log_message(message)

    async def _current(self, state: Open) -> tuple[Document, list[Finding]]:
        """Give a document and what is found in it, and publish that when it is news."""
        async with state.turn:
            while state.checked is not state.document:
                document, loop = state.document, asyncio.get_running_loop()
                before = loop.time()
                findings = await self._lint(check, document)
                state.seconds = loop.time() - before
                # Meanwhile it may have been written on, or closed.
                if state.document is document:
                    state.checked, state.findings = document, findings
                    self._publish(state)
        return state.document, state.findings

    async def _lint(self, work: Callable[[Document, Settings], Result], document: Document) -> Result:
        """Do something in the linter's thread with the settings that hold for a document."""
        folder = self._folder(document)

        def in_thread() -> tuple[Result, str | None]:
            settings = self._settings_for(folder)
            return work(document, settings), settings.problem

        result, problem = await asyncio.get_running_loop().run_in_executor(self._linter, in_thread)
        if problem is not None and problem != self._problems.get(folder):
            self._server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, problem))
        self._problems[folder] = problem
        return result

    def _folder(self, document: Document) -> str:
        """Name the folder whose settings hold: the editor's folder that the file is in, else the file's own."""
        workspace = self._server.workspace
        folders: list[str | None] = [*map(to_fs_path, workspace.folders), workspace.root_path]
        around = [folder for folder in folders if folder is not None and _is_in(document.path, folder)]
        if around:
            return max(around, key=len)
        return names.split(document.path)[0] if document.path is not None else ""

    def _publish(self, state: Open) -> None:
        document = state.document
        if self._open.get(document.uri) is state:
            found = [wire.diagnostic(document, finding) for finding in state.findings]
            self._server.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(document.uri, found, document.version)
            )


def _is_in(path: str | None, folder: str) -> bool:
    # A document without a file will have one in the editor's folder, as far as anyone knows.
    return path is None or not names.relpath(path, folder).startswith("..")


def _wanted(only: Sequence[lsp.CodeActionKind | str] | None, kind: str) -> bool:
    """Tell whether an editor that asks for some kinds of actions only wants this one; kinds include their parts."""
    return only is None or any(kind == asked or kind.startswith(f"{asked}.") for asked in only)


def serve(settings_for: Callable[[str], Settings], version: str, stdin: BinaryIO, stdout: BinaryIO) -> bool:
    """Speak with an editor until it leaves; tell whether it said so before.

    Args:
        settings_for: gives the settings for the files of a folder; called in one thread, one call at a time.
        version: of this program, for the editor's log.
        stdin: what the editor says.
        stdout: where it listens; closed at the end.

    """
    server = LanguageServer("policyeval", version)
    editor = Editor(server, settings_for)
    completes = lsp.CompletionOptions(trigger_characters=['"', "'", ":"], resolve_provider=True)
    mends = lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix, wire.FIX_ALL])
    features: tuple[tuple[str, Callable[..., Any], Any], ...] = (
        (lsp.INITIALIZED, editor.initialized, None),
        (lsp.SHUTDOWN, editor.shut_down, None),
        (lsp.TEXT_DOCUMENT_DID_OPEN, editor.did_open, None),
        (lsp.TEXT_DOCUMENT_DID_CHANGE, editor.did_change, None),
        (lsp.TEXT_DOCUMENT_DID_CLOSE, editor.did_close, None),
        (lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, editor.settings_changed, None),
        (lsp.TEXT_DOCUMENT_HOVER, editor.hover, None),
        (lsp.TEXT_DOCUMENT_CODE_ACTION, editor.code_actions, mends),
        (lsp.TEXT_DOCUMENT_COMPLETION, editor.completion, completes),
        (lsp.COMPLETION_ITEM_RESOLVE, editor.resolve, None),
    )
    for name, answer, options in features:
        # It marks what it is given, and methods take no marks.
        server.feature(name, options)(partial(answer))
    # It would keep the texts as well, ends lines where Python does (U+2028, form feed), and moves the positions that
    # are past such an end in what it hands on.
    for name in _OWN:
        del server.protocol.fm.builtin_features[name]
    server.start_io(stdin, stdout)
    return editor.was_shut_down
