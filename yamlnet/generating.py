"""What a finished run makes up: rows of an objective that learnt to make them, texts of a language model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from yamlnet.run_rows import reload, resolved_of, run_data

if TYPE_CHECKING:
    import numpy as np

    from yamlnet.data.dataset import Dataset
    from yamlnet.decoding.choice import Choice
    from yamlnet.runner.generate_text import TextWriter, Written
    from yamlnet.runner.run import Run


def generates(folder: str | Path) -> tuple[str, str | None]:
    """A run's objective and what it generates, `rows`, `tokens` or nothing, told without Keras.

    Raises:
        YamlnetError: it is no run folder.
    """
    from yamlnet.runner.files import read_manifest
    from yamlnet.schema.objective_words import known_words

    read_manifest(Path(folder))  # says what is wrong where it is no run
    name = resolved_of(Path(folder)).plan.objective.name
    return name, known_words(name).generates


def generate(run: Run, count: int = 16, seed: int = 0, data: str | Path | None = None) -> np.ndarray:
    """New rows that a run makes up, of shape (count, *row's shape), as the model's numbers are.

    What a conditional model reads besides noise is taken from the run's own test rows, in their order.

    Args:
        run: from `train` or `open_run`.
        count: how many rows.
        seed: decides the noise.
        data: as in `evaluate`.

    Raises:
        YamlnetError: the run's objective generates nothing.
    """
    from yamlnet.runner.generate import generate_rows

    plan, dataset = run_data(run, data)
    return generate_rows(run, plan, _conditions(dataset, count), seed)


def generate_text(
    run: Run,
    prompts: Sequence[str] = (),
    count: int = 1,
    length: int = 200,
    choice: Choice | None = None,
    data: str | Path | None = None,
) -> list[Written]:
    """Texts that a run's language model writes after prompts, `count` after each.

    Args:
        run: from `train` or `open_run`.
        prompts: how the texts begin; none: as some of the run's test rows do, or at its mark of a start.
        count: how many texts after each.
        length: the most tokens that are written of each.
        choice: how the next token is chosen; default: as likely as the model says.
        data: as in `evaluate`.

    Raises:
        YamlnetError: the run's objective writes no texts, or a prompt is empty.
    """
    from yamlnet.decoding.choice import Choice

    writer = text_writer(run, data)
    return writer.write(list(prompts) or writer.openings(), count, length, choice or Choice())


def text_writer(run: Run, data: str | Path | None = None) -> TextWriter:
    """What writes texts with a run, also piece by piece; `data` as in `evaluate`."""
    from yamlnet.runner.generate_text import TextWriter

    return TextWriter(run, reload(run).plan, lambda: run_data(run, data)[1])


def generated_picture(run: Run, rows: np.ndarray, data: str | Path | None = None) -> bytes | None:
    """A PNG of generated rows; None where they are no images. Training rows say what is black and white."""
    from yamlnet.runner.generate import are_images, grid

    if not are_images(rows):
        return None
    inputs = run_data(run, data)[1].train.first().inputs.values()
    real = next((values for values in inputs if values.shape[1:] == rows.shape[1:]), rows)
    return grid(rows, float(real.min()), float(real.max()))


def _conditions(dataset: Dataset, count: int) -> dict[str, np.ndarray]:
    """Inputs of so many rows that were not trained on, if there are any; they begin again at their end."""
    import numpy as np

    inputs = (dataset.test or dataset.validation or dataset.train).first().inputs
    return {name: values[np.arange(count) % len(values)] for name, values in inputs.items()}
