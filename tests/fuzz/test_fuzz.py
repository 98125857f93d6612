"""A short run of what `campaign.py` and `atheris_blueprint.py` do at length, and what they once found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HERE = Path(__file__).parent
FOUND = sorted((HERE / "regressions").glob("*.yaml"))

SHORT = """
import json, sys, tempfile
from pathlib import Path
sys.path.insert(0, {here!r})
from campaign import run
from examine import close_the_door
from mutations import KINDS
close_the_door()
print(json.dumps([run(kind, seed, inputs, 30, Path({keep!r})) for kind, seed, inputs in {asked!r}]))
"""


def test_what_was_found_once(tmp_path: Path) -> None:
    """Each made something other than a located `BlueprintError`; the door is closed for one process."""
    assert FOUND
    code = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(HERE)!r})
from examine import close_the_door, examine
close_the_door()
for path in {[str(path) for path in FOUND]!r}:
    print(path)
    verdict = examine(Path(path).read_bytes(), Path({str(tmp_path)!r}))
    assert not verdict.read, path
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-200:] + done.stderr[-2000:]


def test_a_seeded_run_finds_nothing(tmp_path: Path) -> None:
    asked = [("bytes", 7, 300), ("yaml", 7, 600), ("near-text", 7, 200), ("near-value", 7, 150)]
    code = SHORT.format(here=str(HERE), keep=str(tmp_path), asked=asked)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    import json

    found = json.loads(done.stdout)
    assert [one["inputs"] for one in found] == [300, 600, 200, 150]
    assert [one["defects"] for one in found] == [{}, {}, {}, {}]
    assert all(one["memory_growth_mib"] < 200 for one in found)
    assert sum(one["read"] for one in found) > 3, "nothing that is right is made any more"
    assert max(one["checks"] for one in found) > 30, "too few kinds of mistakes are made"


sys.path.insert(0, str(HERE))
from examine import examine  # noqa: E402
from mutations import KINDS, Seeds  # noqa: E402

SEEDS = Seeds()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(rng=st.randoms(use_true_random=False))
def test_any_file_is_read_or_refused_with_places(
    kind: str, rng: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Hypothesis finds less than a seeded run in the same time, but shrinks what it finds."""
    folder = tmp_path_factory.getbasetemp() / "fuzz"
    folder.mkdir(exist_ok=True)
    examine(KINDS[kind](rng, SEEDS), folder)  # type: ignore[arg-type]


@settings(max_examples=150)
@given(data=st.binary(max_size=300))
def test_any_bytes(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp() / "fuzz"
    folder.mkdir(exist_ok=True)
    examine(data, folder)
