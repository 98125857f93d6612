"""yamlnet: write YAML instead of code.

A blueprint (one YAML file) is validated, compiled to a Keras 3 model on any backend, trained,
evaluated and exported. Nothing heavy is imported until it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yamlnet.pipeline import LoadedBlueprint as LoadedBlueprint
    from yamlnet.pipeline import load as load
    from yamlnet.pipeline import open_run as open_run

__version__ = "0.1.0"
__all__ = ["LoadedBlueprint", "__version__", "load", "open_run"]


def __getattr__(name: str) -> object:
    """Import the pipeline on first use, so that `import yamlnet` costs nothing."""
    if name in ("LoadedBlueprint", "load", "open_run"):
        from yamlnet import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module 'yamlnet' has no attribute {name!r}")
