"""A package's objective: found by an entry point, checked without Keras, trained and opened again."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from yamlnet.cli.main import main
from yamlnet.schema import objective_plugins

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("on_jax")]

WORDS = """
from yamlnet.catalog import types as t
from yamlnet.catalog.entry import Argument
from yamlnet.schema.objective_terms import Measure, ObjectiveWords

OBJECTIVES = {
    "Centre": ObjectiveWords(
        help="The output is brought near to a number.",
        arguments=(Argument("at", t.Number(), required=True, help="the number"),),
        measures=(Measure("loss"),),
        implementation="acme_centre:Centre",
    ),
}
"""

IMPLEMENTATION = '''
from keras import ops

from yamlnet.compiler.structure import model_inputs
from yamlnet.objectives.objective import Objective, Phase, compiled


class Centre(Objective):
    """Minimise (output - at)²."""

    def __init__(self, setting):
        super().__init__(setting)
        optimizer = setting.optimizer()
        compiled(setting.models["model"], optimizer)
        self.phases = (Phase("train", ("model",), optimizer),)

    def losses(self, models, batch, phase, training):
        model = models["model"]
        told = model(model_inputs(model, batch.inputs), training=training)
        loss = ops.mean(ops.square(told - self.setting.argument("at")))
        self.track(ops.shape(told)[0], loss=loss)
        return loss
'''

BLUEPRINT = """\
yamlnet: 1
model:
  inputs: {x: [64]}
  layers: [{Dense: 1}]
data:
  train: {Sklearn: digits}
  inputs: {x: {column: image, reshape: [64], scale: "${1 / 16}"}}
train:
  objective: {acme_test.Centre: {at: 3}}
  optimizer: {Adam: 0.03}
  epochs: 3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path with an installed package that offers an objective, and a blueprint of it."""
    info = tmp_path / "acme_test-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme_test\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[yamlnet.objectives]\nacme_test = acme_words:OBJECTIVES\n")
    (tmp_path / "acme_words.py").write_text(WORDS)
    (tmp_path / "acme_centre.py").write_text(IMPLEMENTATION)
    (tmp_path / "centre.yaml").write_text(BLUEPRINT)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    objective_plugins.found.cache_clear()
    objective_plugins.objectives_of.cache_clear()


def told(*arguments: str) -> str:
    done = CliRunner().invoke(main, [*arguments])
    return f"{done.output} exit {done.exit_code}"


def test_it_is_trained_and_opened_again(folder: Path) -> None:
    assert "exit 0" in told("train", "centre.yaml", "-o", "run", "--quiet")
    predicted = told("predict", "run", "--format", "json")
    evaluated = told("evaluate", "run", "--on", "train")
    assert "exit 0" in predicted and "exit 0" in evaluated
    loss = float(next(line.split()[-1] for line in evaluated.splitlines() if "loss" in line))
    assert loss < 0.5  # 9 where nothing is learnt: the outputs begin near 0


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("acme_test.Centre: {}", 'objective "acme_test.Centre" needs "at": the number [missing-argument]'),
        ("acme_test.Centre: {att: 3}", 'has no argument "att"; did you mean "at"?'),
        (
            "acme_test.Center: {at: 3}",
            'the plugin "acme_test" has no objective "Center"; did you mean "Centre"? [unknown-objective]',
        ),
        (
            "acme_tset.Centre: {at: 3}",
            'no installed plugin with objectives is called "acme_tset"; did you mean "acme_test"?',
        ),
    ],
)
def test_its_mistakes_are_told(folder: Path, written: str, expected: str) -> None:
    (folder / "wrong.yaml").write_text(BLUEPRINT.replace("acme_test.Centre: {at: 3}", written))
    found = told("validate", "wrong.yaml")
    assert "wrong.yaml:9:" in found
    assert expected in found


@pytest.mark.parametrize(
    ("module", "text", "expected"),
    [
        ("acme_words.py", "import nothing_of_that_name", "fails: ModuleNotFoundError"),
        ("acme_words.py", "OBJECTIVES = {'Centre': 3}", "is no mapping of names to ObjectiveWords"),
        ("acme_centre.py", "Centre = 3", "is no subclass of yamlnet.objectives.objective.Objective"),
        ("acme_centre.py", "import nothing_of_that_name", "fails: ModuleNotFoundError"),
    ],
)
def test_a_package_that_fails_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, module: str, text: str, expected: str
) -> None:
    import sys

    for name in ("acme_words", "acme_centre"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    (folder / module).write_text(text)
    assert expected in told("train", "centre.yaml", "-o", "run", "--quiet")
