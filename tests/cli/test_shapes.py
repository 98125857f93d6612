"""`validate` looks at shapes: with Keras the first time, without it where nothing has changed.

What a call imports is asked of a process of its own (`call`). Where Keras is sure to be needed, this process
answers (`here`): it has Keras, and importing that takes longer than all that is asked.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from yamlnet.cli.main import main

pytestmark = pytest.mark.backend

ROOT = Path(__file__).parents[2]

RIGHT = """\
yamlnet: 1
model:
  inputs: {image: [8, 8, 1]}
  layers:
    - Conv2D: {filters: 4, kernel_size: 3}
    - Flatten
    - Dense: 3
"""
WRONG = RIGHT.replace("    - Flatten\n", "    - Flatten\n    - MaxPooling2D\n").replace("Dense: 3", "LSTM: 3")

WITHOUT = """
import sys
from yamlnet.cli.main import main
if "--no-backend" in sys.argv:
    sys.argv.remove("--no-backend")
    import yamlnet.compiler.backend as backend
    backend.installed_backends = lambda: ()
    backend.importlib.util.find_spec = lambda name: None
if "--no-keras" in sys.argv:
    sys.argv.remove("--no-keras")
    import builtins
    imports = builtins.__import__
    def unless_keras(name, *given):
        if name.partition(".")[0] == "keras":
            sys.exit(3)
        return imports(name, *given)
    builtins.__import__ = unless_keras
try:
    main(sys.argv[1:])
except SystemExit as ended:
    heavy = {"keras", "numpy", "jax", "tensorflow", "torch", "rich", "yamlnet.pipeline"}
    print("imported:", *sorted(heavy & set(sys.modules)), file=sys.stderr)
    sys.exit(ended.code)
