"""A seeded sample of mutants: every mistake is refused where it is, nothing crashes, what is right passes.

One mutant is tried again by its id: `python benchmarks/mutations.py "vision/resnet.yaml rename-key 17"`.
Thousands of them, without an id.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from mutants.sample import KINDS, ROOT, mutants, originals
from mutants.trial import Trial, Workbench

SHARE = 0.98
"""Of what is refused, as much is told by a problem on the line of the change or of its direct use.

Of the rest a note that is shown names it.
"""


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    bench = Workbench(tmp_path_factory.mktemp("bench"), ROOT)
    return [bench.try_out(mutant) for mutant in mutants([0])]


def told(trials: Iterator[Trial]) -> list[str]:
    """The mutants in question, each with what reproduces it."""
    return [f"{trial.mutant.id}: {trial.mutant.what}" for trial in trials]


def test_there_are_mutants_of_every_file_and_kind(trials: list[Trial]) -> None:
    assert len(originals()) >= 50
    assert {trial.mutant.original.name for trial in trials} == set(originals())
    assert {trial.mutant.kind for trial in trials} == set(KINDS)
    assert len(trials) > 500


def test_none_crashes(trials: list[Trial]) -> None:
    assert [trial.mutant.id + trial.crash for trial in trials if trial.answer == "crashed"] == []


def test_every_mistake_is_refused(trials: list[Trial]) -> None:
    assert told(trial for trial in trials if trial.missed) == []


def test_what_means_the_same_is_accepted(trials: list[Trial]) -> None:
    assert told(trial for trial in trials if trial.false) == []


def test_every_mistake_is_told_where_it_is(trials: list[Trial]) -> None:
    refused = [trial for trial in trials if trial.answer == "refused"]
    assert len(refused) > 400
    assert told(trial for trial in refused if not trial.located) == []


def test_nearly_every_mistake_has_its_problem_where_it_is(trials: list[Trial]) -> None:
    refused = [trial for trial in trials if trial.answer == "refused"]
    elsewhere = told(trial for trial in refused if not trial.exact)
    assert len(elsewhere) <= (1 - SHARE) * len(refused), elsewhere


def test_the_oracle_can_say_no(trials: list[Trial]) -> None:
    """Each of its voices is heard, and not for the same mutants."""
    heard = Counter(trial.verdict for trial in trials)
    assert set(heard) == {"equivalent", "not-yaml", "not-in-schema", "known", "open"}
