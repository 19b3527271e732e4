"""An editor as far as the language server can tell: messages over the pipes of a real process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from tempfile import TemporaryFile
from threading import Thread
from typing import Any, BinaryIO

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = [sys.executable, "-m", "policyeval", "lsp"]
PATIENCE = 300  # seconds, for a machine that is busy; a test that passes waits for milliseconds


class Client:
    """Sends messages and keeps what comes back until somebody asks for it."""

    def __init__(self, process: subprocess.Popen[bytes], errors: BinaryIO) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self.welcome: dict[str, Any] = {}
        self._in, self._out, self._errors = process.stdin, process.stdout, errors
        self._came: Queue[dict[str, Any] | None] = Queue()
        self.kept: list[dict[str, Any]] = []
        self._number = 0
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while header := self._out.readline():
            name, _, value = header.partition(b":")
            assert name == b"Content-Length", header
            while self._out.readline().strip():
                pass
            self._came.put(json.loads(self._out.read(int(value))))
        self._came.put(None)

    def raw(self, body: bytes) -> None:
        self._in.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._in.flush()

    def send(self, message: dict[str, Any]) -> None:
        self.raw(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def notify(self, method: str, **params: Any) -> None:
        self.send({"method": method, "params": params})

    def ask(self, method: str, **params: Any) -> Any:
        """Give the result of a request; an error is raised as what it says."""
        answer = self.answer(method, **params)
        if "error" in answer:
            raise ValueError(answer["error"]["message"])
        return answer["result"]

    def answer(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        number = self._number
        self.send({"id": number, "method": method, "params": params})
        return self.wait(lambda message: message.get("id") == number and "method" not in message)

    def wait(self, wanted: Any) -> dict[str, Any]:
        """Give the first message that is wanted, of those that came and those to come."""
        for index, message in enumerate(self.kept):
            if wanted(message):
                return self.kept.pop(index)
        while True:
            message = self._came.get(timeout=PATIENCE)
            assert message is not None, f"the server went away: {self.aside()}"
            if wanted(message):
                return message
            self.kept.append(message)

    def aside(self) -> str:
        """Give what the server said on standard error."""
        self._errors.seek(0)
        return self._errors.read().decode()

    def diagnostics(self, uri: str, version: int | None = None) -> list[dict[str, Any]]:
        """Give the diagnostics of a version of a document, or of none at its end."""

        def wanted(message: dict[str, Any]) -> bool:
            params = message.get("params", {})
            return (
                message.get("method") == "textDocument/publishDiagnostics"
                and params["uri"] == uri
                and params.get("version") == version
            )

        found: list[dict[str, Any]] = self.wait(wanted)["params"]["diagnostics"]
        return found

    def open(self, uri: str, text: str, language: str = "json", version: int = 1) -> None:
        self.notify(
            "textDocument/didOpen",
            textDocument={"uri": uri, "languageId": language, "version": version, "text": text},
        )

    def change(self, uri: str, version: int, *changes: dict[str, Any]) -> None:
        self.notify(
            "textDocument/didChange", textDocument={"uri": uri, "version": version}, contentChanges=list(changes)
        )

    def at(self, method: str, uri: str, line: int, character: int) -> Any:
        return self.ask(method, textDocument={"uri": uri}, position={"line": line, "character": character})

    def leave(self) -> int:
        self.ask("shutdown")
        self.notify("exit")
        return self.process.wait(timeout=PATIENCE)


CAPABILITIES: dict[str, Any] = {
    "workspace": {"workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]}}
}


@contextmanager
def process(folder: Path = ROOT, program: Sequence[str] = PROGRAM) -> Iterator[Client]:
    """Start the program in a folder; whatever happens, it does not stay."""
    with TemporaryFile() as errors:  # a pipe that nobody reads would stop it one day
        started = subprocess.Popen(program, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        try:
            yield Client(started, errors)
        finally:
            started.kill()
            started.wait()
            for pipe in (started.stdin, started.stdout):
                if pipe is not None:
                    pipe.close()


@contextmanager
def editor(folder: Path = ROOT, capabilities: dict[str, Any] = CAPABILITIES) -> Iterator[Client]:
    """An editor that has a folder open and is through with its greetings."""
    with process(folder) as client:
        client.welcome = client.ask("initialize", processId=None, rootUri=folder.as_uri(), capabilities=capabilities)
        client.notify("initialized")
        yield client
