"""`yamlnet build`: the model's layers with shapes and parameters."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import click

from yamlnet.cli.failures import handles_failures, style_asked
from yamlnet.cli.opened import opened
from yamlnet.cli.options import (
    backend_option,
    blueprint_argument,
    lock_option,
    max_bytes_option,
    max_params_option,
    quiet_option,
    set_option,
    strict_option,
)


@click.command("build", short_help="Build the model and list its layers.")
@blueprint_argument
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help="Save the untrained model: model.keras."
)
@backend_option
@set_option
@lock_option
@strict_option
@max_params_option
@quiet_option
@max_bytes_option
@handles_failures
def command(
    blueprint: str,
    output: str | None,
    backend: str | None,
    overrides: tuple[str, ...],
    locked: bool,
    strict: bool,
    max_params: int,
    quiet: bool,
) -> None:
    """Build a blueprint's model with its initial weights and list layers, shapes and parameters.

    The last line says what they take: the weights, and the outputs of all layers for one batch, where a free
    dimension counts as one. --format json writes the same for programs.

    \b
    Example:
      yamlnet build digits.yaml
      yamlnet build digits.yaml --set width=32 -o model.keras
      yamlnet build resnet.yaml:50          the variant 50 of the file
    """
    from yamlnet.pipeline import build, save

    if output is not None and Path(output).suffix != ".keras":
        raise click.BadParameter(f'"{output}" does not end in .keras', param_hint="--output")
    loaded = opened(blueprint, overrides, locked, strict, max_params)
    model = build(loaded, backend)
    found = described(model, loaded.plan.data.batch_size if loaded.plan.data else 1)
    if style_asked() == "json":
        click.echo(json.dumps(found, indent=2))
    elif not quiet:
        click.echo(summary(found), nl=False)
    if output is not None:
        save(model, Path(output))
        click.echo(f"saved {output}", err=style_asked() == "json")


def described(model: Any, batch: int) -> dict[str, Any]:
    """A model's layers in its own order, and its totals, as JSON can hold them."""
    from yamlnet.compiler.sizes import dtype_bytes, output_bytes

    sizes = [(math.prod(weight.shape), str(weight.dtype)) for weight in model.weights]
    return {
        "model": model.name,
        "layers": [
            {
                "name": layer.name,
                "class": type(layer).__name__,
                "output": _shapes(layer.output),
                "parameters": layer.count_params() if hasattr(layer, "count_params") else 0,
                "reads": _reads(layer, model),
            }
            for layer in model.operations
        ],
        "parameters": model.count_params(),
        "trainable": sum(math.prod(weight.shape) for weight in model.trainable_weights),
        "weight_bytes": sum(count * dtype_bytes(dtype) for count, dtype in sizes),
        "batch_size": batch,
        "activation_bytes": output_bytes(model, batch),
    }


def summary(found: dict[str, Any]) -> str:
    """A table of a model's layers, and its totals, as text."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, title=found["model"], title_justify="left")
    for name, justify in (("layer", "left"), ("class", "left"), ("output", "left"), ("parameters", "right")):
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    table.add_column("reads", overflow="fold")
    for layer in found["layers"]:
        table.add_row(
            layer["name"],
            layer["class"],
            ", ".join(map(_shape_text, layer["output"])),
            f"{layer['parameters']:,}",
            ", ".join(layer["reads"]),
        )
    console = Console(width=max(120, _width()), force_terminal=False)
    with console.capture() as capture:
        console.print(table)
    return f"{capture.get()}{_totals(found)}\n"


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def _shapes(output: Any) -> list[list[int | None]]:
    """The shapes of what a layer gives, without the batch axis."""
    tensors = output if isinstance(output, list | tuple) else [output]
    if isinstance(output, dict):
        tensors = list(output.values())
    return [list(tensor.shape[1:]) for tensor in tensors if hasattr(tensor, "shape")]


def _shape_text(shape: list[int | None]) -> str:
    return "×".join("null" if axis is None else str(axis) for axis in shape) or "one value"


def _reads(layer: Any, model: Any) -> list[str]:
    """The names of the layers that a layer reads, in this model."""
    known = {id(operation) for operation in model.operations}
    names: list[str] = []
    for node in layer._inbound_nodes:  # Keras has no public way to ask who feeds a layer
        for tensor in node.input_tensors:
            operation = tensor._keras_history.operation
            if id(operation) in known and operation.name not in names:
                names.append(operation.name)
    return names


def _totals(found: dict[str, Any]) -> str:
    from yamlnet.verdicts.limits import memory

    batch = f"a batch of {found['batch_size']}" if found["batch_size"] > 1 else "one row"
    held, given = memory(found["weight_bytes"]), memory(found["activation_bytes"])
    return (
        f"{found['parameters']:,} parameters, {found['trainable']:,} of them trainable, {held}; "
        f"the outputs of all layers take {given} for {batch}"
    )
