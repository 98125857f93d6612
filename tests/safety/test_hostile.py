"""Files from people who mean harm: each is refused at `validate`, and nothing else happens.

The blueprints of `hostile/` say on their first line under which name they are refused; `made.py` makes
archives and what is large. One process, with an audit hook, validates all of them (`watched.py`).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from made import ARCHIVES, BYTES, make

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and resource limits are Unix's")

FOLDER = Path(__file__).parent / "hostile"
BLUEPRINTS = {path.name: path.read_text(encoding="utf-8").split("\n")[0] for path in FOLDER.glob("*.yaml")}
NAMES = sorted([*BLUEPRINTS, *ARCHIVES, *BYTES])

SECONDS = 2.0
KILOBYTES = 400 << 10
"""What the whole process may ever have taken: Python, yamlnet and the largest of the files."""


def expectation(name: str) -> tuple[str, list[str]]:
    """The check of a blueprint in `hostile/`, and the words for its surroundings."""
    check, *words = BLUEPRINTS[name].removeprefix("# expect: ").split()
    return check, words


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, dict[str, Any]]:
    root = tmp_path_factory.mktemp("hostile")
    folder, cache = root / "files", root / "cache"
    shutil.copytree(FOLDER, folder)
    make(folder)
    before = sorted(path.name for path in folder.iterdir())
    lines = [" ".join([*(expectation(name)[1] if name in BLUEPRINTS else []), name]) for name in NAMES]
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "watched.py"), str(folder), str(cache)],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        # What Python compiles of yamlnet itself would count as a file that was written.
        env={**os.environ, "YAMLNET_CACHE": str(cache), "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert sorted(path.name for path in folder.iterdir()) == before, "a file was made or taken away"
    return {report["name"]: report for report in map(json.loads, done.stdout.splitlines())}


def test_there_are_many() -> None:
    assert len(BLUEPRINTS) >= 100
    assert len(ARCHIVES) >= 35
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("name", NAMES)
def test_it_is_refused_and_nothing_else_happens(name: str, reports: Mapping[str, dict[str, Any]]) -> None:
    report = reports[name]
    assert report["code"] == 1, report["problems"]
    assert report["events"] == []
    assert not report["keras"]
    assert report["seconds"] < SECONDS
    assert report["kilobytes"] < KILOBYTES


@pytest.mark.parametrize("name", NAMES)
def test_it_is_told_in_words_at_its_place(name: str, reports: Mapping[str, dict[str, Any]]) -> None:
    problems = reports[name]["problems"]
    assert isinstance(problems, list), problems
    assert problems
    checks = {problem["check"] for problem in problems}
    expected = expectation(name)[0] if name in BLUEPRINTS else BYTES[name][0] if name in BYTES else "archive"
    assert expected in checks
    for problem in problems:
        assert problem["file"]
        assert problem["line"] >= 1
        assert problem["column"] >= 1
        assert "should not" not in problem["message"]
        assert "Traceback" not in problem["message"]


def test_the_watching_works(tmp_path: Path) -> None:
    """What the hook is for is seen: a socket, a process, files read and written."""
    script = (
        "import os, socket, subprocess, sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from watched import Watch\n"
        f"watch = Watch([{str(tmp_path)!r}], {str(tmp_path / 'cache')!r})\n"
        "sys.addaudithook(watch.hook)\n"
        "watch.on = True\n"
        "open('/etc/hosts').close()\n"
        "subprocess.run(['true'])\n"
        "socket.socket().close()\n"
        f"open({str(tmp_path / 'new')!r}, 'w').close()\n"
        f"open({str(tmp_path / 'new')!r}).close()\n"
        f"os.remove({str(tmp_path / 'new')!r})\n"
        "watch.on = False\n"
        "print('\\n'.join(watch.found))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    found = done.stdout
    for event in ("open '/etc/hosts'", "subprocess.Popen", "socket.__new__", "to write", "os.remove"):
        assert event in found
    assert found.count("/new'") == 2
