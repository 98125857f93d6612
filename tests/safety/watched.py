"""Runs `yamlnet validate` on files in this process, and reports what Python was asked to do meanwhile.

An audit hook cannot be taken away again, so a process of its own does this. `python watched.py FOLDER CACHE`
reads names from its input, one a line (`offline NAME`, `strict NAME` set the surroundings), and prints one
JSON object for each: the exit code, the problems, the events that no blueprint may cause, seconds of the
processor and memory.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

FORBIDDEN = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork",
    "os.startfile", "pty.", "ctypes.", "pickle.", "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser.",
    "code.__new__", "shutil.", "os.chmod", "os.chown", "os.symlink", "os.link", "os.putenv", "os.kill",
    "sqlite3.", "tempfile.", "os.rmdir", "glob.",
)  # fmt: skip
"""Events (https://docs.python.org/3/library/audit_events.html) that checking a file has no reason for."""

CHANGING = ("os.remove", "os.rename", "os.mkdir", "os.truncate", "os.utime")
"""Events that are right in the cache only."""


class Watch:
    """Collects what is forbidden while it is on."""

    def __init__(self, readable: list[str], writable: str) -> None:
        self.readable, self.writable = (
            [os.path.realpath(path) for path in readable],
            os.path.realpath(writable),
        )
        self.on = False
        self.found: list[str] = []

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on:
            return
        self.on = False  # what follows asks the system itself
        try:
            if event.startswith(FORBIDDEN):
                self.found.append(f"{event} {arguments!r:.200}")
            elif event == "open":
                self._open(*arguments)
            elif event in CHANGING and not self._below(arguments[0], [self.writable]):
                self.found.append(f"{event} {arguments!r:.200}")
        finally:
            self.on = True

    def _open(self, path: Any, mode: Any, flags: int) -> None:
        if isinstance(path, int):
            return  # a descriptor that was opened before
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        if not self._below(path, [self.writable] if writes else [*self.readable, self.writable]):
            self.found.append(f"open {path!r:.200} {'to write' if writes else 'to read'}")

    def _below(self, path: Any, folders: list[str]) -> bool:
        real = os.path.realpath(os.fsdecode(path))
        return any(real == folder or real.startswith(os.path.join(folder, "")) for folder in folders)


def run(name: str, words: list[str]) -> tuple[int, str]:
    """Validate one file, and give the exit code and what was printed."""
    from click.testing import CliRunner

    from yamlnet.cli.main import main

    strict = ["--strict"] if "strict" in words else []
    done = CliRunner().invoke(main, ["validate", name, "--format", "json", "--no-shapes", *strict])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        return 70, repr(done.exception)
    return done.exit_code, done.stdout


def most_memory() -> int:
    """The most kilobytes that this process has held; `getrusage` counts what its parent held, too."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(folder: Path, cache: Path) -> None:
    """Validate what the input names."""
    import yamlnet

    own = [
        str(folder),
        str(Path(yamlnet.__file__).parent),
        sys.prefix,
        sys.base_prefix,
        *filter(None, sys.path),
    ]
    watch = Watch([path for path in own if path != os.getcwd()] + [str(folder)], str(cache))
    sys.addaudithook(watch.hook)
    os.chdir(folder)
    for line in sys.stdin:
        *words, name = line.rstrip("\n").split(" ")
        os.environ.pop("YAMLNET_OFFLINE", None)
        if "offline" in words:
            os.environ["YAMLNET_OFFLINE"] = "1"
        watch.found, watch.on = [], True
        began = time.process_time()
        code, printed = run(name, words)
        seconds = time.process_time() - began
        watch.on = False
        try:
            problems = json.loads(printed)
        except json.JSONDecodeError:
            problems = printed
        report = {
            "name": name, "code": code, "problems": problems, "events": watch.found, "seconds": seconds,
            "kilobytes": most_memory(), "keras": "keras" in sys.modules,
        }  # fmt: skip
        print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
