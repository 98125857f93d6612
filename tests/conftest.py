"""How the suite runs: one command, and a process of its own for each backend.

Keras fixes its backend when it is first imported, so one process can test only one. Plain `pytest` runs
the tests that need no backend here, and beside them every test marked `backend` once per installed backend,
each in a child `pytest --backend NAME` with the same arguments: as many processes at once as there are cores.
A core that has nothing left to begin helps: a second process of a backend, and the two share out its files.
The children's reports are replayed in this process, as pytest-xdist does, so that failures, progress,
`--durations`, `--junitxml` and the closing line know of every test; a test's name ends with the backend that
it ran on.

    pytest                    everything, on every installed backend
    pytest --backend=jax      only the tests marked `backend`, on JAX, in this process (for --pdb and such)
    pytest --backend=none     only the tests that need no backend
    KERAS_BACKEND=jax pytest  everything, but JAX is the only backend
"""

from __future__ import annotations

import ast
import gc
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import settings

settings.register_profile("yamlnet", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("yamlnet")

BACKENDS = ("jax", "tensorflow", "torch")
RECORD = "\x1e"
"""Begins a line that carries a report among whatever else a child prints (RFC 7464)."""

CHILD = "YAMLNET_TEST_CHILD"
"""In the environment of a child, which then writes its reports for the parent: the folder of its claims."""

WORTH_HELPING = 8
"""How many files of a backend wait when a second process is worth what it costs to import Keras."""

TAIL = 4000
"""How many characters of a child's output to show when it ends in a way that no report explains."""

ON_BACKEND = re.compile(rf"(::.*)(?:\[|-)({'|'.join(BACKENDS)})\]$")
"""A test's name as this suite reports it: `file.py::test_x[jax]`, `file.py::test_x[3-jax]`."""

EXPLAINED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
"""How a child may end without more to say than its reports said."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--backend",
        choices=[*BACKENDS, "none"],
        help="run only the tests marked `backend`, in this process, on this backend (`none`: the others)",
    )


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the tests find out is kept for them alone, not for whoever runs them."""
    os.environ.setdefault("YAMLNET_CACHE", str(tmp_path_factory.mktemp("cache")))


def pytest_configure(config: pytest.Config) -> None:
    backend = config.getoption("--backend")
    # Of this process alone: what another run has kept would leave code untried.
    cache_folder = tempfile.TemporaryDirectory()
    config.add_cleanup(cache_folder.cleanup)
    os.environ["YAMLNET_CACHE"] = cache_folder.name
    if backend in BACKENDS:
        os.environ.update(_environment(backend))
        if claims := os.environ.pop(CHILD, None):
            config.pluginmanager.register(_ReportWriter(config), "report-writer")
            config.pluginmanager.register(_SharedFiles(Path(claims)), "shared-files")
        return
    if backend is None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_BackendRuns(config), "backend-runs")
    # A backend test that was asked for by name is found by the children, not here.
    config.args[:] = [arg for arg in config.args if not _names_backend_file(arg)]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not import what cannot hold a test of this process: importing it would import Keras."""
    if collection_path.suffix != ".py" or collection_path.name == "conftest.py":
        return None
    if config.getoption("--backend") in BACKENDS:
        return True if "mark.backend" not in collection_path.read_text(encoding="utf-8") else None
    return True if _whole_file_is_backend(collection_path) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = config.getoption("--backend") in BACKENDS
    kept = [item for item in items if (item.get_closest_marker("backend") is not None) == wanted]
    if not wanted or len(kept) == len(items):
        items[:] = kept
        return
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def pytest_collection_finish() -> None:
    """What was imported stays; looking through it for garbage takes up to a second, and Keras asks often."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """The backend that a test marked `backend` runs on."""
    name = request.config.getoption("--backend")
    assert name in BACKENDS, "this test needs @pytest.mark.backend"
    return str(name)


@pytest.fixture(scope="session")
def on_jax(request: pytest.FixtureRequest) -> None:
    """Skips what does not depend on the backend, except on JAX, before anything else is made for it."""
    if request.config.getoption("--backend") != "jax":
        pytest.skip("the same on every backend: tested on JAX")


@cache
def _whole_file_is_backend(path: Path) -> bool:
    """Whether a test file says `pytestmark = pytest.mark.backend` (alone or in a list)."""
    if path.suffix != ".py" or not path.is_file():
        return False
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "pytestmark":
            return "mark.backend" in ast.unparse(statement.value)
    return False


def _names_backend_file(argument: str) -> bool:
    return _whole_file_is_backend(Path(argument.partition("::")[0]))


def _as_written(argument: str) -> str:
    """A test's name as its file has it, so that a reported name can be run again."""
    if not _names_backend_file(argument):
        return argument
    return ON_BACKEND.sub(lambda found: found[1] + ("]" if "[" in found[1] else ""), argument)


def _on_backend(name: str, backend: str) -> str:
    """A test's name with its backend: `test_x[jax]`, `test_x[3-jax]`."""
    return f"{name[:-1]}-{backend}]" if name.endswith("]") else f"{name}[{backend}]"


