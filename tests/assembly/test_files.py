"""Files from packages, git repositories and URLs; what the lock pins, and what needs no network again."""

from __future__ import annotations

import http.server
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from yamlnet import protocols
from yamlnet.assembly.assembled import Pin
from yamlnet.assembly.lock import LockMode, read_lock, write_lock
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.pipeline import LoadedBlueprint, load

BLOCK = "yamlnet: 1\nblocks:\n  unit:\n    layers: [Dense: %d]\n"
MODEL = "yamlnet: 1\nimport: {parts: '%s'}\nmodel:\n  inputs: {x: [4]}\n  layers: [parts.unit]\n"


@pytest.fixture
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blueprints name https only; the server of these tests has no certificate."""
    monkeypatch.setattr(protocols, "NEAR", (*protocols.NEAR, "http"))


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "cache"
    monkeypatch.setenv("YAMLNET_CACHE", str(cache))
    return cache


def units(loaded: LoadedBlueprint) -> object:
    return loaded.plan.models["model"].nodes[0].callee.layer.arguments["units"]  # type: ignore[union-attr]


def blueprint(folder: Path, address: str) -> Path:
    path = folder / "model.yaml"
    path.write_text(MODEL % address)
    return path


def git(folder: Path, *arguments: str) -> str:
    own = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *own, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def committed(folder: Path, number: int) -> str:
    (folder / "vision").mkdir(exist_ok=True)
    (folder / "vision" / "parts.yaml").write_text(BLOCK % number)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", str(number))
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    committed(folder, 2)
    git(folder, "tag", "v2")
    committed(folder, 3)
    return folder


class TestGit:
    def test_a_tag_a_branch_a_commit_and_the_default(self, repository: Path, tmp_path: Path) -> None:
        old = git(repository, "rev-parse", "v2")
        for revision, number in (("@v2", 2), ("@main", 3), (f"@{old}", 2), ("", 3)):
            address = f"git+file://{repository}{revision}#vision/parts.yaml"
            assert units(load(blueprint(tmp_path, address))) == number

    @pytest.mark.parametrize(
        ("rest", "told"),
        [
            ("@v9#vision/parts.yaml", 'no revision "v9"'),
            ("@v2#vision/part.yaml", 'no file "vision/part.yaml" at v2'),
            ("@0123456789abcdef#vision/parts.yaml", 'no revision "0123456789abcdef"'),
            (f"@{'0123456789' * 4}#vision/parts.yaml", f'no revision "{"0123456789" * 4}"'),
        ],
    )
    def test_what_is_not_there(self, repository: Path, tmp_path: Path, rest: str, told: str) -> None:
        with pytest.raises(BlueprintError, match=told):
            load(blueprint(tmp_path, f"git+file://{repository}{rest}"))

    def test_a_locked_branch_stays_at_its_commit(self, repository: Path, tmp_path: Path) -> None:
        path = blueprint(tmp_path, f"git+file://{repository}@main#vision/parts.yaml")
        write_lock(tmp_path, load(path, lock="ignore").pins)
        committed(repository, 4)
        assert units(load(path, lock="refuse")) == 3
        assert units(load(path)) == 3
        assert units(load(path, lock="ignore")) == 4

    def test_a_locked_file_needs_no_repository(self, repository: Path, tmp_path: Path) -> None:
        path = blueprint(tmp_path, f"git+file://{repository}@v2#vision/parts.yaml")
        write_lock(tmp_path, load(path, lock="ignore").pins)
        repository.rename(tmp_path / "gone")
        assert units(load(path, lock="refuse")) == 2

    def test_an_old_commit_is_found_behind_newer_ones(
        self, repository: Path, tmp_path: Path, own_cache: Path
    ) -> None:
        path = blueprint(tmp_path, f"git+file://{repository}@main#vision/parts.yaml")
        write_lock(tmp_path, load(path, lock="ignore").pins)
        committed(repository, 4)
        own_cache.rename(tmp_path / "another machine's")
        assert units(load(path, lock="refuse")) == 3


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder that is served on the loopback address, and its URL."""
    pytest.importorskip("aiohttp", reason="fsspec's http needs it: the extra `remote`")
    folder = tmp_path / "served"
    folder.mkdir()
    handler = partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{served.server_address[1]}"
        served.shutdown()
        thread.join()


