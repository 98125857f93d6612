"""A client of the YAML language server, which VS Code's and most editors' YAML support is: LSP over pipes.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from pathlib import Path
from typing import Any

CURSOR = "¦"
WAIT = 60  # seconds; an answer takes milliseconds, the first one a second


class LanguageServer:
    """One running server that has one schema for every file, or goes by each file's first line."""

    def __init__(self, command: str, schema: Path | None, folder: Path = Path("/blueprints")) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [command, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.settings = {
            "yaml": {
                "schemas": {schema.as_uri(): "*"} if schema else {},
                "schemaStore": {"enable": False},  # no network
            }
        }
        self.answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self.number = 0
        self.told: dict[str, list[dict[str, Any]]] = {}
        threading.Thread(target=self._read, daemon=True).start()
        item = {"snippetSupport": True, "documentationFormat": ["markdown"]}
        text = {"completion": {"completionItem": item}, "hover": {"contentFormat": ["markdown"]}}
        capabilities = {"textDocument": text, "workspace": {"configuration": True}}
        self._ask("initialize", processId=None, rootUri=None, capabilities=capabilities)
        self._say("initialized")
        self._say("workspace/didChangeConfiguration", settings=self.settings)

    def problems(self, text: str) -> list[tuple[int, int, str]]:
        """What it marks in a document: lines and columns from 1, and what it says there."""
        found = self.told[self._open(text)]
        places = [(one["range"]["start"], one["message"]) for one in found]
        return sorted((start["line"] + 1, start["character"] + 1, message) for start, message in places)

    def completions(self, text: str) -> dict[str, dict[str, Any]]:
        """What it offers at the cursor, by label."""
        answer = self._at_cursor("textDocument/completion", text)
        items = answer["items"] if isinstance(answer, dict) else answer
        return {item["label"]: item for item in items}

    def hover(self, text: str) -> str:
        """What it shows where the mouse rests at the cursor."""
        answer = self._at_cursor("textDocument/hover", text)
        return str(answer["contents"]["value"]) if answer else ""

    def close(self) -> None:
        self.process.kill()
        self.process.wait()

    def _at_cursor(self, method: str, text: str) -> Any:
        before, after = text.split(CURSOR)
        uri = self._open(before + after)
        place = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        return self._ask(method, textDocument={"uri": uri}, position=place)

    def _open(self, text: str) -> str:
        self.number += 1
        uri = (self.folder / f"{self.number}.yaml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._say("textDocument/didOpen", textDocument=document)
        while uri not in self.told:
            self._take(self.answers.get(timeout=WAIT))
        return uri

    def _ask(self, method: str, **parameters: Any) -> Any:
        self.number += 1
        number = self.number
        self._send({"id": number, "method": method, "params": parameters})
        while True:
            message = self.answers.get(timeout=WAIT)
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]
            self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("method") == "textDocument/publishDiagnostics":
            self.told[message["params"]["uri"]] = message["params"]["diagnostics"]

    def _say(self, method: str, **parameters: Any) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while header := stream.readline():
            length = int(header.split(b":")[1]) if header.lower().startswith(b"content-length") else 0
            while header.strip():
                header = stream.readline()
            message = json.loads(stream.read(length))
            if "method" in message and "id" in message:  # it asks for settings
                asked = message["params"].get("items", []) if message["params"] else []
                result = [self.settings.get(item.get("section")) for item in asked]
                self._send({"id": message["id"], "result": result})
            else:
                self.answers.put(message)
