"""Where the files that come with yamlnet lie: the gallery of blueprints and the JSON schemas.

A wheel carries both inside the package; a checkout (`pip install -e .`) keeps them at its root, where
they are written. Whoever needs one asks here and never builds a path of its own.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent

GALLERY = ("gallery", "blueprints")
SCHEMAS = ("schemas", "schemas")
"""The folder's name inside the package, and at the root of a checkout."""

SCHEMA_FILE = "blueprint-{version}.schema.json"


def gallery_folder() -> Path:
    """The folder of the blueprints that come with yamlnet.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    return _folder(*GALLERY)


def gallery() -> dict[str, Path]:
    """Every blueprint of the gallery by its name: `digits`, `vision/resnet`; sorted by name."""
    folder = gallery_folder()
    found = (path for path in folder.rglob("*.yaml") if path.is_file())
    return dict(sorted((path.relative_to(folder).with_suffix("").as_posix(), path) for path in found))


def schemas_folder() -> Path:
    """The folder of the JSON schemas.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    return _folder(*SCHEMAS)


def schema_path(version: int = 1) -> Path:
    """The JSON schema of one language version, for editors.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    path = schemas_folder() / SCHEMA_FILE.format(version=version)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; reinstall yamlnet")
    return path


def _folder(inside: str, beside: str) -> Path:
    """The folder in the package, or beside it in a checkout."""
    candidates = (PACKAGE / inside, PACKAGE.parent / beside)
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"neither {candidates[0]} nor {candidates[1]} exists; reinstall yamlnet")
