"""Choosing the backend, before Keras is imported: Keras reads `KERAS_BACKEND` once and for all."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys

from yamlnet.diagnostics.diagnostic import BackendError

OLDEST_KERAS = (3, 15, 1)
"""The first release with every known security fix; pyproject.toml requires it too."""

BACKENDS = ("jax", "tensorflow", "torch")
"""In the order in which `auto` looks for them."""


def installed_backends() -> tuple[str, ...]:
    """The backends that could be imported here, found without importing them."""
    return tuple(name for name in BACKENDS if importlib.util.find_spec(name) is not None)


def select_backend(asked: str | None = None, blueprint: str = "auto") -> str:
    """Settle the backend of this process and give its name.

    The first that says something decides: `asked` (the command line or a Python argument), the
    blueprint, `KERAS_BACKEND`, then whatever is installed.

    Raises:
        BackendError: it is not installed (naming the extra), or Keras already runs on another one.
    """
    require_keras()
    wanted = _wanted(asked, blueprint)
    running = _running()
    if running is not None:
        if wanted is not None and wanted != running:
            raise BackendError(
                f'this process already runs Keras on "{running}", so it cannot use "{wanted}"',
                hint=f"start a new process, or set KERAS_BACKEND={wanted} before Keras is imported",
            )
        return running
    name = wanted or _first_installed()
    if importlib.util.find_spec(name) is None:
        found = ", ".join(installed_backends()) or "none"
        raise BackendError(
            f'the backend "{name}" is not installed (installed: {found})',
            hint=f'pip install "yamlnet[{name}]"',
        )
    os.environ["KERAS_BACKEND"] = name
    _import_quietly(name)
    return name


def require_keras() -> None:
    """Refuse a Keras with known holes: pip keeps an old one where another package wants it.

    Raises:
        BackendError: it is older than `OLDEST_KERAS`, or missing.
    """
    problem = keras_problem()
    if problem is not None:
        oldest = ".".join(map(str, OLDEST_KERAS))
        raise BackendError(problem, hint=f'pip install --upgrade "keras>={oldest}"')


def keras_problem() -> str | None:
    """What is wrong with the installed Keras, as a sentence, or None."""
    from importlib.metadata import PackageNotFoundError, version  # loads what reads mail: 10 ms

    oldest = ".".join(map(str, OLDEST_KERAS))
    try:
        found = version("keras")
    except PackageNotFoundError:
        return "Keras is not installed"
    numbers = tuple(int(number) for number in re.findall(r"\d+", found)[:3])
    if numbers >= OLDEST_KERAS:
        return None
    return f"Keras {found} is installed, and {oldest} is the first without known security holes"


def inferring_backend(asked: str | None = None, blueprint: str = "auto") -> str:
    """The backend that shapes are inferred with: the one that runs, or that would be selected, or any.

    Nothing is imported.

    Raises:
        BackendError: none is installed.
    """
    wanted = _running() or _wanted(asked, blueprint)
    if wanted is not None and importlib.util.find_spec(wanted) is not None:
        return wanted
    return _first_installed()


def _wanted(asked: str | None, blueprint: str) -> str | None:
    for source, name in (
        ("--backend", asked),
        ("the blueprint", blueprint),
        ("KERAS_BACKEND", os.environ.get("KERAS_BACKEND")),
    ):
        if name and name != "auto":
            if name not in BACKENDS:
                raise BackendError(
                    f'{source} asks for the backend "{name}", which yamlnet does not run on',
                    hint=f"choose one of {', '.join(BACKENDS)}",
                )
            return name
    return None


def _running() -> str | None:
    if "keras" not in sys.modules:
        return None
    import keras

    return str(keras.backend.backend())


def _first_installed() -> str:
    found = installed_backends()
    if not found:
        raise BackendError(
            "no backend is installed, and Keras needs one",
            hint='pip install "yamlnet[jax]" (or [tensorflow], [torch])',
        )
    return found[0]


def _import_quietly(name: str) -> None:
    """Import TensorFlow now, where its start-up lines can be held back; the others have none."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if name == "tensorflow" and name not in sys.modules:
        from yamlnet.compiler.native_stderr import without_start_up_lines

        with without_start_up_lines():
            importlib.import_module(name)
