"""`HuggingFace: {name: …}`: a data set by its name, from a hub that answers as Hugging Face's does.

The hub is a server of this process; its addresses are those of https://huggingface.co/docs/hub/api: what a
repository holds at a revision, and the files themselves, with the commit and the hash of each in the headers.
`HF_ENDPOINT` is read when the library is imported, so each test is a process of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

import pytest

Files = Mapping[str, bytes]
"""What a revision holds, by path."""


def commit(files: Files) -> str:
    """A name of a revision that its files decide."""
    return hashlib.sha1(repr(sorted(files.items())).encode()).hexdigest()


class Hub(ThreadingHTTPServer):
    """One public data set, its branches and tags by name.

    Attributes:
        repository: its owner and name.
        known: the files of each branch, tag and commit.
        asked: what was asked for, in order.
    """

    def __init__(self, repository: str, revisions: Mapping[str, Files]) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.repository = repository
        self.known = {**revisions, **{commit(files): files for files in revisions.values()}}
        self.asked: list[str] = []


class Answer(BaseHTTPRequestHandler):
    """What the hub says to one request."""

    protocol_version = "HTTP/1.1"
    server: Hub

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: what was asked for is kept."""

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.asked.append(f"{self.command} {path}")
        api, files = (f"{begin}/datasets/{self.server.repository}" for begin in ("/api", ""))
        if path.startswith(f"{files}/resolve/"):
            self._file(*path.removeprefix(f"{files}/resolve/").partition("/")[::2])
        elif path.startswith(f"{api}/tree/"):
            self._folder(*path.removeprefix(f"{api}/tree/").partition("/")[::2])
        elif path == api:
            self._revision("main")
        elif path.startswith(f"{api}/revision/"):
            self._revision(path.removeprefix(f"{api}/revision/"))
        else:
            self._missing("RepoNotFound")

    do_HEAD = do_GET

    def _file(self, revision: str, name: str) -> None:
        files = self.server.known.get(revision)
        if files is None:
            self._missing("RevisionNotFound")
        elif name not in files:
            self._missing("EntryNotFound")
        else:
            tag = hashlib.sha1(files[name]).hexdigest()
            self._answer(200, files[name], {"ETag": f'"{tag}"', "X-Repo-Commit": commit(files)})

    def _folder(self, revision: str, folder: str) -> None:
        files = self.server.known[revision]
        inside = [name for name in files if name.startswith(f"{folder}/" if folder else "")]
        depth = folder.count("/") + 1 if folder else 0
        parts = {"/".join(name.split("/")[: depth + 1]) for name in inside}
        if parts:
            self._told([_entry(files, part) for part in sorted(parts)])
        else:
            self._missing("EntryNotFound")

    def _revision(self, revision: str) -> None:
        files = self.server.known.get(revision)
        if files is None:
            return self._missing("RevisionNotFound")
        about = {"id": self.server.repository, "sha": commit(files), "private": False, "tags": []}
        names = [{"rfilename": name} for name in files]
        return self._told({**about, "siblings": names, "downloads": 0, "likes": 0})

    def _told(self, content: object) -> None:
        self._answer(200, json.dumps(content).encode(), {"Content-Type": "application/json"})

    def _missing(self, what: str) -> None:
        self._answer(404, b"", {"X-Error-Code": what})

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _entry(files: Files, path: str) -> dict[str, object]:
    content = files.get(path)
    kind, size = ("directory", 0) if content is None else ("file", len(content))
    return {"type": kind, "path": path, "size": size, "oid": hashlib.sha1(content or b"").hexdigest()}


@contextmanager
def hub(repository: str, revisions: Mapping[str, Files]) -> Iterator[tuple[str, list[str]]]:
    """Serve one public data set; gives the address and what was asked for."""
    with Hub(repository, revisions) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", server.asked
        finally:
            server.shutdown()
            thread.join()


NAME = "someone/reviews"
FIRST = {"README.md": b"---\nlicense: mit\n---\n", "data/train.csv": b"text,label\nold,0\n"}
NOW = {
    **FIRST,
    "data/train.csv": b"text,label\nfine,1\nawful,0\nso fine,1\n",
    "data/test.csv": b"text,label\nnot bad,1\n",
}
SCRIPT = {"reviews.py": b"open('run.txt', 'w').write('it was run')\n"}

READ = """
import json, sys
from pathlib import Path
from yamlnet.data.sources import hugging_face
from yamlnet.diagnostics.diagnostic import DataError

def told(arguments):
    try:
        table = hugging_face.read(arguments, Path(), ("data", "train"))
    except DataError as error:
        return [error.check, str(error.path[-1]), str(error)]
    return {name: values.tolist() for name, values in table.columns.items()}

print(json.dumps([told(arguments) for arguments in json.loads(sys.argv[1])]))
"""


def read(address: str, home: Path, *asked: dict[str, str], **environment: str) -> list[object]:
    """What the source gives for each of several sets of arguments, in a process that knows this hub."""
    words = [sys.executable, "-c", READ, json.dumps(asked)]
    here = {"HF_ENDPOINT": address, "HF_HOME": str(home), "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    given = {**os.environ, **here, **environment}
    done = subprocess.run(words, capture_output=True, text=True, env=given, cwd=home)
    assert done.returncode == 0, done.stderr
    found: list[object] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(autouse=True)
def _library() -> None:
    pytest.importorskip("datasets")


def test_a_data_set_of_the_hub(tmp_path: Path) -> None:
    with hub(NAME, {"main": NOW, "v1": FIRST}) as (address, asked):
        rows, test, old, pinned, split, revision, missing = read(
            address,
            tmp_path,
            {"name": NAME},
            {"name": NAME, "split": "test"},
            {"name": NAME, "revision": "v1"},
            {"name": NAME, "revision": commit(FIRST)},
            {"name": NAME, "split": "validation"},
            {"name": NAME, "revision": "v9"},
            {"name": "someone/reviewz"},
        )
    assert rows == {"text": ["fine", "awful", "so fine"], "label": [1, 0, 1]}
    assert test == {"text": ["not bad"], "label": [1]}
    assert old == pinned == {"text": ["old"], "label": [0]}
    assert split == ["file", "split", f'{NAME} has no split "validation"; it has train, test']
    assert [one[:2] for one in (revision, missing)] == [["unreachable", "name"]] * 2  # type: ignore[index]
    assert f"GET /datasets/{NAME}/resolve/{commit(NOW)}/data/test.csv" in asked

    pinned, unknown = read(
        address,
        tmp_path,
        {"name": NAME, "revision": commit(FIRST)},
        {"name": "some/other"},
        YAMLNET_OFFLINE="1",
    )
    assert pinned == old, "what was fetched once is there without the hub"
    assert unknown[:2] == ["unreachable", "name"]  # type: ignore[index]


def test_a_script_of_a_data_set_is_not_run(tmp_path: Path) -> None:
    with hub(NAME, {"main": SCRIPT}) as (address, asked):
        (refused,) = read(address, tmp_path, {"name": NAME})
    assert refused[:2] == ["unreachable", "name"] and "scripts" in refused[2]  # type: ignore[index]
    assert asked and not (tmp_path / "run.txt").exists()
