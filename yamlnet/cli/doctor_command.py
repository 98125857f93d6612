"""`yamlnet doctor`: what is installed, what it runs on, and what to install for the rest."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import platform
import subprocess
import sys

import click
from msgspec import Struct

from yamlnet.cli.failures import handles_failures, style_asked
from yamlnet.compiler.backend import OLDEST_KERAS, keras_problem

SECONDS = 120
"""How long a backend may take to answer: TensorFlow's first import reads a gigabyte from disk."""


class Backend(Struct, frozen=True):
    """One backend: the packages that bring it, and how it lists its devices in Python."""

    packages: tuple[str, ...]
    devices: str


BACKENDS = {
    "jax": Backend(("jax",), "import jax; devices = [str(device) for device in jax.devices()]"),
    "tensorflow": Backend(
        ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tf-nightly"),
        "import tensorflow as tf; devices = [d.name.removeprefix('/physical_device:').lower()"
        " for d in tf.config.list_physical_devices()]",
    ),
    "torch": Backend(
        ("torch",),
        "import torch; devices = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]"
        " + (['mps'] if torch.backends.mps.is_available() else []) + ['cpu']",
    ),
}

PROBE = (
    "{devices}\nimport json, keras\nassert keras.backend.backend() == '{name}'\nprint(json.dumps(devices))"
)

SHARING = {
    "jax": "{devices} share each batch",
    "tensorflow": "one device trains alone",
    "torch": "a process for each of {devices}: torchrun --nproc-per-node … -m yamlnet train …",
}
"""What `distribution: DataParallel` means on a backend, in this process or in several."""

EXTRAS = (
    ("scikit-learn", "data", "the Sklearn source"),
    ("pyarrow", "data", "Csv, Parquet and Json"),
    ("matplotlib", "data", "learning curves, pictures of graphs"),
    ("gymnasium", "rl", "environments that agents learn in"),
    ("onnx", "onnx", "export to ONNX"),
    ("onnxruntime", "onnx", "checking ONNX exports"),
    ("onnxscript", "onnx", "ONNX from torch"),
    ("tf2onnx", "onnx", "ONNX from jax and tensorflow"),
)


@click.command("doctor", short_help="Say what is installed and what is missing.")
@handles_failures
def command() -> None:
    """Say which backends work here, on which devices, and what to install for what is missing.

    Each backend is tried in a process of its own, so that a broken one spoils nothing. The exit code is 1
    when none works.

    \b
    Example:
      yamlnet doctor
      yamlnet doctor --format json
    """
    packages = {package: _version(package) for package in ("yamlnet", "keras", "numpy", "pydantic", "pyyaml")}
    backends = {name: state for name, state in _probe_all().items()}
    extras = {package: _version(package) for package, _, _ in EXTRAS}
    if style_asked() == "json":
        found = {"python": platform.python_version(), "platform": platform.platform(), "packages": packages}
        click.echo(json.dumps({**found, "backends": backends, "extras": extras}, indent=2))
    else:
        _tell(packages, backends, extras)
    if (problem := keras_problem()) is not None:
        click.echo(f'{problem}: pip install --upgrade "keras>={".".join(map(str, OLDEST_KERAS))}"', err=True)
        sys.exit(1)
    if not any("devices" in state for state in backends.values()):
        click.echo('no backend works; install one: pip install "yamlnet[jax]"', err=True)
        sys.exit(1)


def _tell(
    packages: dict[str, str | None], backends: dict[str, dict[str, object]], extras: dict[str, str | None]
) -> None:
    click.echo(f"python        {platform.python_version()}  ({platform.platform()})")
    for package, version in packages.items():
        click.echo(f"{package:<13} {version or 'missing'}")
    click.echo("\nbackends")
    for name, state in backends.items():
        click.echo(f"  {name:<13} {_told(name, state)}")
    click.echo("\ndistribution: DataParallel")
    for name, state in backends.items():
        if "devices" in state:
            click.echo(f"  {name:<13} {sharing(name, state['devices'])}")
    click.echo("\ndata and exports")
    for package, extra, purpose in EXTRAS:
        version = extras[package] or f'missing: pip install "yamlnet[{extra}]"'
        click.echo(f"  {package:<13} {version}  ({purpose})")


def _told(name: str, state: dict[str, object]) -> str:
    devices = state.get("devices")
    if isinstance(devices, list):
        return f"{state['version']}  on {', '.join(devices)}"
    if state["version"] is None:
        return f'missing: pip install "yamlnet[{name}]"'
    return f"{state['version']}  broken: {state['problem']}"


def sharing(name: str, devices: object) -> str:
    """Which devices train together where a blueprint says DataParallel."""
    found = [str(device) for device in devices] if isinstance(devices, list) else []
    if name == "torch":
        found = [device for device in found if device not in ("cpu", "mps")] or ["cpu"]
    count = f"{len(found)} device{'s' if len(found) > 1 else ''}"
    return SHARING[name].format(devices=f"{count} ({', '.join(found)})")


def _probe_all() -> dict[str, dict[str, object]]:
    """Each backend's version, and its devices or its problem; the processes run side by side."""
    running = {name: _start(name) for name in BACKENDS if importlib.util.find_spec(name) is not None}
    states: dict[str, dict[str, object]] = {}
    for name, backend in BACKENDS.items():
        states[name] = {"version": _version(*backend.packages)}
        if name in running:
            states[name] |= _answer(running[name])
    return states


def _start(name: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "KERAS_BACKEND": name, "TF_CPP_MIN_LOG_LEVEL": "3"}
    program = PROBE.format(name=name, devices=BACKENDS[name].devices)
    return subprocess.Popen(
        [sys.executable, "-c", program],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )


def _answer(process: subprocess.Popen[str]) -> dict[str, object]:
    try:
        printed, complaints = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return {"problem": f"it does not answer within {SECONDS} s"}
    if process.returncode != 0:
        last = (complaints.strip().splitlines() or [f"it ends with status {process.returncode}"])[-1]
        return {"problem": last[:200]}
    return {"devices": json.loads(printed.strip().splitlines()[-1])}


def _version(*packages: str) -> str | None:
    """The installed version of the first of several packages that is installed."""
    for package in packages:
        try:
            return importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None