def _environment(backend: str) -> dict[str, str]:
    """What a process that tests one backend has in its environment: the CPU, unless told otherwise."""
    quiet_cpu = {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu", "TF_CPP_MIN_LOG_LEVEL": "2"}
    if backend == "torch":
        # Its threads wait for each other whenever a core is busy: 15 seconds of training then take minutes.
        quiet_cpu["OMP_NUM_THREADS"] = "1"
    kept = {name: os.environ.get(name, value) for name, value in quiet_cpu.items()}
    return {**kept, "KERAS_BACKEND": backend}


class _ReportWriter:
    """In a child: writes every event that the parent's terminal needs, one JSON record a line."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        # Tests may replace or capture descriptor 1; this copy of it stays the parent's pipe.
        self.stream = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)

    def _write(self, event: str, **data: object) -> None:
        self.stream.write(f"{RECORD}{json.dumps({'event': event, **data}, default=str)}\n")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        files = {item.path for item in session.items}
        self._write("collected", count=len(session.items), files=len(files))

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        self._write("start", nodeid=nodeid, location=location)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._write("report", report=self._serialised(report))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._write("report", report=self._serialised(report))

    def _serialised(self, report: pytest.TestReport | pytest.CollectReport) -> Any:
        return self.config.hook.pytest_report_to_serializable(config=self.config, report=report)


class _SharedFiles:
    """In a child: runs the files that no other process of its backend has taken, those with slow tests first.

    A file is taken by making a file of its name in a folder that they share: only one of them can.
    """

    def __init__(self, claims: Path) -> None:
        self.claims = claims

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed or session.config.option.collectonly:
            return None  # pytest's own loop says what is wrong, or nothing
        items = self._taken(session.items)
        item = next(items, None)
        while item is not None:
            following = next(items, None)  # asked for before: fixtures that both need are kept between them
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
            item = following
        return True

    def _taken(self, items: list[pytest.Item]) -> Iterator[pytest.Item]:
        files: dict[Path, list[pytest.Item]] = {}
        for item in items:
            files.setdefault(item.path, []).append(item)
        slow = {path for path, found in files.items() if any(one.get_closest_marker("slow") for one in found)}
        for path in sorted(files, key=lambda path: path not in slow):
            if self._take(path):
                yield from files[path]

    def _take(self, path: Path) -> bool:
        try:
            (self.claims / quote(str(path), safe="")[-200:]).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


@dataclass(eq=False)
class _Child:
    """A process that tests one backend: the end of what it printed, and whether a test of it failed.

    `files` is how many files it found, and `helps` says that it is the second process of its backend.
    """

    backend: str
    helps: bool
    process: subprocess.Popen[str]
    printed: str = ""
    failed: bool = False
    files: int = 0


class _BackendRuns:
    """In the parent: runs the children, as many at once as there are cores, and replays what they report."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        chosen = os.environ.pop("KERAS_BACKEND", None)
        arguments = filter(_names_backend_file, config.invocation_params.args)
        named = [found[2] for found in map(ON_BACKEND.search, arguments) if found]
        self.wanted = list(dict.fromkeys(named)) or ([chosen] if chosen else list(BACKENDS))
        self.installed = [name for name in self.wanted if importlib.util.find_spec(name) is not None]
        self.waiting = deque(self.wanted)
        self.running: list[_Child] = []
        self.helped: set[str] = set()
        self.said: Queue[tuple[_Child, str | None]] = Queue()
        claims = tempfile.TemporaryDirectory()
        config.add_cleanup(claims.cleanup)
        self.claims = Path(claims.name)
        option = config.option
        self.at_once = 1 if option.capture == "no" or option.usepdb else os.cpu_count() or 1
        # Which tests failed last is known to the first process of a backend alone.
        by_cache = ("lf", "failedfirst", "newfirst", "stepwise")
        self.helping = not any(getattr(option, name, False) for name in by_cache)

    def pytest_report_header(self) -> str:
        missing = [f"{name} (not installed)" for name in self.wanted if name not in self.installed]
        return f"backends: {', '.join([*self.installed, *missing])}"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        try:
            result = yield
            while not session.config.option.collectonly and (self.waiting or self.running):
                self._attend(session, own=0)
                if session.shouldfail:
                    raise session.Failed(session.shouldfail)
        finally:
            self._end()
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Before each test of this process: it takes a core itself."""
        self._attend(item.session, own=1)
        return (yield)

    def _attend(self, session: pytest.Session, own: int) -> None:
        """Begin what there is a core for, and repeat what was said; wait for it if nothing else is to do."""
        while len(self.running) + own < self.at_once and self._begin_next(session):
            pass
        wait = not own and bool(self.running)
        while wait or not self.said.empty():
            wait = False
            self._hear(*self.said.get(), session)

    def _begin_next(self, session: pytest.Session) -> bool:
        """Begin the next backend, or help the one that has most left to do."""
        if self.waiting:
            self._begin(self.waiting.popleft(), session)
            return True
        left = {
            child.backend: child.files - len(list((self.claims / child.backend).iterdir()))
            for child in self.running
            if child.backend not in self.helped
        }
        most = max(left, key=left.__getitem__, default=None)
        if most is None or left[most] < WORTH_HELPING or not self.helping:
            return False
        self.helped.add(most)
        self._begin(most, session)
        return True

    def _begin(self, backend: str, session: pytest.Session) -> None:
        if backend not in self.installed:
            self._tell(session, backend, "skipped", f"{backend} is not installed")
            return
        helps = backend in self.helped
        self._title(f"backend {backend}{', a second process' if helps else ''}")
        claims = self.claims / backend
        claims.mkdir(exist_ok=True)
        arguments = [*map(_as_written, self.config.invocation_params.args), f"--backend={backend}"]
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *arguments, "-o", f"cache_dir={self._cache(backend, helps)}"],
            env={**os.environ, **_environment(backend), **self._compiled_once(), CHILD: str(claims)},
            cwd=self.config.invocation_params.dir,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        child = _Child(backend, helps, process)
        self.running.append(child)
        threading.Thread(target=self._listen, args=(child,), daemon=True).start()

    def _compiled_once(self) -> dict[str, str]:
        """What one test had JAX compile, the next finds in a folder of this run: a quarter of JAX's time."""
        return {
            "JAX_COMPILATION_CACHE_DIR": str(self.claims / "compiled"),
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
            "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "0",
        }

    def _cache(self, backend: str, helps: bool) -> Path:
        """The folder of pytest's cache: one that two processes write would lose what one of them found."""
        return self.config.rootpath / ".pytest_cache" / (f"{backend}-helps" if helps else backend)

    def _listen(self, child: _Child) -> None:
        assert child.process.stdout is not None
        for line in child.process.stdout:
            self.said.put((child, line))
        self.said.put((child, None))

    def _hear(self, child: _Child, line: str | None, session: pytest.Session) -> None:
        """Repeat one event of a child here, or take leave of it at its end."""
        if line is None:
            self.running.remove(child)
            status = child.process.wait()
            if status not in EXPLAINED and not child.failed:
                told = f"pytest ended with status {status}:\n{child.printed[-TAIL:]}"
                self._tell(session, child.backend, "failed", told)
            return
        plain, record, event = line.partition(RECORD)
        child.printed = (child.printed + plain)[-TAIL:]
        self._show(plain)
        if record:
            failures = session.testsfailed
            self._repeat(json.loads(event), child, session)
            child.failed |= session.testsfailed > failures

    def _end(self) -> None:
        """End the children that an interrupted or failed run leaves behind."""
        for child in self.running:
            child.process.terminate()
            child.process.wait()
        for backend in self.helped:
            self._remember(backend)

    def _remember(self, backend: str) -> None:
        """What failed in the process that helped is what `--last-failed` runs on this backend, too."""
        first, second = (self._cache(backend, helps) / "v/cache/lastfailed" for helps in (False, True))
        if second.exists():
            failed = json.loads(first.read_text(encoding="utf-8")) if first.exists() else {}
            failed |= json.loads(second.read_text(encoding="utf-8"))
            first.parent.mkdir(parents=True, exist_ok=True)
            first.write_text(json.dumps(failed, indent=2), encoding="utf-8")
            second.unlink()

    def _repeat(self, event: dict[str, Any], child: _Child, session: pytest.Session) -> None:
        if event["event"] == "collected":
            child.files = event["files"]
            session.testscollected += 0 if child.helps else event["count"]
        elif event["event"] == "start":
            file, line, name = event["location"]
            location = (file, line, _on_backend(name, child.backend))
            nodeid = _on_backend(event["nodeid"], child.backend)
            self.config.hook.pytest_runtest_logstart(nodeid=nodeid, location=location)
        else:
            self._report(event["report"], child)

    def _report(self, data: dict[str, Any], child: _Child) -> None:
        backend = child.backend
        report = self.config.hook.pytest_report_from_serializable(config=self.config, data=data)
        report.nodeid = _on_backend(report.nodeid, backend)
        if isinstance(report.longrepr, list):
            report.longrepr = tuple(report.longrepr)  # where a test was skipped: JSON has no tuples
        if isinstance(report, pytest.CollectReport):
            if child.helps:
                child.failed = True  # the first process has said why
                return
            self.config.hook.pytest_collectreport(report=report)
            return
        file, line, name = report.location
        report.location = (file, line, _on_backend(name, backend))
        self.config.hook.pytest_runtest_logreport(report=report)

    def _tell(self, session: pytest.Session, backend: str, outcome: Any, message: str) -> None:
        """Count what happened to a whole batch as one test, so that it cannot be overlooked."""
        location = ("tests", None, f"backend {backend}")
        longrepr: Any = ("tests", 0, message) if outcome == "skipped" else message
        report = pytest.TestReport(f"tests::{backend}", location, {}, outcome, longrepr, "call")
        session.testscollected += 1
        self.config.hook.pytest_runtest_logreport(report=report)

    def _title(self, text: str) -> None:
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None and self.config.get_verbosity() >= 0:
            terminal.ensure_newline()
            terminal.write_sep("-", text)

    def _show(self, text: str) -> None:
        if self.config.option.capture == "no":
            sys.stdout.write(text)
