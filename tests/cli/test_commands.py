"""The commands that need no backend, as a user calls them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from yamlnet import __version__
from yamlnet.cli.main import COMMANDS, main
from yamlnet.resources import gallery, schema_path

ROOT = Path(__file__).parents[2]
WRONG = "yamlnet: 1\nmodel:\n  inputs: [4]\n  layers:\n    - Dense: {units: 3, activaton: relu}\n"
RIGHT = WRONG.replace("activaton", "activation")

WITHOUT = """
import sys
from yamlnet.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    heavy = {"keras", "numpy", "jax", "tensorflow", "torch", "rich", "matplotlib", "sklearn", "pyarrow"}
    print("imported:", sorted(heavy & set(sys.modules)), file=sys.stderr)
    sys.exit(ended.code)
"""


def call(*arguments: str) -> Result:
    """Call a command; `validate` without the shapes, which need Keras (tests/cli/test_shapes.py)."""
    without = ["--no-shapes"] if arguments[:1] == ("validate",) else []
    return CliRunner().invoke(main, [*arguments, *without])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    (tmp_path / "right.yaml").write_text(RIGHT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_help_lists_every_command_with_what_it_does() -> None:
    told = call("--help")
    assert told.exit_code == 0
    for name, short in COMMANDS.items():
        assert name in told.output and short in told.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    told = call(name, "--help")
    assert told.exit_code == 0
    assert f"yamlnet {name}" in told.output
    assert "Example:" in told.output
    assert COMMANDS[name] == main.get_command(None, name).short_help  # type: ignore[arg-type, union-attr]


def test_the_version_is_told() -> None:
    assert __version__ in call("--version").output


def test_a_mistake_ends_with_1_and_only_the_diagnostic(here: Path) -> None:
    told = call("validate", "wrong.yaml")
    assert told.exit_code == 1
    assert told.stdout == ""
    assert told.stderr.startswith('wrong.yaml:5:25: layer "Dense" has no argument "activaton"; did you mean')
    assert "^~~~~~~~~" in told.stderr


def test_a_right_file_ends_with_0(here: Path) -> None:
    told = call("validate", "right.yaml")
    assert (told.exit_code, told.stdout, told.stderr) == (0, "right.yaml: ok (1 layer)\n", "")
    assert call("validate", "right.yaml", "--quiet").output == ""


def test_several_files_are_told_together(here: Path) -> None:
    told = call("validate", "right.yaml", "wrong.yaml", "missing.yaml", "--format", "json")
    assert told.exit_code == 1
    problems = json.loads(told.stdout)
    assert [(one["file"], one["line"], one["column"]) for one in problems] == [
        ("missing.yaml", 1, 1), ("wrong.yaml", 5, 25),
    ]  # fmt: skip


def test_github_annotations(here: Path) -> None:
    told = call("validate", "wrong.yaml", "--format", "github")
    assert told.stdout.startswith("::error file=wrong.yaml,line=5,endLine=5,col=25,endColumn=33")


def test_a_value_is_overridden_and_its_mistakes_are_told_at_the_option(here: Path) -> None:
    (here / "param.yaml").write_text(
        'yamlnet: 1\nparams: {width: 3}\nmodel:\n  inputs: [4]\n  layers:\n    - Dense: "${width}"\n'
    )
    assert call("validate", "param.yaml", "--set", "width=5").exit_code == 0
    told = call("validate", "param.yaml", "--set", "width=wide")
    assert told.exit_code == 1
    assert '--set:1:1: parameter "width" must be a whole number, as its default 3 is' in told.stderr
    told = call("validate", "param.yaml", "--set", "widht=5")
    assert told.exit_code == 1
    assert 'did you mean "width"' in told.stderr


def test_of_many_problems_alike_all_are_shown_if_asked(here: Path) -> None:
    lines = "".join(f"    - Dense: {{units: 3, word{number}: 1}}\n" for number in range(25))
    (here / "many.yaml").write_text(
        f"yamlnet: 1\nmodel:\n  inputs: [4]\n  layers:\n{lines}", encoding="utf-8"
    )
    told = call("validate", "many.yaml").output
    assert "word19" in told and "word20" not in told
    assert "… and 5 more like this in many.yaml [unknown-argument]; --all shows them\n25 errors\n" in told
    assert "word24" in call("validate", "many.yaml", "--all").output
    assert len(json.loads(call("validate", "many.yaml", "--format", "json").stdout)) == 25


def test_misuse_ends_with_2(here: Path) -> None:
    assert call("validate").exit_code == 2
    assert call("validate", "right.yaml", "--nonsense").exit_code == 2
    told = call("vaildate", "right.yaml")
    assert told.exit_code == 2
    assert 'did you mean "validate"' in told.stderr


def test_a_missing_file_is_told_without_a_traceback(here: Path) -> None:
    told = call("validate", "rihgt.yaml")
    assert told.exit_code == 1
    assert 'there is no file "rihgt.yaml"; did you mean "right.yaml"?' in told.stderr
    assert "Traceback" not in told.output


def test_debug_shows_the_traceback(here: Path) -> None:
    told = call("show", "wrong.yaml", "--debug")
    assert type(told.exception).__name__ == "BlueprintError"


@pytest.mark.parametrize("file", ["wrong.yaml", "right.yaml"])
def test_validate_imports_nothing_heavy(here: Path, file: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, "validate", file, "--no-shapes"],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == (1 if file == "wrong.yaml" else 0)
    assert "imported: []" in done.stderr


def test_show_draws_text_and_files(here: Path) -> None:
    assert "dense" in call("show", "right.yaml").output
    for name, begins in {"graph.dot": "digraph", "graph.mmd": "flowchart", "graph.svg": "<?xml"}.items():
        told = call("show", "right.yaml", "-o", name)
        assert told.exit_code == 0, told.output
        assert (here / name).read_text(encoding="utf-8").startswith(begins)
    assert call("show", "right.yaml", "-o", "graph.png").exit_code == 0
    assert (here / "graph.png").read_bytes().startswith(b"\x89PNG")
    assert call("show", "right.yaml", "-o", "graph.jpg").exit_code == 2


def test_schema_explains_and_prints() -> None:
    told = call("schema", "Conv2D").output
    assert "kernel_size" in told and "required" in told and "keras.layers.Conv2D" in told
    assert "x1" in call("schema", "ops.matmul").output
    assert "not in a blueprint" in call("schema", "Lambda").output
    assert json.loads(call("schema").output) == json.loads(schema_path().read_text(encoding="utf-8"))
    told2 = call("schema", "Conv2")
    assert told2.exit_code == 2 and "did you mean" in told2.stderr


def test_new_lists_and_copies_the_gallery(here: Path) -> None:
    assert all(name in call("new").output for name in gallery())
    told = call("new", "digits")
    assert told.exit_code == 0
    assert "yamlnet train digits.yaml" in told.output
    first = (here / "digits.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema={schema_path().as_uri()}"
    assert call("validate", "digits.yaml").exit_code == 0
    assert call("new", "digits").exit_code == 2
    assert call("new", "digits", "--force").exit_code == 0
    assert 'did you mean "digits"' in call("new", "digit").stderr
    assert 'did you mean "sentiment/bert" or "text/bert"?' in call("new", "bert").stderr


def test_the_schema_beside_a_new_blueprint_is_the_one_it_names(here: Path) -> None:
    told = call("schema", "-o", "blueprint-1.schema.json")
    assert told.output.startswith("wrote blueprint-1.schema.json\n")
    assert (here / "blueprint-1.schema.json").read_bytes() == schema_path().read_bytes()
    assert call("new", "digits").exit_code == 0
    header = (here / "digits.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert header == "# yaml-language-server: $schema=blueprint-1.schema.json"
    assert header.removeprefix("# ") in told.output.replace("# ", "")
    assert call("schema", "Conv2D", "-o", "x.json").exit_code == 2


def test_new_brings_what_a_blueprint_names(here: Path) -> None:
    told = call("new", "speech/lstm", "-o", "mine/words.yaml")
    assert (told.exit_code, (here / "mine/speech/cnn.yaml").is_file()) == (0, True)
    assert call("validate", "--strict", "mine/words.yaml").exit_code == 0
    assert call("new", "fashion/vit").exit_code == 0
    assert call("validate", "--strict", "vit.yaml").exit_code == 0
    (here / "vision/vit.yaml").write_text("mine: 1\n")
    assert call("new", "fashion/vit", "-o", "another.yaml").exit_code == 2
    assert not (here / "another.yaml").exists()


def test_what_new_writes_is_settled(here: Path) -> None:
    assert call("new", "vision/convnext").exit_code == 0
    assert call("fmt", "--check", "convnext.yaml").output == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_the_program(shell: str) -> None:
    told = call("completion", shell)
    assert told.exit_code == 0
    assert "_YAMLNET_COMPLETE" in told.output


def test_python_m_is_the_same_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "yamlnet", "--version"], capture_output=True, text=True, cwd=ROOT
    )
    assert __version__ in done.stdout
