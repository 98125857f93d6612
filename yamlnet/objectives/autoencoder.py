"""Autoencoders: a model that gives back what it reads, as it was or without the noise that was put on it.

The loss compares the output with the input, `mean((x - f(x))²)` unless `train.loss` says another one
(Hinton and Salakhutdinov 2006, https://doi.org/10.1126/science.1127647). Denoising, the model reads x with
noise and is compared with x itself (Vincent et al. 2008, https://doi.org/10.1145/1390156.1390294), in
evaluation too: what it does with a clean row says nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from yamlnet.compiler.structure import by_output
from yamlnet.data.batches import Batch, Split
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.objectives.compared import Compared
from yamlnet.objectives.objective import Models, Phase, Setting
from yamlnet.objectives.row_loss import MSE
from yamlnet.resolver.plan import TrainPlan
from yamlnet.schema.words import DEFAULT_MODEL


class Autoencoder(Compared):
    """Minimise the distance between what `model` reads and what it gives: each output is an input again.

    Outputs are paired with inputs by their names; the only output with the only input.
    """

    default_loss = MSE

    @staticmethod
    def problems(models: Models, plan: TrainPlan, rows: Split) -> list[Diagnostic]:
        """Outputs that are no inputs, then what a loss or a metric cannot compare."""
        model = models[DEFAULT_MODEL]
        pairs = paired(tuple(plan.outputs), tuple(rows.inputs))
        outputs = by_output(model.output, plan.outputs)
        path = plan.objective.path
        for output, given in pairs.items():
            if given is None:
                message = (
                    f'the output "{output}" is none of the inputs ({", ".join(rows.inputs)}): an autoencoder '
                    "gives back what it reads; call the output as its input is called"
                )
                return [Diagnostic("objective", message, path, "key")]
            shape, wanted = list(outputs[output].shape[1:]), list(rows.inputs[given].shape[1:])
            if not _fits(shape, wanted):
                message = (
                    f'the output "{output}" is of shape {shape}, and the input "{given}" that it should give '
                    f"back of {wanted}"
                )
                return [Diagnostic("objective", message, path, "key")]
        targets = {output: rows.inputs[str(given)] for output, given in pairs.items()}
        return Compared.problems(models, _with_loss(plan), replace(rows, targets=targets))

    @staticmethod
    def given_back(outputs: Sequence[str], inputs: Sequence[str]) -> Mapping[str, str]:
        """All that there are: outputs are paired with inputs."""
        pairs = paired(tuple(outputs), tuple(inputs))
        return {output: given for output, given in pairs.items() if given is not None}

    @staticmethod
    def encoders(roles: Mapping[str, str]) -> Sequence[str]:
        """The encoder, where the blueprint names one."""
        return [roles["encoder"]] if "encoder" in roles else []

    def losses(self, models: Models, batch: Batch, phase: Phase, training: bool) -> Any:
        """The loss between outputs and inputs."""
        return super().losses(models, self._with_targets(batch), phase, training)

    def _with_targets(self, batch: Batch) -> Batch:
        pairs = paired(self.names, tuple(batch.inputs))
        return replace(batch, targets={output: batch.inputs[str(given)] for output, given in pairs.items()})


class DenoisingAutoencoder(Autoencoder):
    """Minimise the distance between clean rows and what `model` makes of them once there is noise on them."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.noise = setting.drawing(setting.argument("noise"))

    def losses(self, models: Models, batch: Batch, phase: Phase, training: bool) -> Any:
        """The loss between outputs for spoilt inputs and the inputs as they are."""
        clean = self._with_targets(batch)
        spoilt = {name: self.noise(values, training=True) for name, values in batch.inputs.items()}
        return Compared.losses(self, models, replace(clean, inputs=spoilt), phase, training)

    @property
    def variables(self) -> Sequence[Any]:
        """Where the noise is drawn from."""
        return list(self.noise.variables)


def paired(outputs: tuple[str, ...], inputs: tuple[str, ...]) -> dict[str, str | None]:
    """The input that each output gives back; None where there is none of its name."""
    if len(outputs) == len(inputs) == 1:
        return {outputs[0]: inputs[0]}
    return {output: output if output in inputs else None for output in outputs}


def _fits(shape: list[int | None], wanted: list[int]) -> bool:
    return len(shape) == len(wanted) and all(a in (None, b) for a, b in zip(shape, wanted, strict=True))


def _with_loss(plan: TrainPlan) -> TrainPlan:
    return plan if plan.loss else replace(plan, loss=MSE)
