"""`yamlnet generate` of a run that makes rows: one picture of images, or numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import numpy as np

PICTURE, NUMBERS = ".png", ".npz"
COUNT = 16


def write_rows(
    run: str, count: int | None, seed: int, output: str | None, data: str | None, backend: str | None
) -> str:
    """Make rows and write them; in a sentence, where to."""
    if output is not None and Path(output).suffix not in (PICTURE, NUMBERS):
        raise click.BadParameter(f'"{output}" ends in neither .png nor .npz', param_hint="--output")
    from yamlnet.generating import generate, generated_picture
    from yamlnet.runs import open_run

    opened = open_run(run, backend)
    rows = generate(opened, count or COUNT, seed, data)
    picture = (
        None if output is not None and output.endswith(NUMBERS) else generated_picture(opened, rows, data)
    )
    if picture is None and output is not None and output.endswith(PICTURE):
        raise click.UsageError(f"rows of shape {list(rows.shape[1:])} are no images; write them as .npz")
    path = Path(output) if output is not None else Path(f"generated{NUMBERS if picture is None else PICTURE}")
    if picture is None:
        _write(path, rows)
    else:
        path.write_bytes(picture)
    return f"wrote {len(rows)} rows to {path}"


def _write(path: Path, rows: np.ndarray) -> None:
    import numpy as np

    np.savez(path, allow_pickle=False, rows=rows)
