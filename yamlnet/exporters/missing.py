"""Whether what a blueprint is exported to can be written here."""

from __future__ import annotations

from collections.abc import Sequence

from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic
from yamlnet.exporters import EXPORTERS


def require_exporters(formats: Sequence[str]) -> None:
    """Refuse formats whose packages are not installed: before an hour of training, not after.

    Raises:
        BlueprintError: at each of them.
    """
    told = [(index, EXPORTERS[name].missing()) for index, name in enumerate(formats)]
    if problems := [Diagnostic("missing-exporter", text, ("export", index)) for index, text in told if text]:
        raise BlueprintError(problems)
