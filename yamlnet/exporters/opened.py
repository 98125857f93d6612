"""An export that is used again: raw rows in, the outputs of its own runtime out."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from yamlnet.data.dataset import pipeline_inputs
from yamlnet.data.table import Table
from yamlnet.data.units import outputs_in_units
from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.exporters import EXPORTERS
from yamlnet.exporters.artifact import Array, Exporter
from yamlnet.exporters.raw_rows import Pipeline, read_pipeline


class Export(Struct, frozen=True):
    """A published export with its pipeline."""

    path: Path
    exporter: Exporter
    pipeline: Pipeline

    def predict(self, rows: Table, raw: bool = False) -> dict[str, Array]:
        """Outputs by name, each of shape (rows, *output shape), computed by the format's own runtime.

        Args:
            rows: with the columns of the inputs.
            raw: whether outputs are the model's own numbers, not those of their columns (a price in
                dollars, where the target was normalized). Of a run that tells texts these are all that an
                export gives: the logits of each next token, for rows that hold the target, too.

        Raises:
            YamlnetError: texts are asked for.
            DataError: the rows lack a column or hold what the pipeline cannot take.
            ExportError: the runtime is missing, or cannot run the export.
        """
        pipeline = self.pipeline
        if pipeline.tells and not raw:
            message = (
                f'an export gives the logits of each next token of "{pipeline.tells}", and tells no texts'
            )
            hint = "ask the run for texts; raw (--raw) gives logits, of rows that hold the target, too"
            raise YamlnetError(message, hint=hint)
        inputs = pipeline_inputs(rows, pipeline.inputs, pipeline.fitted, pipeline.shapes)
        outputs = self.exporter.run(self.path, [inputs], pipeline.outputs)[0]
        return outputs if raw else outputs_in_units(outputs, pipeline.units)


def open_export(path: Path) -> Export:
    """Open what `yamlnet export` left: `runs/digits/export/model.onnx`.

    Raises:
        YamlnetError: it is no export, or its pipeline is missing or damaged.
    """
    exporter = next((one for one in EXPORTERS.values() if one.name == path.name), None)
    if exporter is None or not path.exists():
        known = ", ".join(one.name for one in EXPORTERS.values())
        raise YamlnetError(f"{path} is no export; those are called {known}")
    return Export(path, exporter, read_pipeline(path.parent))