"""


@dataclass(frozen=True)
class Told:
    """What one process said, and what it imported of what is heavy."""

    status: int
    stdout: str
    stderr: str
    imported: set[str]


@dataclass(frozen=True)
class Place:
    """A folder of one's own, with a cache of its own."""

    folder: Path
    backend: str

    def write(self, text: str, name: str = "net.yaml") -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def call(self, *arguments: str, backend: str | None = None) -> Told:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "YAMLNET_CACHE": str(self.folder / "cache"),
            "KERAS_BACKEND": backend or self.backend,
        }
        command = [sys.executable, "-W", "ignore", "-c", WITHOUT, *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        *lines, last = done.stderr.splitlines()
        assert last.startswith("imported:"), done.stderr
        return Told(done.returncode, done.stdout, "\n".join(lines), set(last.split()[1:]))

    def here(self, *arguments: str) -> Told:
        """What this process says, with the same cache."""
        cache = {"YAMLNET_CACHE": str(self.folder / "cache")}
        with contextlib.chdir(self.folder):
            told = CliRunner().invoke(main, arguments, env=cache)
        return Told(told.exit_code, told.stdout, "\n".join(told.stderr.splitlines()), {"keras"})

    def knows(self, name: str) -> bool:
        """Whether the file is answered from what was kept, in a process that ends where Keras is asked."""
        return self.call("validate", name, "--no-keras").status in (0, 1)


@pytest.fixture
def place(tmp_path: Path, backend: str) -> Place:
    return Place(tmp_path, backend)


once = pytest.mark.usefixtures("on_jax")


def test_a_right_file_is_answered_without_keras_the_second_time(place: Place) -> None:
    place.write(RIGHT)
    first = place.call("validate", "net.yaml")
    assert (first.status, first.stdout, first.stderr) == (0, "net.yaml: ok (3 layers)\n", "")
    assert {"keras", place.backend} <= first.imported
    again = place.call("validate", "net.yaml")
    assert (again.status, again.stdout, again.stderr) == (0, first.stdout, "")
    assert again.imported == set(), "it was not even parsed"
    place.write("# A comment moves every line.\n\n" + RIGHT)
    moved = place.call("validate", "net.yaml")
    assert (moved.status, moved.stdout) == (0, first.stdout)
    assert moved.imported == {"yamlnet.pipeline"}


def test_a_wrong_file_is_answered_without_keras_at_its_new_lines(place: Place) -> None:
    place.write(WRONG)
    first = place.here("validate", "net.yaml")
    assert first.status == 1
    assert first.stderr.startswith(
        "net.yaml:7:7: MaxPooling2D reads images [height, width, channels], got [144]"
    )
    again = place.call("validate", "net.yaml")
    assert (again.status, again.stderr) == (1, first.stderr)
    assert again.imported == {"yamlnet.pipeline"}
    place.write(WRONG.replace("model:", "\n\nmodel:"))
    moved = place.call("validate", "net.yaml")
    assert moved.stderr == first.stderr.replace("yaml:7:", "yaml:9:").replace("yaml:6:", "yaml:8:").replace(
        "7 |", "9 |"
    ).replace("6 |", "8 |")
    assert moved.imported == {"yamlnet.pipeline"}
    built = place.here("build", "net.yaml")
    assert (built.status, built.stderr) == (1, moved.stderr)


@once
@pytest.mark.parametrize(
    "changed", [("Dense: 3", "Dense: 4"), ("[8, 8, 1]", "[9, 8, 1]"), ("kernel_size: 3", "kernel_size: 9")]
)
def test_another_graph_is_looked_at_anew(changed: tuple[str, str], place: Place) -> None:
    place.write(RIGHT)
    place.here("validate", "net.yaml")
    assert place.knows("net.yaml")
    place.write(RIGHT.replace(*changed))
    assert not place.knows("net.yaml")
    told = place.here("validate", "net.yaml")
    assert told.status == (1 if "kernel_size: 9" in changed else 0)


@once
def test_a_damaged_cache_is_inferred_again(place: Place) -> None:
    place.write(WRONG)
    first = place.here("validate", "net.yaml")
    for file in (place.folder / "cache" / "verdicts").iterdir():
        file.write_text("[" * 100_000)
    assert not place.knows("net.yaml")
    again = place.here("validate", "net.yaml")
    assert (again.status, again.stderr) == (1, first.stderr)
    assert place.knows("net.yaml")


@once
def test_a_mistake_of_the_language_is_told_without_keras(place: Place) -> None:
    place.write(WRONG.replace("LSTM: 3", "LSTN: 3"))
    told = place.call("validate", "net.yaml")
    assert told.status == 1
    assert "LSTN" in told.stderr and "MaxPooling2D" not in told.stderr
    assert not {"keras", "numpy"} & told.imported


@once
def test_shapes_can_be_left_out(place: Place) -> None:
    place.write(WRONG)
    told = place.call("validate", "net.yaml", "--no-shapes")
    assert (told.status, told.stdout) == (0, "net.yaml: ok (4 layers)\n")
    assert told.imported == {"yamlnet.pipeline"}


@once
def test_without_a_backend_that_is_said_once(place: Place) -> None:
    place.write(WRONG)
    place.write(RIGHT, "right.yaml")
    told = place.call("validate", "net.yaml", "right.yaml", "--no-backend")
    assert (told.status, told.stdout) == (0, "net.yaml: ok (4 layers)\nright.yaml: ok (3 layers)\n")
    assert told.stderr == (
        "shapes were not checked: no backend is installed, and Keras needs one; "
        'pip install "yamlnet[jax]" (or [tensorflow], [torch])'
    )
    assert not place.knows("right.yaml"), "that answer was kept"


@once
def test_what_waits_for_the_data_is_said(place: Place) -> None:
    place.write(
        RIGHT.replace("Dense: 3", "Dense: {units: '${data.y.classes}', as: y}\n    - Dense: 2")
        + "data:\n  train: {Sklearn: digits}\n  inputs: {image: {column: image}}\n"
        "  targets: {y: {column: target}}\n"
    )
    told = place.here("validate", "net.yaml", "--quiet")
    assert (told.status, told.stdout) == (1, ""), "the target is no output"
    place.write((place.folder / "net.yaml").read_text().replace("Dense: 2", "Dense: {units: 2, as: z}"))
    place.write((place.folder / "net.yaml").read_text().replace("data:\n", "  outputs: y\ndata:\n"))
    told = place.here("validate", "net.yaml")
    assert told.stdout == "net.yaml: ok (4 layers; the shapes of 2 wait for the data)\n", told.stderr
    assert place.here("validate", "net.yaml").stdout == told.stdout


@once
def test_facts_without_data_are_refused_as_build_refuses_them(place: Place) -> None:
    place.write(RIGHT.replace("Dense: 3", "Dense: '${data.y.classes}'"))
    told = place.here("validate", "net.yaml")
    assert told.status == 1
    assert "the data knows this, and the blueprint has no data section" in told.stderr


@once
def test_each_variant_is_looked_at(place: Place) -> None:
    file = "params: {kernel: 3}\nvariants: {small: {kernel: 2}, huge: {kernel: 9}}\n"
    place.write(
        RIGHT.replace("model:", file + "model:").replace("kernel_size: 3", "kernel_size: '${kernel}'")
    )
    told = place.here("validate", "net.yaml")
    assert (told.status, told.stdout) == (1, "")
    assert "Conv2D has a kernel of 9 × 9 and reads only 8 × 8" in told.stderr
    assert 'in the variant "huge"' in told.stderr and "small" not in told.stderr.replace("{small:", "")
    assert place.here("validate", "net.yaml:small").stdout == "net.yaml:small: ok (3 layers)\n"
    again = place.call("validate", "net.yaml:small")
    assert (again.stdout, again.imported) == ("net.yaml:small: ok (3 layers)\n", set())


@once
def test_machines_get_the_same(place: Place) -> None:
    place.write(WRONG)
    told = json.loads(place.here("validate", "net.yaml", "--format", "json").stdout)
    assert [(one["line"], one["check"]) for one in told] == [(7, "shape")]
    assert told[0]["notes"][0]["line"] == 6
    assert told == json.loads(place.here("validate", "net.yaml", "--format", "json").stdout)


BIG = RIGHT.replace("[8, 8, 1]", "[1000]").replace(
    "    - Conv2D: {filters: 4, kernel_size: 3}\n    - Flatten\n", ""
)
TRAINED = (
    "data:\n  train: {Sklearn: digits}\n  inputs: {image: {column: image}}\n"
    "  targets: {y: {column: target}}\ntrain: {loss: mse, epochs: 1}\n"
)


@pytest.mark.parametrize("command", ["validate", "build", "train"])
def test_too_many_parameters_are_refused_without_keras(command: str, place: Place) -> None:
    place.write(BIG.replace("Dense: 3", "Dense: {units: 1000000000, as: y}") + TRAINED)
    told = place.call(command, "net.yaml")
    assert told.status == 1
    assert told.stderr.startswith(
        "net.yaml:5:22: Dense has at least 1,001,000,000,000 parameters "
        "(3.6 TiB in float32, 14.6 TiB to train with Adam), and a blueprint may have "
        "1,000,000,000: --max-params 2T allows this [max-params]"
    )
    assert told.imported == {"yamlnet.pipeline"}
    assert place.here("validate", "net.yaml", "--max-params", "2T").status == 0


def test_what_only_shapes_tell_is_refused_the_same_before_it_is_made(place: Place) -> None:
    place.write(
        "yamlnet: 1\nmodel:\n  inputs: {x: [null, 1, 50000]}\n"
        "  layers:\n    - ops.squeeze\n    - Dense: 300000\n"
    )  # the free axis might be of length 1, too: no rule says what is left
    told = place.here("validate", "net.yaml")
    assert "Dense has 15,000,300,000 parameters (55.9 GiB in float32" in told.stderr
    assert told.stderr.startswith("net.yaml:6:14: ")
    built = place.here("build", "net.yaml")
    assert (built.status, built.stderr) == (1, told.stderr)
    assert place.here("validate", "net.yaml", "--max-params", "20G").status == 0


@once
def test_a_number_of_parameters_that_is_none_is_misuse(place: Place) -> None:
    place.write(RIGHT)
    told = place.call("validate", "net.yaml", "--max-params", "many")
    assert told.status == 2
    assert '"many" is no number of parameters; write 2G, 2e9 or 2_000_000_000' in told.stderr


OFFERED = BIG.replace("Dense: 3", 'Dense: "${units}"').replace(
    "model:\n", "params: {units: 3}\nvariants:\n  small: {units: 2}\n  huge: {units: 1000000000}\nmodel:\n", 1
)
TOLD = """\
net.yaml:5:3: warning: the variant "huge" has at least 1,001,000,000,000 parameters (3.6 TiB in float32, \
14.6 TiB to train with Adam), and a blueprint may have 1,000,000,000: --max-params 2T allows this [max-params]
5 |   huge: {units: 1000000000}
  |   ^~~~
  net.yaml:9:7: this Dense is the largest, with 1,001,000,000,000
  9 |     - Dense: "${units}"
    |       ^~~~~"""


def test_a_file_may_offer_a_variant_that_is_too_large_to_be_built_unasked(place: Place) -> None:
    place.write(OFFERED)
    told = place.call("validate", "net.yaml", "--no-shapes")
    assert (told.status, told.stdout) == (0, "net.yaml: ok (1 layer, 2 variants)\n")
    assert told.stderr.rstrip() == TOLD
    exact = place.here("validate", "net.yaml")
    assert (exact.status, exact.stderr.rstrip()) == (0, TOLD.replace("at least ", ""))
    for command in ("validate", "build"):
        chosen = place.call(command, "net.yaml:huge")
        assert chosen.status == 1
        assert chosen.stderr.startswith("net.yaml:9:14: Dense has at least 1,001,000,000,000 parameters")


@once
def test_a_comment_says_that_a_large_variant_is_meant(place: Place) -> None:
    place.write(OFFERED)
    assert place.call("validate", "net.yaml", "--no-shapes", "--strict").status == 1
    assert place.call("validate", "net.yaml", "--no-shapes", "--max-params", "2T").stderr == ""
    place.write(OFFERED.replace("000}\n", "000}  # yamlnet: ignore[max-params]\n"))
    told = place.here("validate", "net.yaml", "--strict")
    assert (told.status, told.stderr) == (0, "")
    assert place.call("validate", "net.yaml:huge", "--strict").status == 1  # no comment lifts the limit


@once
def test_what_else_is_wrong_with_a_large_variant_is_told(place: Place) -> None:
    wrong = OFFERED.replace("huge: {units:", "huge: {rank: 2, units:").replace(
        "params: {", "params: {rank: 1, "
    )
    place.write(
        wrong.replace("layers:\n", 'layers:\n    - MaxPooling1D: {pool_size: 2, if: "${rank > 1}"}\n', 1)
    )
    told = place.here("validate", "net.yaml")
    assert told.status == 1
    assert "MaxPooling1D" in told.stderr
    assert 'in the variant "huge"' in told.stderr
