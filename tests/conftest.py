"""How the suite runs: one command, and a process of its own for each backend.

Keras fixes its backend when it is first imported, so one process can test only one. Plain `pytest` runs
the tests that need no backend here, in seconds, and then every test marked `backend` once per installed
backend, each batch in a child `pytest --backend NAME` with the same arguments, as many at once as there
are cores. The children's reports are replayed in this process, as pytest-xdist does, so that failures,
progress, `--durations`, `--junitxml` and the closing line know of every test; a test's name ends with the
backend that it ran on.

    pytest                    everything, on every installed backend
    pytest --backend=jax      only the tests marked `backend`, on JAX, in this process (for --pdb and such)
    pytest --backend=none     only the tests that need no backend
    KERAS_BACKEND=jax pytest  everything, but JAX is the only backend
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("yamlnet", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("yamlnet")

BACKENDS = ("jax", "tensorflow", "torch")
RECORD = "\x1e"
"""Begins a line that carries a report among whatever else a child prints (RFC 7464)."""

CHILD = "YAMLNET_TEST_CHILD"
"""Set in the environment of a child, which then writes its reports for the parent."""

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
        if os.environ.pop(CHILD, None):
            config.pluginmanager.register(_ReportWriter(config), "report-writer")
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
        self._write("collected", count=len(session.items))

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        self._write("start", nodeid=nodeid, location=location)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._write("report", report=self._serialised(report))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._write("report", report=self._serialised(report))

    def _serialised(self, report: pytest.TestReport | pytest.CollectReport) -> Any:
        return self.config.hook.pytest_report_to_serializable(config=self.config, report=report)


@dataclass
class _Child:
    """The process that tests one backend: the end of what it printed, and whether a test of it failed."""

    backend: str
    process: subprocess.Popen[str]
    printed: str = ""
    failed: bool = False


class _BackendRuns:
    """In the parent: runs the children, as many at once as there are cores, and replays what they report."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        chosen = os.environ.pop("KERAS_BACKEND", None)
        arguments = filter(_names_backend_file, config.invocation_params.args)
        named = [found[2] for found in map(ON_BACKEND.search, arguments) if found]
        self.wanted = list(dict.fromkeys(named)) or ([chosen] if chosen else list(BACKENDS))
        self.installed = [name for name in self.wanted if importlib.util.find_spec(name) is not None]
        self.running: dict[str, _Child] = {}
        self.said: Queue[tuple[str, str | None]] = Queue()

    def pytest_report_header(self) -> str:
        missing = [f"{name} (not installed)" for name in self.wanted if name not in self.installed]
        return f"backends: {', '.join([*self.installed, *missing])}"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        result = yield
        if not session.config.option.collectonly:
            try:
                self._run(session)
            finally:
                self._end()
        return result

    def _run(self, session: pytest.Session) -> None:
        waiting = deque(self.wanted)
        at_once = 1 if self.config.option.capture == "no" else os.cpu_count() or 1
        while waiting or self.running:
            while waiting and len(self.running) < at_once:
                self._begin(waiting.popleft(), session)
            if self.running:
                backend, line = self.said.get()
                self._hear(self.running[backend], line, session)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)

    def _begin(self, backend: str, session: pytest.Session) -> None:
        if backend not in self.installed:
            self._tell(session, backend, "skipped", f"{backend} is not installed")
            return
        self._title(f"backend {backend}")
        arguments = [*map(_as_written, self.config.invocation_params.args), f"--backend={backend}"]
        cache = f"cache_dir={self.config.rootpath / '.pytest_cache' / backend}"
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *arguments, "-o", cache],
            env={**os.environ, **_environment(backend), CHILD: "1"},
            cwd=self.config.invocation_params.dir,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self.running[backend] = _Child(backend, process)
        threading.Thread(target=self._listen, args=(backend, process), daemon=True).start()

    def _listen(self, backend: str, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.said.put((backend, line))
        self.said.put((backend, None))

    def _hear(self, child: _Child, line: str | None, session: pytest.Session) -> None:
        """Repeat one event of a child here, or take leave of it at its end."""
        if line is None:
            del self.running[child.backend]
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
            self._repeat(json.loads(event), child.backend, session)
            child.failed |= session.testsfailed > failures

    def _end(self) -> None:
        """End the children that an interrupted or failed run leaves behind."""
        for child in self.running.values():
            child.process.terminate()
            child.process.wait()

    def _repeat(self, event: dict[str, Any], backend: str, session: pytest.Session) -> None:
        if event["event"] == "collected":
            session.testscollected += event["count"]
        elif event["event"] == "start":
            file, line, name = event["location"]
            location = (file, line, _on_backend(name, backend))
            nodeid = _on_backend(event["nodeid"], backend)
            self.config.hook.pytest_runtest_logstart(nodeid=nodeid, location=location)
        else:
            self._report(event["report"], backend)

    def _report(self, data: dict[str, Any], backend: str) -> None:
        report = self.config.hook.pytest_report_from_serializable(config=self.config, data=data)
        report.nodeid = _on_backend(report.nodeid, backend)
        if isinstance(report.longrepr, list):
            report.longrepr = tuple(report.longrepr)  # where a test was skipped: JSON has no tuples
        if isinstance(report, pytest.CollectReport):
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
