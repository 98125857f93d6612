"""Data behind URLs: fetched once, again when the server has another version, and not where it may not be."""

from __future__ import annotations

import gzip
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest

from yamlnet.data.sources import CHUNKED, SOURCES, size
from yamlnet.diagnostics.diagnostic import DataError


class Server(http.server.BaseHTTPRequestHandler):
    """Serves `files`, with an ETag where `versions` has one, and notes what is asked."""

    files: ClassVar[dict[str, bytes]] = {}
    versions: ClassVar[dict[str, str]] = {}
    asked: ClassVar[list[str]] = []

    def do_HEAD(self) -> None:
        self.answer(b"")

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.answer(self.files.get(self.path, b""))

    def answer(self, body: bytes) -> None:
        if self.path not in self.files:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.files[self.path])))
        if self.path in self.versions:
            self.send_header("ETag", self.versions[self.path])
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    monkeypatch.setenv("YAMLNET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("YAMLNET_PROTOCOLS", "http")  # the server has no certificate
    Server.files, Server.versions, Server.asked = {"/rows.csv": b"a\n1\n2\n"}, {}, []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def read(url: str, source: str = "Csv") -> list[Any]:
    return SOURCES[source]({"path": url}, Path(), ("data", "train", source)).columns["a"].tolist()


def test_a_version_is_fetched_once(url: str) -> None:
    Server.versions = {"/rows.csv": '"1"'}
    assert read(f"{url}/rows.csv") == read(f"{url}/rows.csv") == [1, 2]
    assert Server.asked == ["/rows.csv"]
    Server.files["/rows.csv"], Server.versions = b"a\n3\n", {"/rows.csv": '"2"'}
    assert read(f"{url}/rows.csv") == [3]
    assert Server.asked == ["/rows.csv"] * 2


def test_a_server_that_tells_no_version_is_asked_each_time(url: str) -> None:
    assert read(f"{url}/rows.csv") == [1, 2]
    Server.files["/rows.csv"] = b"a\n3\n4\n"
    assert read(f"{url}/rows.csv") == [3, 4]


def test_the_url_s_ending_says_how_it_is_read_and_chunks_work(url: str) -> None:
    Server.files["/x/rows.csv.gz"] = gzip.compress(b"a\n1\n2\n3\n")
    written = f"{url}/x/rows.csv.gz?token=1#part"
    Server.files["/x/rows.csv.gz?token=1"] = Server.files["/x/rows.csv.gz"]
    assert read(written) == [1, 2, 3]
    assert [table.rows for table in CHUNKED["Csv"]({"path": written}, Path(), (), 2)] == [2, 1]
    assert size({"path": written}, Path(), ()) == len(Server.files["/x/rows.csv.gz"])


def test_offline_what_is_kept_is_taken(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read(f"{url}/rows.csv")
    monkeypatch.setenv("YAMLNET_OFFLINE", "1")
    Server.asked.clear()
    assert read(f"{url}/rows.csv") == [1, 2]
    assert not Server.asked
    with pytest.raises(DataError, match="YAMLNET_OFFLINE is set, and no copy is kept"):
        read(f"{url}/others.csv")


def test_a_download_that_breaks_leaves_nothing(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yamlnet.data.files import fetching

    def broken(*_: object) -> Iterator[bytes]:
        yield b"a\n"
        raise ConnectionResetError("the line broke")

    monkeypatch.setattr(fetching, "_shown", broken)
    with pytest.raises(DataError, match="cannot be fetched: the line broke"):
        read(f"{url}/rows.csv")
    assert not [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]


def test_a_long_download_comes_whole(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from yamlnet.data.files import fetching

    monkeypatch.setattr(fetching, "LONG", 10)
    Server.files["/long.csv"] = b"a\n" + b"7\n" * 3_000_000
    assert len(read(f"{url}/long.csv")) == 3_000_000


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("/nothing.csv", "there is nothing at http://127.0.0.1"),
        ("ftp://example.org/rows.csv", "no URL that a blueprint may name"),
        ("file:///etc/passwd", "no URL that a blueprint may name"),
        ("https://example.org/rows.csv::simplecache", "no URL that a blueprint may name"),
        ("https://127.0.0.1:1/rows.csv", "cannot be fetched"),
    ],
)
def test_what_cannot_be_had_is_told(written: str, told: str, url: str) -> None:
    with pytest.raises(DataError, match=told) as refused:
        read(written if "://" in written else url + written)
    assert refused.value.path == ("data", "train", "Csv")


def test_a_store_that_lists_its_files_takes_patterns(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("YAMLNET_CACHE", str(tmp_path))
    memory = fsspec.filesystem("memory")
    memory.pipe({"/parts/b.jsonl": b'{"a": 2}\n', "/parts/a.jsonl": b'{"a": 1}\n', "/parts/c.txt": b"x"})
    assert read("memory://parts/*.jsonl", "Json") == [1, 2]
    memory.rm("/parts", recursive=True)
    with pytest.raises(DataError, match="there is nothing at"):
        read("memory://parts/*.jsonl", "Json")
