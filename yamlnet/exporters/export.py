"""Exporting: write beside, reopen in the format's own runtime, compare on real rows, then publish."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import asdict

from yamlnet.compiler.structure import named_inputs, output_names, predictions
from yamlnet.data.dataset import Dataset
from yamlnet.data.facts import input_shapes
from yamlnet.diagnostics.diagnostic import ExportError
from yamlnet.exporters import EXPORTERS
from yamlnet.exporters.artifact import Array, Artifact, Exporter, Rows
from yamlnet.exporters.raw_rows import keep_pipeline, make_pipeline
from yamlnet.resolver.plan import Plan
from yamlnet.runner.experience.observations import with_rows
from yamlnet.runner.files import read_json, require_own
from yamlnet.runner.run import Run

RELATIVE, ABSOLUTE = 1e-3, 1e-4
"""How far float32 outputs of two runtimes may differ: |a - b| ≤ ABSOLUTE + RELATIVE · |a|."""

MANIFEST = "manifest.json"
COMPARED_ROWS = 32


def export(model: Any, format: str, folder: Path, rows: Rows) -> Artifact:
    """Export a model and prove that the export computes the same.

    Args:
        model: a trained Keras model.
        format: one of `EXPORTERS`.
        folder: where it is published; a manifest there lists what is.
        rows: real input tensors by input name; they are run all at once and one alone, which shows
            that the batch axis is free.

    Raises:
        ExportError: packages are missing, writing failed, or the runtime gave other numbers; nothing
            is published then.
    """
    exporter = EXPORTERS[format]
    missing = exporter.missing()
    if missing is not None:
        raise ExportError(missing)
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / ".part" / exporter.name
    beside.parent.mkdir(exist_ok=True)
    _remove(beside)
    try:
        _write(exporter, model, beside, format)
        difference = _compare(exporter, model, beside, rows, format)
        target = folder / exporter.name
        _remove(target)
        os.replace(beside, target)
    finally:
        _remove(beside.parent)
    size, digest = _measure(target)
    artifact = Artifact(format, target, size, digest, difference, exporter.runtime())
    _list(folder, artifact)
    return artifact


def export_run(run: Run, formats: Sequence[str], dataset: Dataset, plan: Plan) -> list[Artifact]:
    """Export a run's model into its folder, compared on rows that it was not trained on if there are any.

    Beside the exports stands what makes a model's inputs of raw rows, so that none needs the run.

    Raises:
        ExportError: as for `export`.
    """
    require_own(
        run.folder, "export"
    )  # where it is published is the run's, even if the folder is a stranger's
    split = (dataset.test or dataset.validation or dataset.train).first()
    rows = rows_for(run.model, {name: values[:COMPARED_ROWS] for name, values in split.inputs.items()})
    folder = run.folder / "export"
    artifacts = [export(run.model, name, folder, rows) for name in formats]
    plan = with_rows(plan)
    if plan.data is not None and set(rows) <= set(plan.data.inputs):
        outputs = tuple(run.manifest["outputs"])
        keep_pipeline(folder, make_pipeline(plan, run.fitted, input_shapes(plan), outputs))
    return artifacts


def rows_for(model: Any, rows: Rows) -> Rows:
    """What a model reads: of rows what it knows, and noise for what no row has (a generator's)."""
    count = len(next(iter(rows.values())))
    numbers = np.random.default_rng(0)
    shapes = {name: tensor.shape[1:] for name, tensor in named_inputs(model).items()}
    return {
        name: rows[name] if name in rows else numbers.standard_normal((count, *shape), dtype=np.float32)
        for name, shape in shapes.items()
    }


def _write(exporter: Exporter, model: Any, path: Path, format: str) -> None:
    try:
        exporter.write(model, path)
    except ExportError:
        raise
    except Exception as error:  # the converters below raise whatever they like
        text = " ".join(str(error).split())[:400]
        raise ExportError(
            f"this model cannot be exported to {format}: {type(error).__name__}: {text}"
        ) from error


def _compare(exporter: Exporter, model: Any, path: Path, rows: Rows, format: str) -> float:
    """The largest difference between the model and the export, over all rows and one row."""
    names = output_names(model)
    given = [rows, {name: values[:1] for name, values in rows.items()}]
    try:
        found = exporter.run(path, given, names)
    except ExportError:
        raise
    except Exception as error:  # runtimes raise types of their own, which nothing above could know
        text = " ".join(str(error).split())[:400]
        raise ExportError(f"{exporter.runtime()} cannot run the {format} export: {text}") from error
    expected = [predictions(model, one, names) for one in given]
    return max(_difference(*pair, format, exporter.runtime()) for pair in zip(expected, found, strict=True))


def _difference(
    expected: Mapping[str, Array], found: Mapping[str, Array], format: str, runtime: str
) -> float:
    largest = 0.0
    for name, values in expected.items():
        other = found[name]
        if values.shape != other.shape:
            raise ExportError(
                f'output "{name}" has shape {other.shape} in {runtime}, and {values.shape} in Keras'
            )
        gap = np.abs(values.astype(np.float64) - other.astype(np.float64))
        if not np.allclose(other, values, rtol=RELATIVE, atol=ABSOLUTE):
            raise ExportError(
                f"the {format} export computes something else: "
                f'output "{name}" differs by up to {gap.max():.3g} '
                f"in {runtime} (allowed: {ABSOLUTE:g} + {RELATIVE:g} of the value)",
                hint="nothing was published",
            )
        largest = max(largest, float(gap.max(initial=0.0)))
    return largest


def _measure(path: Path) -> tuple[int, str]:
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    digest, size = hashlib.sha256(), 0
    for file in files:
        data = file.read_bytes()
        size += len(data)
        digest.update(data if path.is_file() else file.relative_to(path).as_posix().encode() + data)
    return size, digest.hexdigest()


def _list(folder: Path, artifact: Artifact) -> None:
    """Put an artifact into the folder's manifest, in place of an older one of its format."""
    path = folder / MANIFEST
    listed: dict[str, Any] = read_json(folder, MANIFEST) if path.exists() else {}
    listed[artifact.format] = {**asdict(artifact), "path": artifact.path.name}
    beside = path.with_name(f".part-{MANIFEST}")
    beside.write_text(json.dumps(listed, indent=2) + "\n", encoding="utf-8")
    os.replace(beside, path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
