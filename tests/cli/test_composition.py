"""Commands on blueprints of several files and variants: resolve, lock, --locked, validate."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from yamlnet.cli.main import main
from yamlnet.pipeline import load

GOLDEN = Path(__file__).parents[1] / "blueprints"

VARIANTS = """\
yamlnet: 1
params: {depths: [1, 2]}
variants:
  good: {depths: [2, 2]}
  bad: {depths: [3]}
  worse: {train: {optimzer: adam}}
model:
  inputs: {x: [4]}
  layers:
    - Dense: {units: 3, for: "${depths[0]}"}
    - Dense: {units: 3, for: "${depths[1]}"}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("ok", "parts"):
        shutil.copytree(GOLDEN / folder, tmp_path / folder)
    (tmp_path / "variants.yaml").write_text(VARIANTS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments: str) -> Result:
    """Call a command; `validate` without the shapes, which need Keras (tests/cli/test_shapes.py)."""
    without = ["--no-shapes"] if arguments[:1] == ("validate",) else []
    return CliRunner().invoke(main, [*arguments, *without])


def test_resolve_prints_a_blueprint_that_means_the_same(here: Path) -> None:
    told = call("resolve", "ok/extends.yaml", "--set", "width=3")
    assert told.exit_code == 0
    assert "# --set width" not in told.stdout, "the origin of an expression's value is the expression"
    assert call("resolve", "ok/extends.yaml", "--set", "width=3", "-o", "whole.yaml").exit_code == 0
    assert (here / "whole.yaml").read_text() == told.stdout
    whole, written = load("whole.yaml").plan, load("ok/extends.yaml", ["width=3"]).plan
    assert [node.name for node in whole.models["model"].nodes] == [
        node.name for node in written.models["model"].nodes
    ]


def test_resolve_explains_one_value(here: Path) -> None:
    told = call("resolve", "ok/extends.yaml", "--set", "width=3", "--explain", "width")
    assert told.stdout.splitlines()[:3] == [
        "width = 3",
        "  --set width: 3",
        "  instead of 16, ok/extends.yaml:6:10: width: 16",
    ]
    told = call("resolve", "ok/extends.yaml", "--explain", "wdith")
    assert told.exit_code == 2
    assert 'did you mean "width"' in told.stderr


def test_resolve_writes_keras_s_defaults_when_asked(here: Path) -> None:
    told = call("resolve", "ok/minimal.yaml", "--defaults")
    assert "use_bias: true" in told.stdout
    assert "# Keras's default" in told.stdout


def test_a_library_has_nothing_to_resolve_or_build(here: Path) -> None:
    assert call("validate", "parts/gates.yaml").stdout == "parts/gates.yaml: ok (1 block)\n"
    for command in ("resolve", "build", "train"):
        told = call(command, "parts/gates.yaml")
        assert told.exit_code == 1
        assert "no model to" in told.stderr


def test_lock_and_locked(here: Path) -> None:
    assert call("validate", "ok/imports.yaml", "--locked").exit_code == 1
    told = call("lock", "ok/imports.yaml", "ok/extends.yaml")
    assert told.stdout == "wrote ok/blueprint.lock: 3 files\n"
    assert call("validate", "ok/imports.yaml", "ok/extends.yaml", "--locked").exit_code == 0
    path = here / "parts" / "gates.yaml"
    path.write_text(path.read_text().replace("default: 4", "default: 5"))
    told = call("validate", "ok/imports.yaml")
    assert told.exit_code == 0
    assert "warning:" in told.stderr
    told = call("validate", "ok/imports.yaml", "--locked")
    assert told.exit_code == 1
    assert "[drift]" in told.stderr
    assert "imported here" in told.stderr


def test_there_may_be_nothing_to_lock(here: Path) -> None:
    assert "nothing to pin" in call("lock", "ok/minimal.yaml").stdout
    assert not (here / "ok" / "blueprint.lock").exists()


def test_validate_checks_the_variants_with_the_file(here: Path) -> None:
    told = call("validate", "variants.yaml")
    assert told.exit_code == 1
    assert told.stdout == ""
    heads = [line for line in told.stderr.splitlines() if line.endswith("]")]
    assert heads == [
        'variants.yaml:6:19: train has no key "optimzer"; did you mean "optimizer"? [unknown-key]',
        "variants.yaml:11:40: there is no item [1]; the last is [0] [expression]",
    ]
    assert 'variants.yaml:5:3: in the variant "bad"' in told.stderr
    told = call("validate", "variants.yaml:good")
    assert told.exit_code == 0
    assert told.stdout == "variants.yaml:good: ok (4 layers)\n"
    told = call("validate", "variants.yaml:god")
    assert 'there is no variant "god"; did you mean "good"?' in told.stderr


def test_what_is_no_file_of_this_machine_is_not_opened(here: Path) -> None:
    told = call("build", "https://example.org/net.yaml")
    assert told.exit_code == 1
    assert "is not a file of this machine" in told.stderr