@pytest.mark.usefixtures("plain_http")
class TestUrls:
    def test_a_file_its_neighbour_and_its_pin(self, server: tuple[Path, str], tmp_path: Path) -> None:
        folder, url = server
        (folder / "inner.yaml").write_text(BLOCK % 6)
        text = "yamlnet: 1\nimport: {inner: inner.yaml}\nblocks: {unit: {layers: [inner.unit]}}\n"
        (folder / "parts.yaml").write_text(text)
        path = blueprint(tmp_path, f"{url}/parts.yaml")
        loaded = load(path)
        assert units(loaded) == 6
        assert set(loaded.pins) == {f"{url}/parts.yaml", f"{url}/inner.yaml"}
        write_lock(tmp_path, loaded.pins)
        (folder / "inner.yaml").unlink()
        assert units(load(path, lock="refuse")) == 6

    def test_offline_nothing_is_fetched_that_is_not_kept(
        self, server: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder, url = server
        (folder / "parts.yaml").write_text(BLOCK % 6)
        path = blueprint(tmp_path, f"{url}/parts.yaml")
        monkeypatch.setenv("YAMLNET_OFFLINE", "1")
        with pytest.raises(BlueprintError, match="is not fetched: YAMLNET_OFFLINE is set"):
            load(path)
        monkeypatch.delenv("YAMLNET_OFFLINE")
        write_lock(tmp_path, load(path).pins)
        monkeypatch.setenv("YAMLNET_OFFLINE", "1")
        assert units(load(path, lock="refuse")) == 6

    def test_nothing_there(self, server: tuple[Path, str], tmp_path: Path) -> None:
        with pytest.raises(BlueprintError, match="there is nothing at http"):
            load(blueprint(tmp_path, f"{server[1]}/parts.yaml"))

    def test_nobody_answers(self, server: tuple[Path, str], tmp_path: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # and nobody listens
            address = f"http://127.0.0.1:{taken.getsockname()[1]}/parts.yaml"
            with pytest.raises(BlueprintError, match=f"{address} cannot be read: Cannot connect"):
                load(blueprint(tmp_path, address))

    def test_any_protocol_that_the_user_allows(
        self, server: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (server[0] / "parts.yaml").write_text(BLOCK % 8)
        monkeypatch.setattr(protocols, "NEAR", ("https", "memory"))
        with pytest.raises(BlueprintError, match="write https://"):
            load(blueprint(tmp_path, f"{server[1]}/parts.yaml"))
        monkeypatch.setenv("YAMLNET_PROTOCOLS", "sftp,http")
        assert units(load(blueprint(tmp_path, f"{server[1]}/parts.yaml"))) == 8

    def test_any_protocol_of_fsspec(self, tmp_path: Path) -> None:
        fsspec = pytest.importorskip("fsspec", reason="the extra `remote`")
        with fsspec.open("memory://bucket/parts.yaml", "w") as file:
            file.write(BLOCK % 7)
        assert units(load(blueprint(tmp_path, "memory://bucket/parts.yaml"))) == 7


class TestPackages:
    def test_a_data_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        package = tmp_path / "site" / "acme_test_blueprints"
        (package / "vision").mkdir(parents=True)
        (package / "__init__.py").write_text("raise RuntimeError('a package is not imported for its files')")
        (package / "vision" / "parts.yaml").write_text(BLOCK % 5)
        monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
        assert units(load(blueprint(tmp_path, "pkg:acme_test_blueprints/vision/parts.yaml"))) == 5
        with pytest.raises(
            BlueprintError, match=r'has no file "vision/part.yaml"; did you mean "parts.yaml"\?'
        ):
            load(blueprint(tmp_path, "pkg:acme_test_blueprints/vision/part.yaml"))


class TestLock:
    def locked(self, folder: Path) -> Path:
        (folder / "parts.yaml").write_text(BLOCK % 2)
        path = blueprint(folder, "parts.yaml")
        write_lock(folder, load(path, lock="ignore").pins)
        return path

    def test_what_is_as_pinned_is_fine(self, tmp_path: Path) -> None:
        path = self.locked(tmp_path)
        assert not load(path, lock="refuse").warnings

    @pytest.mark.parametrize(("lock", "severity"), [("warn", "warning"), ("refuse", "error")])
    def test_drift_is_told_or_refused(self, tmp_path: Path, lock: LockMode, severity: str) -> None:
        path = self.locked(tmp_path)
        (tmp_path / "parts.yaml").write_text(BLOCK % 3)
        try:
            found = load(path, lock=lock).warnings
        except BlueprintError as error:
            found = error.diagnostics
        assert [(one.check, one.severity) for one in found] == [("drift", severity)]
        assert "run yamlnet lock" in found[0].message

    def test_what_is_not_pinned_is_refused_too(self, tmp_path: Path) -> None:
        (tmp_path / "parts.yaml").write_text(BLOCK % 2)
        path = blueprint(tmp_path, "parts.yaml")
        assert not load(path).warnings
        with pytest.raises(BlueprintError, match="does not pin it"):
            load(path, lock="refuse")

    def test_it_reads_what_it_wrote_in_any_order(self, tmp_path: Path) -> None:
        pins = {"b.yaml": Pin("2" * 64), "git+https://h/r@v#a.yaml": Pin("1" * 64, "c" * 40)}
        first = write_lock(tmp_path, pins).read_text()
        assert write_lock(tmp_path, dict(reversed(pins.items()))).read_text() == first
        assert read_lock(tmp_path, "warn").pins == pins
