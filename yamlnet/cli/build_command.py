"""`yamlnet build`: the model's layers with shapes and parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from yamlnet.cli.failures import handles_failures
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

    \b
    Example:
      yamlnet build digits.yaml
      yamlnet build digits.yaml --set width=32 -o model.keras
      yamlnet build resnet.yaml:50          the variant 50 of the file
    """
    from yamlnet.pipeline import build, save

    if output is not None and Path(output).suffix != ".keras":
        raise click.BadParameter(f'"{output}" does not end in .keras', param_hint="--output")
    model = build(opened(blueprint, overrides, locked, strict, max_params), backend)
    if not quiet:
        click.echo(summary(model), nl=False)
    if output is not None:
        save(model, Path(output))
        click.echo(f"saved {output}")


def summary(model: Any) -> str:
    """A table of a model's layers, and its totals, as text."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, title=model.name, title_justify="left")
    for name, justify in (("layer", "left"), ("class", "left"), ("output", "left"), ("parameters", "right")):
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    table.add_column("reads", overflow="fold")
    for layer in model.operations:
        table.add_row(
            layer.name,
            type(layer).__name__,
            _shapes(layer.output),
            f"{layer.count_params():,}" if hasattr(layer, "count_params") else "0",
            ", ".join(_reads(layer, model)),
        )
    console = Console(width=max(120, _width()), force_terminal=False)
    with console.capture() as capture:
        console.print(table)
    return f"{capture.get()}{_totals(model)}\n"


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def _shapes(output: Any) -> str:
    tensors = output if isinstance(output, list | tuple) else [output]
    if isinstance(output, dict):
        tensors = list(output.values())
    return ", ".join(
        "×".join("null" if axis is None else str(axis) for axis in tensor.shape[1:]) or "one value"
        for tensor in tensors
        if hasattr(tensor, "shape")
    )


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


def _totals(model: Any) -> str:
    total = model.count_params()
    trained = sum(int(_product(weight.shape)) for weight in model.trainable_weights)
    size = sum(int(_product(weight.shape)) * _bytes(str(weight.dtype)) for weight in model.weights)
    return f"{total:,} parameters, {trained:,} of them trainable, {size / 2**20:.1f} MiB"


def _product(shape: tuple[int, ...]) -> int:
    product = 1
    for axis in shape:
        product *= axis
    return product


def _bytes(dtype: str) -> int:
    digits = "".join(c for c in dtype if c.isdigit())
    return max(int(digits) // 8, 1) if digits else 1
