"""Four times the blueprint takes about four times as long: nothing that a file may hold costs its square.

The files are small enough to be quick and large enough that a square shows; a ratio of CPU times, the best of
several, does not depend on the machine or on what else runs on it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.diagnostics.report import render
from yamlnet.pipeline import load

MODEL = "model:\n  inputs: {x: [4]}\n"
LEARN = "data:\n  train: {Csv: rows.csv}\n"

SHAPES: dict[str, tuple[int, Callable[[int], str]]] = {
    "layers in a loop": (2000, lambda n: f"{MODEL}  layers:\n    - Dense: {{units: 4, for: {n}}}\n"),
    "layers that learn": (
        2000,
        lambda n: (
            f"{MODEL}  layers:\n    - Dense: {{units: 4, for: {n}}}\n    - Dense: {{units: 3, as: y}}\n"
            f"{LEARN}train: {{loss: mse, metrics: [mae]}}\n"
        ),
    ),
    "calls that change nothing": (
        2000,
        lambda n: (
            f"{MODEL}  layers:\n    - Dropout: {{rate: 0.1, for: {n}}}\n    - ReLU: {{as: y}}\n"
            f"{LEARN}train: {{loss: mse}}\n"
        ),
    ),
    "layers written out": (500, lambda n: f"{MODEL}  layers:\n" + "    - Dense: {units: 4}\n" * n),
    "names": (
        500,
        lambda n: (
            f"{MODEL}  layers:\n"
            + "".join(
                f"    - Dense: {{units: 4, from: {'x' if i == 0 else f'n{i - 1}'}, as: n{i}}}\n"
                for i in range(n)
            )
        ),
    ),
    "outputs": (
        200,
        lambda n: (
            f"{MODEL}  layers:\n"
            + "".join(f"    - Dense: {{units: 4, from: x, as: n{i}}}\n" for i in range(n))
            + f"  outputs: [{', '.join(f'n{i}' for i in range(n))}]\n"
            + f"{LEARN}train: {{loss: mse, metrics: [mae]}}\n"
        ),
    ),
    "inputs": (
        200,
        lambda n: (
            f"model:\n  inputs: {{{', '.join(f'n{i}: [4]' for i in range(n))}}}\n  layers:\n"
            f"    - Add: {{from: [{', '.join(f'n{i}' for i in range(n))}]}}\n{LEARN}train: {{loss: mse}}\n"
        ),
    ),
    "parameters": (
        500,
        lambda n: (
            f"params: {{{', '.join(f'n{i}: {i}' for i in range(n))}}}\n{MODEL}  layers:\n"
            + "".join(f'    - Dense: "${{n{i} + 1}}"\n' for i in range(n))
        ),
    ),
    "blocks": (
        300,
        lambda n: (
            "blocks:\n"
            + "".join(f"  n{i}: {{layers: [ReLU]}}\n" for i in range(n))
            + f"{MODEL}  layers: [{', '.join(f'n{i}' for i in range(n))}]\n"
        ),
    ),
    "blocks in blocks": (30, lambda n: _nested(50, n)),
    "models": (
        100,
        lambda n: (
            "models:\n"
            + "".join(f"  n{i}: {{inputs: {{x: [4]}}, layers: [Dense: 4]}}\n" for i in range(n))
            + f"{MODEL}  layers: [{', '.join(f'n{i}' for i in range(n))}]\n"
        ),
    ),
    "unknown layers": (
        200,
        lambda n: f"{MODEL}  layers:\n" + "".join(f"    - Dens{i}: 3\n" for i in range(n)),
    ),
    "unknown keys": (
        300,
        lambda n: f"{MODEL}  layers: [ReLU]\n" + "".join(f"keyy{i}: 3\n" for i in range(n)),
    ),
    "unknown names": (
        200,
        lambda n: (
            f"{MODEL}  layers:\n"
            + "".join(f"    - Dense: {{units: 4, from: m{i}, as: n{i}}}\n" for i in range(n))
        ),
    ),
    "warnings": (
        500,
        lambda n: f"params: {{a: [{', '.join(['no', '012'] * n)}]}}\n{MODEL}  layers: [ReLU]\n",
    ),
    "metrics": (
        100,
        lambda n: (
            f"{MODEL}  layers:\n    - Dense: {{units: 3, as: y}}\n{LEARN}train:\n  loss: mse\n  metrics:\n"
            + "".join(f"    - MeanMetricWrapper: {{name: n{i}, fn: mse}}\n" for i in range(n))
        ),
    ),
    "columns": (
        500,
        lambda n: (
            f"{MODEL}  layers:\n    - Dense: {{units: 3, as: y}}\n{LEARN}"
            f"  inputs: {{x: {{columns: [{', '.join(f'c{i}' for i in range(n))}]}}}}\ntrain: {{loss: mse}}\n"
        ),
    ),
    "ignored checks": (
        300,
        lambda n: f"{MODEL}  layers:\n" + "    - Dense: 012  # yamlnet: ignore[leading-zero]\n" * n,
    ),
    "aliases": (300, lambda n: f"{MODEL}  layers:\n    - Dense: &a {{units: 4}}\n" + "    - Dense: *a\n" * n),
    "comments that are glued": (500, lambda n: f"{MODEL}  layers: [ReLU]\n" + "# ]#\n" * n + 'name: "]#"\n'),
    "models that call each other": (
        15,
        lambda n: (
            "models:\n  n0: {inputs: {x: [4]}, layers: [ReLU]}\n"
            + "".join(f"  n{i}: {{inputs: {{x: [4]}}, layers: [n{i - 1}]}}\n" for i in range(1, n))
            + f"{MODEL}  layers: [n{n - 1}]\n"
        ),
    ),
    "models with nothing": (1000, lambda n: "models:\n" + "".join(f"  n{i}:\n" for i in range(n)) + MODEL),
    "names that are made": (
        100,
        lambda n: (
            "blocks:\n  unused:\n    layers:\n"
            + "".join(f'      - Dense: {{units: 3, as: "a{i}${{1}}b"}}\n' for i in range(n))
            + "".join(f"      - Dense: {{units: 3, from: q{i}}}\n" for i in range(n))
            + f"{MODEL}  layers: [ReLU]\n"
        ),
    ),
    "outputs behind each other": (
        200,
        lambda n: (
            f"{MODEL}  layers:\n"
            + "".join(f"    - ReLU: {{as: n{i}}}\n" for i in range(n))
            + f"  outputs: [{', '.join(f'n{i}' for i in range(n))}]\n{LEARN}train: {{loss: mse}}\n"
        ),
    ),
    "loops in loops": (
        500,
        lambda n: (
            f"{MODEL}  layers:\n    - layers: [{{layers: [ReLU], for: {{i: 20}}}}]\n"
            f"      for: {{j: {n // 10}}}\n"
        ),
    ),
}


def _nested(depth: int, uses: int) -> str:
    blocks = "".join(f"  n{i}: {{layers: [n{i - 1}]}}\n" for i in range(1, depth))
    return (
        f"blocks:\n  n0: {{layers: [ReLU]}}\n{blocks}{MODEL}  layers:\n    - n{depth - 1}: {{for: {uses}}}\n"
    )


def seconds(path: Path) -> float:
    """The least CPU time of several that a file takes to be loaded and reported."""
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        try:
            loaded = load(path)
        except BlueprintError as error:
            render(error.diagnostics, error.trees, "text")
        else:
            render(loaded.warnings, loaded.tree, "text")
        best = min(best, time.process_time() - begin)
    return best


@pytest.mark.parametrize("shape", SHAPES)
def test_time_grows_with_the_file(shape: str, tmp_path: Path) -> None:
    size, text = SHAPES[shape]
    path = tmp_path / "a.yaml"
    times = []
    for many in (size, 4 * size):
        path.write_text(f"yamlnet: 1\n{text(many)}")
        times.append(seconds(path))
    assert times[1] < 8 * times[0] + 0.02, f"{times[0]:.3f} s, then {times[1]:.3f} s"
