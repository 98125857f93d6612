"""What must hold of `load` for any file at all, and one function that looks whether it does.

A file is read, or refused with a `BlueprintError` each of whose problems has a place in a text; every style
of report can show them; nothing is written, run or called; and it takes bounded time. A file that is no
text has no lines, so its place is 1:1.
"""

from __future__ import annotations

import json
import signal
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from yamlnet.assembly import origins
from yamlnet.assembly.addresses import Address
from yamlnet.assembly.origins.origin import Fetched, Unreachable
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.diagnostics.lines import split_lines
from yamlnet.diagnostics.report import Located, locate, render
from yamlnet.pipeline import load

LONGEST_SECONDS = 20.0
"""CPU seconds after which an input counts as one that hangs."""

FORBIDDEN = (
    "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn",
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "shutil.rmtree", "exec", "ctypes.dlopen",
)  # fmt: skip
"""Events of Python's audit hooks that reading a blueprint never raises (`exec` but to import a module)."""


class Defect(AssertionError):
    """Something that must hold did not."""


@dataclass(frozen=True)
class Verdict:
    """What became of one input: whether it was read, what was told, and the CPU seconds it took."""

    read: bool
    checks: tuple[str, ...]
    seconds: float


def examine(data: bytes, folder: Path) -> Verdict:
    """Load a file that holds these bytes.

    Raises:
        Defect: something that must hold does not.
        Exception: whatever `load` raised that is no `BlueprintError`.
    """
    path = folder / "blueprint.yaml"
    path.write_bytes(data)
    begin = time.process_time()
    with _watched():
        try:
            loaded = load(path)
        except BlueprintError as error:
            problems, trees, read = error.diagnostics, error.trees, False
        else:
            problems, trees, read = loaded.warnings, {"": loaded.tree, loaded.tree.source: loaded.tree}, True
        seconds = time.process_time() - begin
        if not read and not problems:
            raise Defect("refused without a reason")
        _check_report(problems, trees)
    return Verdict(read, tuple(problem.check for problem in problems), seconds)


def _check_report(problems: Any, trees: Any) -> None:
    texts: dict[str, str] = {}
    for tree in trees.values():
        texts.update(tree.texts)
        texts[tree.source] = tree.text
    for problem in problems:
        located = locate(problem, trees)
        for one in (located, *located.notes):
            _check_place(one, texts)
    told = render(problems, trees, "text")
    if any(
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in told if character != "\n"
    ):
        raise Defect("a control character reaches the terminal")
    count = len(json.loads(render(problems, trees, "json")))
    lines = render(problems, trees, "github").splitlines()
    if len(lines) != count or not all(line.startswith(("::error ", "::warning ")) for line in lines):
        raise Defect("an annotation spans lines")
    told.encode()


def _check_place(one: Located, texts: dict[str, str]) -> None:
    if one.source not in texts:
        raise Defect(f"{one.place} is in no file that is known: {one.message}")
    lines = split_lines(texts[one.source])
    if not 1 <= one.span.line <= len(lines):
        raise Defect(f"{one.place} is beyond the {len(lines)} lines: {one.message}")
    if not 1 <= one.span.column <= len(lines[one.span.line - 1]) + 1:
        raise Defect(f"{one.place} is beyond the line: {one.message}")
    if not one.message or "\n" in one.message:
        raise Defect(f"{one.place} has no message of one line")


_watching = False


@contextmanager
def _watched() -> Iterator[None]:
    """Raise a Defect for what must not happen, and for an input that takes too long."""
    global _watching
    timed = hasattr(signal, "setitimer")
    if timed:
        signal.signal(signal.SIGVTALRM, _too_long)
        signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST_SECONDS)
    _watching = True
    try:
        yield
    finally:
        _watching = False
        if timed:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _too_long(number: int, frame: FrameType | None) -> None:
    raise Defect(f"no answer after {LONGEST_SECONDS} CPU seconds")


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watching:
        return
    if event == "open":
        name, mode, _ = arguments
        if isinstance(mode, str) and set(mode) & set("wax+") and not str(name).endswith((".pyc", ".json")):
            raise Defect(f"{name} is opened to be written")
    elif event in FORBIDDEN and not _is_import(event):
        raise Defect(f"{event} {arguments!r:.200}")


def _is_import(event: str) -> bool:
    frame = sys._getframe(2)
    while event == "exec" and frame is not None:
        if "importlib" in frame.f_code.co_filename:
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


def close_the_door() -> None:
    """Let no address lead out of this machine, and watch what is done; for the rest of the process."""

    def closed(address: Address, revision: str) -> Fetched:
        raise Unreachable("nothing is fetched while fuzzing")

    origins.ORIGINS["git"] = closed
    origins.ORIGINS["url"] = closed
    sys.dont_write_bytecode = True  # what Python compiles of yamlnet itself is no file of a blueprint's
    sys.addaudithook(_audit)
