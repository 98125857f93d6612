"""Data files of installed packages: `pkg:acme_blueprints/vit.yaml`."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from yamlnet.assembly.addresses import Address
from yamlnet.assembly.origins.origin import Fetched, Unreachable, longest
from yamlnet.diagnostics.suggest import did_you_mean


def fetch(address: Address, revision: str) -> Fetched:
    """Read a file that lies in a package's folder; the package itself is not imported."""
    for folder in _folders(address.root):
        file = folder / address.path
        if file.is_file():
            with file.open("rb") as opened:
                return Fetched(opened.read(longest()))
    mend = ""
    for folder in _folders(address.root):
        beside = (folder / address.path).parent
        names = [path.name for path in beside.glob("*.y*ml")] if beside.is_dir() else []
        mend = mend or did_you_mean(Path(address.path).name, names)
    raise Unreachable(f'the package "{address.root}" has no file "{address.path}"{mend}')


def _folders(name: str) -> list[Path]:
    """The folders of a package. Only the packages above a dotted one would be imported: so it is walked."""
    top, *rest = name.split(".")
    spec = importlib.util.find_spec(top)
    if spec is None or spec.submodule_search_locations is None:
        raise Unreachable(f'no package "{top}" is installed; pip install the one that has this file')
    return [Path(folder, *rest) for folder in spec.submodule_search_locations]
