"""What is looked at in a finished run: the rows that it gives back, the vectors that it makes of them.

As in `runs.py` each starts from the run folder alone, and nothing heavy is imported until it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from yamlnet.diagnostics.diagnostic import DataError, YamlnetError
from yamlnet.pipeline import Tell
from yamlnet.run_rows import divided_data, reload, require_states, rows_of, run_data

if TYPE_CHECKING:
    import numpy as np

    from yamlnet.resolver.plan import Plan
    from yamlnet.runner.reconstruct import GivenBack
    from yamlnet.runner.run import Run

QUANTILE = 0.99
"""The share of training rows whose errors lie below the threshold where nothing else is asked for."""


class Reconstruction(Struct, frozen=True):
    """Rows, what a run gives back of them, and which of them are anomalies.

    Attributes:
        given_back: the rows, what was made of them, and the error of each.
        threshold: the error above which a row is an anomaly.
        trained: how many training rows said the threshold; 0 where it was given.
        roc_auc: how well errors tell normal rows from others; None where no label was named.
    """

    given_back: GivenBack
    threshold: float
    trained: int = 0
    roc_auc: float | None = None

    @property
    def anomalies(self) -> np.ndarray:
        """Whether each row is one, (rows,)."""
        found: np.ndarray = self.given_back.errors > self.threshold
        return found


def reconstruct(
    run: Run,
    rows: str | Path | None = None,
    threshold: float | None = None,
    quantile: float = QUANTILE,
    label: str | None = None,
    normal: object = None,
    data: str | Path | None = None,
    tell: Tell | None = None,
) -> Reconstruction:
    """Rows beside what a run's autoencoder gives back of them; a row far from its own is an anomaly.

    A denoising autoencoder reads the rows as they are, a variational one gives back what its decoder makes of
    the mean of a code.

    Args:
        run: from `train` or `open_run`, of an objective that reconstructs.
        rows: as in `predict`.
        threshold: the error above which a row is an anomaly; default: by the training rows.
        quantile: the share of training rows whose errors lie below that.
        label: a column of the rows that says what each is.
        normal: its value in rows that are no anomalies.
        data: as in `evaluate`.
        tell: as in `evaluate`.

    Raises:
        YamlnetError: the run's objective gives no rows back.
        DataError: the rows lack a column, or all have one label.
    """
    import numpy as np

    from yamlnet.runner.reconstruct import give_back, joined, roc_auc

    plan = reload(run).plan
    inputs = (piece.inputs for piece in rows_of(run, plan, rows, data, tell))
    found = joined(give_back(run, plan, inputs))
    told = None
    if label is not None:
        told = roc_auc(found.errors, _labels(run, plan, rows, label, data, len(found.errors)), normal)
    if threshold is not None:
        return Reconstruction(found, threshold, 0, told)
    training = (piece.inputs for piece in run_data(run, data)[1].train.pieces())
    errors = np.concatenate([one.errors for one in give_back(run, plan, training)])
    return Reconstruction(found, float(np.quantile(errors, quantile)), len(errors), told)


def _labels(
    run: Run, plan: Plan, rows: str | Path | None, label: str, data: str | Path | None, count: int
) -> np.ndarray:
    """A column of the rows that `rows_of` gives, as it stands there.

    Raises:
        DataError: there is no such column, or its rows are not those that the model reads.
    """
    import numpy as np

    from yamlnet.data.given_rows import read_rows
    from yamlnet.data.parts.reading import read_parts, without_broken_rows

    if rows is not None:
        found = read_rows(rows, plan.data).column(label, ())
    else:
        divided, root = divided_data(run, plan, data)
        parts, _ = without_broken_rows(divided, read_parts(divided, root, plan.seed))
        part = next(parts[name] for name in ("test", "validation", "train") if name in parts)
        found = np.concatenate([table.column(label, ()) for table in part.chunks([label])])
    if len(found) != count:
        message = f'column "{label}" has {len(found)} rows, and the model reads {count}'
        raise DataError(message, "a window of several rows has no label of its own")
    return found


def embed(
    run: Run,
    rows: str | Path | None = None,
    layer: str | None = None,
    data: str | Path | None = None,
    tell: Tell | None = None,
) -> np.ndarray:
    """What a run's encoder, or a layer that is named, makes of rows: (rows, *the layer's shape).

    Args:
        run: from `train` or `open_run`.
        rows: as in `predict`.
        layer: a layer, an output or a model of the run; default: the encoder of its objective, of a
            variational one the mean of a code.
        data: as in `evaluate`.
        tell: as in `evaluate`.

    Raises:
        YamlnetError: there is no such layer, or no encoder and no layer is named.
    """
    import numpy as np

    from yamlnet.compiler.structure import input_names
    from yamlnet.runner.embed import embedder, vectors

    plan = reload(run).plan
    model = embedder(run, plan, layer)
    pieces = rows_of(run, plan, rows, data, tell, only=input_names(model))
    return np.concatenate([vectors(model, piece.inputs) for piece in pieces])


class Judged(Struct, frozen=True):
    """What a classifier says of rows that another run made.

    Attributes:
        classes: how many of them fall into each class, by what it is called, the most frequent first.
        frechet: their Fréchet distance from real rows, by the classifier's features.
        real: how many real rows they were compared with.
    """

    classes: Mapping[str, int]
    frechet: float
    real: int


def judge(
    run: Run,
    made: np.ndarray,
    classifier: Run,
    layer: str | None = None,
    data: str | Path | None = None,
) -> Judged:
    """How rows that a run made look to a classifier, beside the run's own test rows.

    Rows go to the classifier as its raw rows do: what the run's transforms did is undone first.

    Args:
        run: that made the rows.
        made: from `generate`, two rows or more.
        classifier: a run of a supervised blueprint that reads such rows from one column.
        layer: whose output are the features; default: what the classifier's last layer with weights reads.
        data: of the run, as in `evaluate`.

    Raises:
        YamlnetError: the classifier tells no classes, or reads something else.
    """
    import numpy as np

    from yamlnet.data.units import Units
    from yamlnet.runner.embed import embedder
    from yamlnet.runner.frechet import features, frechet_distance
    from yamlnet.runner.judge import Judge
    from yamlnet.runs import class_labels

    plan, own = reload(run).plan, reload(classifier).plan
    require_states(classifier, own)
    labels = class_labels(classifier)
    if not labels or plan.data is None:
        raise YamlnetError("the judge tells no classes", "name a run that learnt a categorical crossentropy")
    output, names = next(iter(labels.items()))
    real = [piece.inputs for piece in rows_of(run, plan, None, data)]
    name = next((name for name, values in real[0].items() if values.shape[1:] == made.shape[1:]), None)
    if name is None:
        raise YamlnetError("what the run made is of no input's shape, so there are no real rows beside it")
    part = features(classifier.model) if layer is None else embedder(classifier, own, layer)
    reader = Judge(classifier, own, part, Units(plan.data.inputs[name], run.fitted[name]))
    beside = np.concatenate([reader.seen(piece[name]) for piece in real])
    distance = frechet_distance(reader.seen(made), beside)
    return Judged(reader.classes(made, output, names), distance, len(beside))
