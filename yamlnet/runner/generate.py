"""Rows that a trained run makes up: numbers from its objective, a picture where they are images."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.resolver.plan import Plan
from yamlnet.runner.run import Run
from yamlnet.runner.steps import make_objective, unrecorded
from yamlnet.schema.objective_words import known_words

Array = np.ndarray[Any, np.dtype[Any]]

CHANNELS = (1, 3, 4)
GAP = 2
"""Pixels between the pictures of a grid."""
SEEN = 56
"""How many pixels a picture has at least, so that a person sees it: small ones are enlarged."""


def generate_rows(run: Run, plan: Plan, conditions: Mapping[str, Array], seed: int) -> Array:
    """New rows of a run's objective, one for each row of conditions.

    Args:
        run: trained.
        plan: of its blueprint.
        conditions: inputs of real rows: what a conditional model reads besides noise is taken from them.
        seed: decides the noise, whatever the backend.

    Raises:
        YamlnetError: the objective generates no rows.
    """
    require_generates(plan, "rows")
    assert plan.train is not None, "a run was trained"
    objective = make_objective(run.models, plan.train, plan.seed)
    count = len(next(iter(conditions.values())))
    numbers = np.random.default_rng(seed)

    def draw(shape: tuple[int, ...]) -> Any:
        return keras.ops.convert_to_tensor(numbers.standard_normal((count, *shape), dtype=np.float32))

    tensors = {name: keras.ops.convert_to_tensor(values) for name, values in conditions.items()}
    with unrecorded():  # or the many steps of a diffusion are all kept
        found = objective.generate(run.models, tensors, draw)
    first = next(iter(found.values())) if isinstance(found, dict) else found
    return np.asarray(keras.ops.convert_to_numpy(first[0] if isinstance(first, list) else first))


def require_generates(plan: Plan, what: str) -> None:
    """Refuse an objective that generates something else (`rows`, `tokens`), or nothing.

    Raises:
        YamlnetError: saying what to do instead.
    """
    name = plan.objective.name
    made = known_words(name).generates
    if made is None:
        message = f"a run of objective {name} generates nothing"
        raise YamlnetError(message, hint="yamlnet predict answers rows")
    if made != what:
        hint = "yamlnet.generate_text writes them" if made == "tokens" else "yamlnet.generate makes them"
        raise YamlnetError(f"a run of objective {name} generates {made}, no {what}", hint=hint)


def are_images(rows: Array) -> bool:
    """Whether rows are pictures: height and width, with channels or without."""
    shape = rows.shape[1:]
    return (len(shape) == 2 or (len(shape) == 3 and shape[-1] in CHANNELS)) and min(shape[:2]) > 1


def grid(rows: Array, least: float, most: float) -> bytes:
    """Pictures side by side as a PNG, of so many columns that it is about square.

    Args:
        rows: (count, height, width) or (count, height, width, channels).
        least: what is shown as black.
        most: what is shown as white, or as a channel's full colour.
    """
    from PIL import Image

    pixels = np.clip((rows - least) / max(most - least, 1e-12) * 255, 0, 255).round().astype(np.uint8)
    pixels = pixels[..., 0] if pixels.ndim == 4 and pixels.shape[-1] == 1 else pixels
    larger = -(-SEEN // max(pixels.shape[1:3]))
    pixels = pixels.repeat(larger, axis=1).repeat(larger, axis=2)
    count, height, width = pixels.shape[:3]
    columns = math.ceil(math.sqrt(count))
    lines = math.ceil(count / columns)
    step = (height + GAP, width + GAP)
    whole = np.full((lines * step[0] - GAP, columns * step[1] - GAP, *pixels.shape[3:]), 255, np.uint8)
    for index, picture in enumerate(pixels):
        top, left = (index // columns) * step[0], (index % columns) * step[1]
        whole[top : top + height, left : left + width] = picture
    file = io.BytesIO()
    Image.fromarray(whole).save(file, format="PNG")
    return file.getvalue()
