"""Rows that one run made, read by a classifier that another run is: into which classes they fall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from msgspec import Struct

from yamlnet.data.dataset import pipeline_inputs
from yamlnet.data.facts import input_shapes
from yamlnet.data.table import Table
from yamlnet.data.units import Units, in_units
from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.resolver.plan import Plan, TensorPlan
from yamlnet.runner.embed import vectors
from yamlnet.runner.evaluate import predict_run
from yamlnet.runner.run import Run

Array = np.ndarray[Any, np.dtype[Any]]


class Judge(Struct, frozen=True):
    """A classifier that reads another run's rows.

    Attributes:
        classifier: the run.
        plan: of its blueprint.
        features: the part of its model whose outputs are compared.
        made: what the rows are in the other run: an input's tensor, and what its transforms learnt.
    """

    classifier: Run
    plan: Plan
    features: keras.Model
    made: Units

    def inputs(self, rows: Array) -> Mapping[str, Array]:
        """The classifier's inputs for rows of the other run: transforms undone there, and done here.

        Raises:
            YamlnetError: the classifier reads more than one column.
        """
        assert self.plan.data is not None, "a run was trained on data"
        tensors: Mapping[str, TensorPlan] = self.plan.data.inputs
        columns = {column for tensor in tensors.values() for column in tensor.columns}
        if len(columns) != 1:
            read = ", ".join(sorted(columns))
            raise YamlnetError(f"the judge reads several columns ({read}), and made rows are one")
        raw = in_units(rows, self.made).astype(np.float32)
        table = Table({columns.pop(): raw}, "what the run made")
        return pipeline_inputs(table, tensors, self.classifier.fitted, input_shapes(self.plan))

    def seen(self, rows: Array) -> Array:
        """The features of rows, (rows, …)."""
        return vectors(self.features, self.inputs(rows))

    def classes(self, rows: Array, output: str, names: Sequence[object]) -> dict[str, int]:
        """How many rows fall into each class of an output, the most frequent first."""
        found = predict_run(self.classifier, self.inputs(rows))[output]
        indices = found.reshape(len(rows), -1).argmax(axis=1).tolist()
        counted = Counter(str(names[index]) if index < len(names) else str(index) for index in indices)
        return dict(counted.most_common())
