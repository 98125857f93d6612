"""A seeded sample of mistakes of shape: refused in our words, and both places named; nothing else is raised.

More of them, over the whole gallery: `python benchmarks/mutations.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from mutants.sample import OF_SHAPE, ROOT, mutants
from mutants.trial import Trial, Workbench, inferred

pytestmark = [pytest.mark.backend, pytest.mark.slow]

SMALL = (
    "digits.yaml", "mlp.yaml", "functional.yaml", "attention.yaml", "lstm.yaml", "vision/lenet5.yaml",
    "text/lstm_classifier.yaml", "sequence/tcn.yaml", "ok/wiring.yaml", "ok/operations.yaml",
    "ok/blocks.yaml",
)  # fmt: skip


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    folder = tmp_path_factory.mktemp("bench")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YAMLNET_CACHE", str(folder / "cache"))
        bench = Workbench(folder / "files", ROOT, inferred)
        return [bench.try_out(mutant) for mutant in mutants([0, 1], OF_SHAPE, SMALL)]


def test_shapes_are_refused_where_they_are_wrong(trials: list[Trial]) -> None:
    assert {trial.mutant.kind for trial in trials} == set(OF_SHAPE)
    assert [trial.mutant.id + trial.crash for trial in trials if trial.answer == "crashed"] == []
    assert [trial.mutant.id for trial in trials if trial.missed] == []
    refused = [trial for trial in trials if trial.answer == "refused"]
    assert len(refused) > 10
    assert [trial.mutant.id for trial in refused if not trial.located] == []
