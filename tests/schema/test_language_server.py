"""The schema in an editor, as the YAML language server itself sees it: what it completes, shows and marks.

It needs Node.js and `npm install --global yaml-language-server` (`.ci/run` installs it where npm is). What
other validators accept is not enough: this one refused the whole schema once, for an empty list.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from yamlnet.resources import gallery, schema_path

sys.path.insert(0, str(Path(__file__).parent))
from language_server import LanguageServer

COMMAND = shutil.which("yaml-language-server")
OK = Path(__file__).parents[1] / "blueprints" / "ok"

pytestmark = pytest.mark.skipif(COMMAND is None, reason="yaml-language-server is not installed (npm)")

MODEL = "yamlnet: 1\nmodel:\n  inputs: [8, 8, 1]\n  layers:\n"
WHOLE = f"{MODEL}    - Flatten\n"


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    assert COMMAND is not None
    running = LanguageServer(COMMAND, schema_path())
    yield running
    running.close()


def test_the_first_line_of_a_new_blueprint_leads_to_the_schema(tmp_path: Path) -> None:
    """By a URI, so in a folder with a blank in its name too; and by the name of a file beside it."""
    folder = tmp_path / "my blueprints"
    folder.mkdir()
    schema = folder / schema_path().name
    shutil.copy(schema_path(), schema)
    assert COMMAND is not None
    running = LanguageServer(COMMAND, None, folder)
    for name in (schema.as_uri(), schema.name):
        text = f"# yaml-language-server: $schema={name}\n{MODEL}    - Dense: {{unit: 3}}\n"
        assert (6, 15, "Property unit is not allowed.") in running.problems(text)
    running.close()


def test_nothing_right_is_marked(server: LanguageServer) -> None:
    for path in (*gallery().values(), *OK.glob("*.yaml")):
        text = path.read_text(encoding="utf-8").replace("# yaml-language-server:", "#")
        marked = [found for found in server.problems(text) if "Unused anchor" not in found[2]]
        assert (path.name, marked) == (path.name, [])


MARKED = {
    "    - Conv2D: {filters: 8, kernel_size: 3, paddin: same}": [(5, 44, "Property paddin is not allowed.")],
    "    - Conv2D:\n        filters: 8\n        kernel_size: 3\n        paddin: same": [
        (8, 9, "Property paddin is not allowed.")
    ],
    "    - Conv2D: {filters: 8, kernel_size: 3, padding: sam}": [
        (5, 53, 'Value is not accepted. Valid values: "valid", "same", "causal".')
    ],
    "    - Conv2D: {filters: eight, kernel_size: 3}": [(5, 25, 'Incorrect type. Expected "integer".')],
    "    - Conv2D: {filters: 8}": [(5, 7, 'Missing property "kernel_size".')],
    "    - Conv2d: {filters: 8, kernel_size: 3}": [(5, 7, "Property Conv2d is not allowed.")],
    "    - Flaten": [
        (5, 7, "Nothing that can stand alone is called this: the name is misspelt, or it needs")
    ],
    "    - Conv2D": [
        (5, 7, "Nothing that can stand alone is called this: the name is misspelt, or it needs")
    ],
    "    - Dense: ten": [(5, 14, 'Incorrect type. Expected "object(Dense) | integer')],
    "    - Dense: {units: 3, kernel_initializer: {HeNormal: {sed: 3}}}": [
        (5, 57, "Property sed is not allowed.")
    ],
    "    - ops.matmull: {from: [a, b]}": [(5, 7, "Property ops.matmull is not allowed.")],
    "    - ops.mean: {axs: 1}": [(5, 18, "Property axs is not allowed.")],
    "    - Dense: 3\n      as: x": [
        (5, 7, "Object has more properties than limit of 1."),
        (6, 7, "Property as is not allowed."),
    ],
    "    - layers: [Flatten]\n      fro: 3": [(6, 7, "Property fro is not allowed.")],
    "    - Bidirectional: {layer: {LSTM: {units: 3, unt: 4}}}": [(5, 48, "Property unt is not allowed.")],
    "    - Flatten\ntrian: {loss: mse}": [(6, 1, "Property trian is not allowed.")],
    "    - Flatten\ntrain: {los: mse}": [(6, 9, "Property los is not allowed.")],
    "    - Flatten\ntrain: {loss: mse, optimizer: {Adam: {learnin_rate: 1e-3}}}": [
        (6, 39, "Property learnin_rate is not allowed.")
    ],
    "    - Flatten\ntrain: {loss: mse, epochs: ten}": [(6, 28, 'Incorrect type. Expected "integer".')],
    "    - Flatten\ndata: {train: {Sklearnn: digits}}": [(6, 16, "Property Sklearnn is not allowed.")],
    "    - Flatten\nparams: {width: {defalt: 3}}": [(6, 18, "Property defalt is not allowed.")],
}
"""Lines below `layers:`, and where they are marked."""


@pytest.mark.parametrize("lines", MARKED)
def test_a_mistake_is_marked_where_it_is(lines: str, server: LanguageServer) -> None:
    found = server.problems(f"{MODEL}{lines}\n")
    assert [(line, column) for line, column, _ in found] == [one[:2] for one in MARKED[lines]]
    assert [text.startswith(one[2]) for (*_, text), one in zip(found, MARKED[lines], strict=True)] == [
        True
    ] * len(found)


OFFERED = {
    "¦": {"yamlnet", "model", "train", "params", "blocks", "data", "export", "import"},
    f"{MODEL}    - ¦": {"Conv2D", "Dense", "Flatten", "ops.matmul", "random.normal", "layers"},
    f"{MODEL}    - Con¦": {"Conv2D", "Concatenate"},
    f"{MODEL}    - Conv2D:\n        ¦": {"filters", "kernel_size", "padding", "from", "as"},
    f"{MODEL}    - Conv2D: {{filters: 3, pa¦}}": {"padding", "kernel_size", "from", "as"},
    f"{MODEL}    - Conv2D: {{filters: 3, padding: ¦}}": {"same", "valid"},
    f"{MODEL}    - Dense: {{units: 3, activation: ¦}}": {"relu", "softmax"},
    f"{MODEL}    - Dense: {{units: 3, kernel_initializer: ¦}}": {"he_normal", "HeNormal"},
    f"{WHOLE}train:\n  ¦": {"loss", "optimizer", "metrics", "callbacks", "epochs"},
    f"{WHOLE}train:\n  optimizer: ¦": {"adam", "Adam"},
    f"{WHOLE}train:\n  optimizer:\n    Adam:\n      ¦": {"learning_rate", "beta_1"},
    f"{WHOLE}train:\n  loss: ¦": {"mse", "sparse_categorical_crossentropy"},
    f"{WHOLE}train:\n  callbacks:\n    - ¦": {"EarlyStopping", "ReduceLROnPlateau"},
    f"{WHOLE}data:\n  ¦": {"train", "validation", "inputs", "targets"},
    "yamlnet: 1\nparams:\n  width:\n    ¦": {"default", "type", "min", "help"},
}


@pytest.mark.parametrize("text", OFFERED)
def test_words_are_completed(text: str, server: LanguageServer) -> None:
    assert set(server.completions(text)) >= OFFERED[text]


def test_what_is_completed_says_what_it_is(server: LanguageServer) -> None:
    arguments = server.completions(f"{MODEL}    - Conv2D:\n        ¦")
    assert "one of valid, same, causal" in arguments["padding"]["documentation"]
    assert "required" in arguments["filters"]["documentation"]
    assert "2D convolution layer" in server.completions(f"{MODEL}    - Con¦")["Conv2D"]["documentation"]


SHOWN = {
    f"{MODEL}    - Con¦v2D: {{filters: 3, kernel_size: 3}}": "2D convolution layer",
    f"{MODEL}    - Conv2D: {{filters: 3, ker¦nel_size: 3}}": "required",
    f"{MODEL}    - Fla¦tten": "Flattens the input",
    f"{MODEL}    - ops.me¦an: {{axis: 1}}": "arithmetic mean",
    f"{MODEL}    - Dense: {{units: 3, fr¦om: x}}": "What it reads",
    f"{WHOLE}tra¦in: {{loss: mse}}": "What is learnt",
    f"{WHOLE}train: {{lo¦ss: mse}}": "What is made small",
    f"{WHOLE}train: {{optimizer: {{Adam: {{learn¦ing_rate: 1}}}}}}": "default 0.001",
    "yamlnet: 1\nmodel: {inp¦uts: [4]}": "The tensors that it reads",
    "yamlnet: 1\ndata: {inputs: {x: {column: a, sc¦ale: 3}}}": "What every number is multiplied by",
}


@pytest.mark.parametrize("text", SHOWN)
def test_hovering_shows_help(text: str, server: LanguageServer) -> None:
    assert SHOWN[text] in server.hover(text)
