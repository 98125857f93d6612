"""Data behind https, from a server with a certificate of its own: fetched once, and never led astray.

A process of its own asks it, since the certificates to trust (`SSL_CERT_FILE`) are read when aiohttp is
imported.
"""

from __future__ import annotations

import http.server
import json
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest
import trustme

from yamlnet.data.sources import SOURCES
from yamlnet.diagnostics.diagnostic import DataError

ASKS = """
import json, os, sys
from pathlib import Path
from yamlnet.assembly.addresses import parse_address
from yamlnet.assembly.origins.remote import fetch
from yamlnet.data.sources import SOURCES

def read(url):
    try:
        if url.endswith(".yaml"):
            return fetch(parse_address(url), "").data.decode()
        return SOURCES["Csv"]({"path": url}, Path(), ()).columns["a"].tolist()
    except Exception as error:
        return f"{type(error).__name__}: {error}"

for line in sys.stdin:
    os.environ["YAMLNET_PROTOCOLS"], line = line.split(" ")
    print(json.dumps(read(line.strip())), flush=True)
"""


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves `files`, leads on by `redirects`, and notes what is fetched."""

    files: ClassVar[dict[str, tuple[bytes, str]]] = {}
    redirects: ClassVar[dict[str, str]] = {}
    fetched: ClassVar[list[str]] = []

    def do_HEAD(self) -> None:
        self.answer(b"")

    def do_GET(self) -> None:
        self.fetched.append(self.path)
        self.answer(self.files.get(self.path, (b"", ""))[0])

    def answer(self, body: bytes) -> None:
        if self.path in self.redirects:
            self.send_response(302)
            self.send_header("Location", self.redirects[self.path])
            self.send_header("Content-Length", "0")
        elif self.path not in self.files:
            self.send_error(404)
            return
        else:
            content, version = self.files[self.path]
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", version)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"{'http' if context is None else 'https'}://localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


class Asking:
    """A process that reads what it is told to, one URL after the other."""

    def __init__(self, folder: Path) -> None:
        more = {"YAMLNET_CACHE": str(folder / "cache"), "SSL_CERT_FILE": str(folder / "authority.pem")}
        clean = {
            name: value
            for name, value in os.environ.items()
            if name not in ("SSL_CERT_FILE", "YAMLNET_PROTOCOLS")
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", ASKS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=clean | more,
        )

    def read(self, url: str, allowed: str = "") -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{allowed} {url}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self) -> Asking:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(20) == 0


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    Handler.files, Handler.redirects = (
        {"/rows.csv": (b"a\n1\n2\n", '"1"'), "/net.yaml": (b"yamlnet: 1\n", '"1"')},
        {},
    )
    Handler.fetched.clear()
    with serving(context) as address:
        yield address


def test_data_behind_https(url: str, tmp_path: Path) -> None:
    with serving() as plain, Asking(tmp_path) as asking:
        assert asking.read(f"{url}/rows.csv") == asking.read(f"{url}/rows.csv") == [1, 2]
        assert Handler.fetched == ["/rows.csv"], "fetched once"
        Handler.files["/rows.csv"] = (b"a\n3\n", '"2"')
        assert asking.read(f"{url}/rows.csv") == [3]
        assert Handler.fetched == ["/rows.csv"] * 2, "and again for another ETag"

        Handler.redirects = {
            "/moved.csv": "/rows.csv",
            "/elsewhere.csv": url.replace("localhost", "LOCALHOST") + "/rows.csv",
            "/plain.csv": f"{plain}/rows.csv",
            "/twice.csv": "/plain.csv",
            "/file.csv": "file:///etc/passwd",
            "/ftp.csv": "ftp://example.org/rows.csv",
            "/plain.yaml": f"{plain}/net.yaml",
            "/moved.yaml": "/net.yaml",
        }
        assert asking.read(f"{url}/moved.csv") == [3]
        assert asking.read(f"{url}/elsewhere.csv") == [3]
        assert asking.read(f"{url}/moved.yaml") == "yamlnet: 1\n"
        Handler.fetched.clear()
        for name in ("plain.csv", "twice.csv", "file.csv", "ftp.csv", "plain.yaml"):
            told = asking.read(f"{url}/{name}")
            assert "and a redirect may only lead to https://" in told, told
        assert not {"/rows.csv", "/net.yaml"} & set(Handler.fetched), "nothing is asked of where it leads"
        assert asking.read(f"{url}/plain.csv", allowed="http") == [3], "the user allows http"
        assert "there is nothing at" in asking.read(f"{url}/nothing.csv")


def test_a_certificate_that_nobody_trusts_is_refused(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YAMLNET_CACHE", str(tmp_path / "cache"))
    with pytest.raises(
        DataError, match=r"https://localhost:\d+/rows.csv cannot be fetched: .*[Cc]ertificate"
    ):
        SOURCES["Csv"]({"path": f"{url}/rows.csv"}, Path(), ())
    assert not Handler.fetched
