"""yamlnet: write YAML instead of code.

A blueprint (one YAML file) is validated, compiled to a Keras 3 model on any backend, trained,
evaluated and exported. Nothing heavy is imported until it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yamlnet.folds import train_folds as train_folds
    from yamlnet.pipeline import LoadedBlueprint as LoadedBlueprint
    from yamlnet.pipeline import load as load
    from yamlnet.runs import evaluate as evaluate
    from yamlnet.runs import export as export
    from yamlnet.runs import generate as generate
    from yamlnet.runs import open_export as open_export
    from yamlnet.runs import open_run as open_run
    from yamlnet.runs import predict as predict
    from yamlnet.studies import embed as embed
    from yamlnet.studies import judge as judge
    from yamlnet.studies import reconstruct as reconstruct

__version__ = "0.3.0"
__all__ = [
    "LoadedBlueprint",
    "__version__",
    "embed",
    "evaluate",
    "export",
    "generate",
    "judge",
    "load",
    "open_export",
    "open_run",
    "predict",
    "reconstruct",
    "train_folds",
]

_HOMES = {
    "LoadedBlueprint": "pipeline",
    "load": "pipeline",
    "evaluate": "runs",
    "export": "runs",
    "generate": "runs",
    "open_export": "runs",
    "open_run": "runs",
    "predict": "runs",
    "embed": "studies",
    "judge": "studies",
    "reconstruct": "studies",
    "train_folds": "folds",
}


def __getattr__(name: str) -> object:
    """Import what is asked for on first use, so that `import yamlnet` costs nothing."""
    if name in _HOMES:
        return getattr(import_module(f"yamlnet.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'yamlnet' has no attribute {name!r}")
