"""`quantize`: the trained model is kept with kernels of 8 bits, and measured again.

Keras quantizes `Dense`, `EinsumDense` and `Embedding` (https://keras.io/guides/quantization_overview/): one
scale for each output, and inputs that are rounded as they come. So it does the projections of attention,
whose layer then has to say it of them, for Keras to load them again: by a policy for each path. Layers of
other kinds stay as they are, and so do layers in other layers. What is kept has no optimizer: it learns no
more.
"""

from __future__ import annotations

import keras
from msgspec.structs import replace

from yamlnet.compiler.saving import save_model
from yamlnet.data.dataset import Dataset
from yamlnet.data.units import output_units
from yamlnet.objectives.objective import Models
from yamlnet.resolver.plan import Plan
from yamlnet.runner.evaluate import evaluate_run, measure
from yamlnet.runner.files import METRICS, MODEL
from yamlnet.runner.folder import RunFolder
from yamlnet.runner.run import Run
from yamlnet.runner.transfer.adapters import plain_models
from yamlnet.runner.transfer.layers import named_layers, outermost

QUANTIZED = (keras.layers.Dense, keras.layers.EinsumDense, keras.layers.Embedding)
"""The layers that Keras quantizes."""
ATTENTION = (keras.layers.MultiHeadAttention, keras.layers.GroupQueryAttention)
"""The layers that give those in them their own policy."""


def quantize_run(run: Run, plan: Plan, dataset: Dataset, folder: RunFolder) -> tuple[Run, str]:
    """A run with quantized models, in memory and in its folder; its metrics are those of what is kept.

    Returns:
        The run; how large the model's file would be and is, and what the metrics were and are.
    """
    models = plain_models(run.models, plan)
    large = _saved(models, folder)
    _quantize(models)
    small = _saved(models, folder)
    kept = replace(run, models=models, metrics=dict(run.metrics))
    parts = {"validation": dataset.validation, "test": dataset.test}
    units = output_units(plan, run.fitted)
    for part, split in parts.items():
        if split is None:
            continue
        kept.metrics[part] = evaluate_run(kept, plan, parts, part)
        if run.metrics[part].keys() - kept.metrics[part].keys():  # it could be told in the data's units
            kept.metrics[part] |= measure(kept.model, run.manifest["outputs"], split, units)
    folder.write_json(METRICS, kept.metrics)
    changes = [
        f"{part} {name} {run.metrics[part][name]:.4g} → {value:.4g}"
        for part in parts
        for name, value in kept.metrics.get(part, {}).items()
    ]
    return kept, f"int8: {MODEL} {large / 1e6:.3g} → {small / 1e6:.3g} MB; {', '.join(changes)}"


def _saved(models: Models, folder: RunFolder) -> int:
    """Save models; the size of the file of `model`, in bytes."""
    for name, model in models.items():
        save_model(model, folder.model_file(name))
    return (folder.path / MODEL).stat().st_size


def _quantize(models: Models) -> None:
    for layer in outermost(named_layers(models), ["*"]).values():
        if isinstance(layer, QUANTIZED):
            layer.quantize("int8")
        elif isinstance(layer, ATTENTION):
            inner = [one for one in layer._flatten_layers(include_self=False) if isinstance(one, QUANTIZED)]
            for one in inner:
                one.quantize("int8")
            policies = {one.path: one.dtype_policy for one in inner}
            layer.dtype_policy = keras.dtype_policies.DTypePolicyMap(layer.dtype_policy, policies)
