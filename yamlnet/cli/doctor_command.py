"""`yamlnet doctor`: what is installed, what it runs on, and what to install for the rest."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import platform
import subprocess
import sys

import click

from yamlnet.cli.failures import handles_failures

PROBE = """
import json, os
os.environ["KERAS_BACKEND"] = {name!r}
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
print(json.dumps([str(device) for device in keras.distribution.list_devices()] or ["cpu:0"]))
"""
SECONDS = 120


@click.command("doctor", short_help="Say what is installed and what is missing.")
@handles_failures
def command() -> None:
    """Say which backends work here, on which devices, and what to install for what is missing.

    Each backend is tried in a process of its own, so that a broken one spoils nothing.

    \b
    Example:
      yamlnet doctor
    """
    click.echo(f"python       {platform.python_version()} ({platform.platform()})")
    for package in ("yamlnet", "keras", "numpy", "pydantic", "pyyaml"):
        click.echo(f"{package:<12} {_version(package) or 'missing'}")
    click.echo("\nbackends")
    works = [_backend(name, package) for name, package in BACKENDS.items()]
    click.echo("\ndata and exports")
    for package, extra, purpose in EXTRAS:
        version = _version(package)
        state = version or f'missing: pip install "yamlnet[{extra}]"'
        click.echo(f"  {package:<14} {state}  ({purpose})")
    if not any(works):
        click.echo('\nno backend works; install one: pip install "yamlnet[jax]"', err=True)
        sys.exit(1)


BACKENDS: dict[str, tuple[str, ...]] = {
    "jax": ("jax",),
    "tensorflow": ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tf-nightly"),
    "torch": ("torch",),
}

EXTRAS = (
    ("scikit-learn", "data", "the Sklearn source"),
    ("pyarrow", "data", "Csv, Parquet and Json"),
    ("matplotlib", "data", "learning curves and pictures of graphs"),
    ("onnx", "onnx", "export to ONNX"),
    ("onnxruntime", "onnx", "checking ONNX exports"),
)


def _version(*packages: str) -> str | None:
    for package in packages:
        try:
            return importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def _backend(name: str, packages: tuple[str, ...]) -> bool:
    if importlib.util.find_spec(name) is None:
        click.echo(f'  {name:<11} missing: pip install "yamlnet[{name}]"')
        return False
    try:
        probe = subprocess.run(
            [sys.executable, "-c", PROBE.format(name=name)], capture_output=True, text=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        click.echo(f"  {name:<11} {_version(*packages)}  does not answer within {SECONDS} s")
        return False
    if probe.returncode != 0:
        reason = (probe.stderr.strip().splitlines() or ["it says nothing"])[-1]
        click.echo(f"  {name:<11} {_version(*packages)}  broken: {reason[:160]}")
        return False
    devices = ", ".join(json.loads(probe.stdout.strip().splitlines()[-1]))
    click.echo(f"  {name:<11} {_version(*packages)}  {devices}")
    return True
